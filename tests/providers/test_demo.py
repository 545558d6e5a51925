"""The made-up estate: exact in size, the same for the same seed and clock, listed as real ones."""

from __future__ import annotations

import asyncio
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.examples import examples
from tests.providers.demo_support import (
    HOUR,
    WEDNESDAY,
    CountingMeter,
    client,
    described,
    listed,
    part_kinds,
    takers,
)

from cloud_carbon_exporter.collect.due_reads import signals
from cloud_carbon_exporter.providers.demo import ACCOUNTS, PROVIDER, connected_users
from cloud_carbon_exporter.providers.demo.blueprints import BLUEPRINTS, UNSUPPORTED
from cloud_carbon_exporter.providers.demo.describing import MACHINE_STATES
from cloud_carbon_exporter.providers.demo.places import FORBIDDEN_REGION
from cloud_carbon_exporter.providers.spec import ServiceSpec

MACHINES = {"ec2/instance", "compute/instance", "instance/server"}

moments = st.floats(min_value=1_000_000_000, max_value=3_000_000_000)
seeds = st.integers(min_value=0, max_value=2**31)


@pytest.mark.slow
@pytest.mark.parametrize("resources", [0, 1, 7, len(BLUEPRINTS), 200, 999, 10_000])
def test_the_estate_has_exactly_as_many_resources_as_asked(resources: int) -> None:
    assert len(described(client(resources))) == resources


@pytest.mark.slow
@settings(max_examples=examples(12), deadline=None)
@given(resources=st.integers(0, 400), seed=seeds, at=moments)
def test_size_is_exact_and_ids_are_unique_at_any_moment(
    resources: int, seed: int, at: float
) -> None:
    estate = described(client(resources, seed, at))
    assert len(estate) == resources
    assert len({resource.id for resource in estate}) == resources


@pytest.mark.slow
def test_a_hundred_thousand_resources_have_unique_ids_and_join_keys() -> None:
    estate = described(client(100_000))
    assert len({resource.id for resource in estate}) == 100_000
    measured = [resource.monitor["id"] for resource in estate if resource.monitor]
    assert len(set(measured)) == len(measured) > 50_000


def test_two_hundred_resources_hold_every_kind_and_every_cloud() -> None:
    estate = described(client(200))
    assert {resource.kind for resource in estate} == {spec.kind for spec in PROVIDER.services}
    places = [resource.location for resource in estate]
    assert {(place.provider, place.account_id) for place in places} == set(ACCOUNTS.items())


def test_every_object_goes_to_exactly_one_spec_or_to_the_ledger() -> None:
    unsupported: Counter[str] = Counter()
    for listing, _, raw in asyncio.run(listed(client(2000))).objects:
        specs = takers(listing, raw)
        if specs:
            assert [spec.kind for spec in specs] == [listing.kind_of(raw)]
        else:
            unsupported[listing.kind_of(raw)] += 1
    assert unsupported == Counter(blueprint.kind for blueprint in UNSUPPORTED)


def test_ids_read_as_the_imitated_clouds_write_them() -> None:
    compute = r"compute\.googleapis\.com/projects/demo-gcp"
    shapes = {
        "ec2/instance": r"arn:aws:ec2:[a-z0-9-]+:demo-aws:instance/i-0[0-9a-f]{16}",
        "ec2/volume": r"arn:aws:ec2:[a-z0-9-]+:demo-aws:volume/vol-0[0-9a-f]{16}",
        "rds/db_instance": r"arn:aws:rds:[a-z0-9-]+:demo-aws:db:[a-z0-9-]+",
        "rds/db_cluster": r"arn:aws:rds:[a-z0-9-]+:demo-aws:cluster:[a-z0-9-]+",
        "s3/bucket": r"arn:aws:s3:::[a-z0-9-]+",
        "compute/instance": compute + r"/zones/[a-z0-9-]+/instances/[a-z0-9-]+",
        "compute/region_disk": compute + r"/regions/[a-z0-9-]+/disks/[a-z0-9-]+",
        "instance/server": r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}",
        "object/bucket": r"[a-z-]+/[a-z0-9-]+",
    }
    seen = set()
    for resource in described(client(500)):
        if resource.kind in shapes:
            assert re.fullmatch(shapes[resource.kind], resource.id), resource.id
            seen.add(resource.kind)
    assert seen == shapes.keys()


def test_hardware_is_described_and_what_nobody_knows_says_so() -> None:
    assumed, accelerated = set(), set()
    for machine in described(client(400)):
        if machine.kind not in MACHINES or not machine.components:
            continue
        assert {"vcpu", "memory"} <= part_kinds(machine)
        if any(part.assumed for part in machine.components):
            assumed.add(machine.info["host_type"])
        if "gpu" in part_kinds(machine):
            accelerated.add(machine.info["host_type"])
    assert "x99z.4xlarge" in assumed
    assert not assumed & {"m5.large", "c6g.xlarge", "n2-standard-8", "t3.micro"}
    assert {"g4dn.4xlarge", "L4-1-24G"} <= accelerated


