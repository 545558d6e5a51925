"""Replicas cover an estate, and nothing twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Shard, Target
from cloud_carbon_exporter.providers.settings import TargetSettings
from tests.fakes.cloud import Clock, Cloud


@given(st.integers(1, 9), st.lists(st.text(), max_size=5))
def test_law_every_thing_belongs_to_exactly_one_replica(of: int, names: list[str]) -> None:
    assert sum(Shard(index, of).owns(*names) for index in range(of)) == 1


def test_the_split_is_fair_and_the_same_in_every_process() -> None:
    names = [f"region-{n}" for n in range(1000)]
    for index in range(4):
        shard = Shard(index, 4)
        assert sum(shard.owns("aws", "ec2", name) for name in names) > 200
    regions = ("eu-west-1", "us-east-1", "us-west-2")
    assert [Shard(0, 2).owns("aws", region) for region in regions] == [False, False, True]


async def test_n_replicas_find_the_whole_estate_once() -> None:
    regions = [f"region-{n}" for n in range(12)]
    seen: list[str] = []
    gauges = 0
    for index in range(3):
        cloud = Cloud(
            {region: [{"type": "volume", "id": f"vol-{region}", "gib": 8}] for region in regions}
        )
        clock = Clock()
        settings = CollectSettings(shard=Shard(index, 3))
        target = Target("prod", cloud.provider(), TargetSettings(provider="aws"))
        of = Collector([target], settings, Budget(clock), len_of_rows, clock)
        await of.refresh()
        seen += [row.resource.id for row in of.snapshot.rows]
        gauges += len(of.snapshot.gauges)
        await of.close()
    assert sorted(seen) == sorted(f"vol-{region}" for region in regions)
    assert gauges == 1  # what belongs to the target as a whole is one replica's


def len_of_rows(snapshot: object) -> int:
    return 0
