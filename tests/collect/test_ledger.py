"""The ledger: what the provider's inventory lists is estimated, another's, or unsupported."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Shard, Target
from cloud_carbon_exporter.collect.contribution import Contribution
from cloud_carbon_exporter.collect.ledger import take_stock
from cloud_carbon_exporter.errors import PermissionMissing
from cloud_carbon_exporter.exposition import coverage
from cloud_carbon_exporter.model.snapshot import Snapshot, TargetState
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Extras, Inventory
from cloud_carbon_exporter.reporting.coverage import coverage as reported
from tests.fakes.cloud import Clock, Cloud

ACCOUNT = "111111111111"
EU = "eu-west-1"
DENIED = PermissionMissing(
    "not allowed", provider="aws", region=EU, operation="ListThings", hint="grant vm:ListThings"
)
MACHINE = {"type": "machine", "id": "i-1", "state": "running"}
VOLUME = {"type": "volume", "id": "vol-1", "gib": 8}
GONE = {"type": "machine", "id": "i-gone", "state": "gone"}
QUEUE = {"type": "queue", "id": "q-1"}
ALL = {
    "i-1": "vm/machine",
    "vol-1": "vm/volume",
    "i-gone": "vm/machine",
    "q-1": "vm/queue",
    "key-1": "kms/key",
}


def whole(kinds: dict[str, str], source: str = "explorer", *, complete: bool = True) -> Inventory:
    return Inventory(ACCOUNT, source, kinds, complete)


async def explored(
    *inventories: Inventory, cloud: Cloud | None = None, shard: Shard | None = None, **settings: Any
) -> Snapshot:
    cloud = cloud or Cloud({EU: [MACHINE, VOLUME, GONE, QUEUE]})
    cloud.inventories = inventories
    clock = Clock()
    collecting = CollectSettings(shard=shard) if shard else CollectSettings()
    target = Target("prod", cloud.provider(), TargetSettings(provider="aws", **settings))
    collector = Collector([target], collecting, Budget(clock), lambda snapshot: None, clock)
    await collector.refresh()
    await collector.close()
    return collector.snapshot


def unsupported(snapshot: Snapshot) -> dict[str, int]:
    return {
        kind: count
        for (_, _, kind, basis), count in snapshot.ledger.items()
        if basis == "unsupported"
    }


async def test_every_name_is_estimated_or_anothers_or_unsupported_and_none_twice() -> None:
    snapshot = await explored(whole(ALL))
    assert unsupported(snapshot) == {"vm/queue": 1, "kms/key": 1}, (
        "the queue was listed by us as well: once"
    )
    assert snapshot.listed == {("aws", ACCOUNT, "explorer"): 4}, (
        "what our own listing left out is no gap"
    )
    assert snapshot.covered == {("aws", ACCOUNT): 2}
    assert reported(snapshot)["ratio"] == 0.5
    assert coverage.ratios(snapshot) == {("aws", ACCOUNT): 0.5}
    assert coverage.unlisted(snapshot) == {("aws", ACCOUNT): 0}


async def test_without_an_inventory_coverage_is_absent() -> None:
    for snapshot in (await explored(), await explored(whole(ALL, "tagging", complete=False))):
        assert reported(snapshot)["ratio"] is None
        assert coverage.ratios(snapshot) == {}
        assert coverage.unlisted(snapshot) == {}
        assert snapshot.listed == {}
    assert unsupported(snapshot) == {"vm/queue": 1, "kms/key": 1}, (
        "what only adds still adds to the ledger"
    )


async def test_an_inventory_that_only_adds_makes_the_list_longer() -> None:
    snapshot = await explored(
        whole({"i-1": "vm/machine"}),
        whole({"key-1": "kms/key", "vol-1": "vm/volume"}, "tagging", complete=False),
    )
    assert snapshot.listed == {("aws", ACCOUNT, "explorer"): 1, ("aws", ACCOUNT, "tagging"): 2}
    assert coverage.covered(snapshot) == {("aws", ACCOUNT): (2, 3)}


async def test_what_the_inventory_cannot_see_is_counted() -> None:
    snapshot = await explored(whole({"i-1": "vm/machine"}))
    assert coverage.ratios(snapshot) == {("aws", ACCOUNT): 1.0}
    assert coverage.unlisted(snapshot) == {("aws", ACCOUNT): 1}


async def test_names_behind_a_listing_that_fails_are_not_estimated() -> None:
    cloud = Cloud({EU: [MACHINE, VOLUME]}, fail={EU: DENIED})
    snapshot = await explored(whole(ALL), cloud=cloud)
    assert unsupported(snapshot) == {"vm/machine": 2, "vm/volume": 1, "vm/queue": 1, "kms/key": 1}
    assert coverage.ratios(snapshot) == {("aws", ACCOUNT): 0.0}


async def test_kinds_left_out_by_configuration_are_not_estimated() -> None:
    snapshot = await explored(whole(ALL), exclude=("vm/volume",))
    assert unsupported(snapshot)["vm/volume"] == 1
    assert snapshot.covered == {("aws", ACCOUNT): 1}


async def test_a_replica_does_not_know_coverage_and_calls_nothing_of_the_others_a_gap() -> None:
    replicas = [await explored(whole(ALL), shard=Shard(index, 2)) for index in range(2)]
    (asked,) = [snapshot for snapshot in replicas if snapshot.listed]
    assert unsupported(asked) == {"vm/queue": 1, "kms/key": 1}
    assert asked.listed == {("aws", ACCOUNT, "explorer"): 5}
    assert asked.covered == {}


@given(
    st.dictionaries(
        st.sampled_from("abcdefgh"), st.sampled_from(["vm/machine", "kms/key", "iam/role"])
    )
)
def test_law_listed_is_covered_and_unsupported(kinds: dict[str, str]) -> None:
    target = Target("prod", Cloud().provider(), TargetSettings(provider="aws"))
    state = TargetState("prod", "aws", up=True)
    extras = Extras(inventories=(whole(kinds),))
    contribution = Contribution(
        target, lambda _: False, state, (), (), (), (), [], extras, tried=True
    )
    ledger = take_stock((), (), [contribution], 0, 1800, whole=True)
    assert sum(ledger.listed.values()) == sum(ledger.covered.values()) + sum(ledger.counts.values())
    assert sum(ledger.counts.values()) == sum(kind != "vm/machine" for kind in kinds.values())