def test_a_stopped_machine_holds_nothing_and_is_not_read() -> None:
    stopped = [resource for resource in described(client(1000)) if not resource.components]
    assert {resource.kind for resource in stopped} == MACHINES
    assert {signals(resource) for resource in stopped} == {frozenset()}


@pytest.mark.parametrize(
    "spec", [spec for spec in PROVIDER.services if spec.states], ids=lambda spec: spec.kind
)
def test_what_is_stopped_keeps_its_disk(spec: ServiceSpec) -> None:
    assert spec.states is MACHINE_STATES
    objects = asyncio.run(listed(client(400))).objects
    for listing, scope, raw in objects:
        if spec in takers(listing, raw):
            running = spec.resource({**raw, "state": "running"}, scope)
            stopped = spec.resource({**raw, "state": "stopped"}, scope)
            assert running is not None
            assert stopped is not None
            blocks = [part for part in running.components if part.kind == "block"]
            assert stopped.components == tuple(blocks)
            assert len(running.components) > len(blocks)


def test_a_regional_disk_stands_twice() -> None:
    sizes = {}
    for _, _, raw in asyncio.run(listed(client(1000))).objects:
        sizes[raw["name"]] = raw["gib"]
    disks = [disk for disk in described(client(1000)) if disk.kind == "compute/region_disk"]
    assert disks
    for disk in disks:
        [block] = disk.components
        assert block.amount == 2 * sizes[disk.name]


def test_tags_are_there_to_be_allow_listed() -> None:
    for resource in described(client(200)):
        assert resource.tags.keys() == {"team", "env", "service"}


def test_one_service_in_one_region_fails_and_only_it() -> None:
    meter = CountingMeter()
    [failure] = asyncio.run(listed(client(200, meter=meter))).failures
    assert (failure.provider, failure.account_id) == ("aws", "demo-aws")
    assert (failure.region, failure.operation) == (FORBIDDEN_REGION, "DescribeRepositories")
    assert "ecr:DescribeRepositories" in failure.hint
    assert [call for call in meter.calls if call[3] != "success"] == [
        ("demo-aws", "ecr", "DescribeRepositories", "permission_missing")
    ]


@settings(max_examples=examples(10), deadline=None)
@given(seed=seeds, at=moments)
def test_the_same_seed_and_clock_give_the_same_estate(seed: int, at: float) -> None:
    assert described(client(60, seed, at)) == described(client(60, seed, at))


def test_another_seed_gives_another_estate() -> None:
    first = {resource.id for resource in described(client(60, seed=1))}
    second = {resource.id for resource in described(client(60, seed=2))}
    assert not {identity for identity in first & second if "arn:aws:ec2" in identity}


@pytest.mark.slow
def test_fleets_come_by_day_go_by_night_and_come_back_as_other_machines() -> None:
    def machines(at: float, service: str) -> set[str]:
        estate = described(client(2000, 0, at))
        return {machine.id for machine in estate if machine.tags["service"] == service}

    noon, night, next_noon = WEDNESDAY + 13 * HOUR, WEDNESDAY + 27 * HOUR, WEDNESDAY + 37 * HOUR
    for day_fleet in ("shop-fleet", "search-fleet"):
        assert len(machines(noon, day_fleet)) > len(machines(night, day_fleet)) > 0
        assert not machines(noon, day_fleet) & machines(next_noon, day_fleet)
    assert len(machines(noon, "nightly")) < len(machines(night, "nightly"))
    assert machines(noon, "shop-fleet") == machines(noon + 1, "shop-fleet")


async def test_extras_tell_users_and_an_inventory_that_matches_the_listings() -> None:
    extras = await client(300).extras(WEDNESDAY)
    assert extras.gauges == {"demo_connected_users": connected_users(0, WEDNESDAY)}
    counted: Counter[tuple[str, str, str]] = Counter()
    for _, scope, raw in (await listed(client(300))).objects:
        if raw.get("state") != "terminated":
            counted[scope.provider, scope.account_id, "demo"] += 1
    assert counted == extras.listed
    assert extras.account_names["aws", "demo-aws"] == "Demo aws"


async def test_connecting_needs_nobody_and_reads_are_free_at_once() -> None:
    assert await client().connect() == ("demo-aws", "demo-gcp", "demo-scaleway")
    assert not PROVIDER.reads_cost
    assert PROVIDER.settle_seconds == 0
    await client().close()
