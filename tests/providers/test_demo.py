"""The made-up estate: exact in size, the same for the same seed and clock, and listed like a real
one.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fakes.target_settings import target_settings

from cloud_carbon_exporter.errors import PermissionMissing
from cloud_carbon_exporter.model.types import Point, Resource
from cloud_carbon_exporter.providers.demo import ACCOUNTS, PROVIDER, DemoClient, connected_users
from cloud_carbon_exporter.providers.demo.blueprints import (
    BLUEPRINTS,
    FORBIDDEN_REGION,
    UNSUPPORTED,
)
from cloud_carbon_exporter.providers.demo.day import UTC_OFFSET_HOURS, activity
from cloud_carbon_exporter.providers.spec import Listing, Raw, Read, Reading, Scope

WEDNESDAY = datetime(2026, 11, 25, tzinfo=UTC).timestamp()
HOUR = 3600.0
LISTINGS: Sequence[Listing] = list(
    {id(spec.listing): spec.listing for spec in PROVIDER.services}.values()
)
METRICS = {spec.kind: spec.metrics for spec in PROVIDER.services}

moments = st.floats(min_value=1_000_000_000, max_value=3_000_000_000)
seeds = st.integers(min_value=0, max_value=2**31)


class CountingMeter:
    """A Meter that remembers what it was told."""

    def __init__(self) -> None:
        self.calls: Counter[tuple[str, str, str, str]] = Counter()

    def call(
        self, *, account_id: str, api: str, operation: str, outcome: str = "success", units: int = 0
    ) -> None:
        self.calls[account_id, api, operation, outcome] += 1


def client(
    resources: int = 200, seed: int = 0, at: float = WEDNESDAY, meter: CountingMeter | None = None
) -> DemoClient:
    target = target_settings("demo", resources=resources, seed=seed)
    return DemoClient(target, meter or CountingMeter(), lambda: at)


async def listed(
    of: DemoClient,
) -> tuple[list[tuple[Listing, Scope, Raw]], list[PermissionMissing]]:
    found: list[tuple[Listing, Scope, Raw]] = []
    failures: list[PermissionMissing] = []
    for listing in LISTINGS:
        for scope in await of.scopes(listing):
            try:
                async for page in of.pages(listing, scope):
                    found += [(listing, scope, raw) for raw in page]
            except PermissionMissing as failure:
                failures.append(failure)
    return found, failures


def described(of: DemoClient) -> list[Resource]:
    resources = []
    for listing, scope, raw in asyncio.run(listed(of))[0]:
        for spec in PROVIDER.services:
            if spec.listing is listing and spec.accepts(raw):
                resource = spec.resource(raw, scope)
                assert resource is not None
                resources.append(resource)
    return resources


def reads(resources: Iterable[Resource], start: float) -> list[Read]:
    return [
        Read(resource, metric, start) for resource in resources for metric in METRICS[resource.kind]
    ]


def series(of: DemoClient, resources: Iterable[Resource], start: float, until: float) -> Reading:
    return asyncio.run(of.series(reads(resources, start), until))


# --- size and names
# -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resources", [0, 1, 7, len(BLUEPRINTS), 200, 999, 10_000])
def test_the_estate_has_exactly_as_many_resources_as_asked(resources: int) -> None:
    assert len(described(client(resources))) == resources


@settings(max_examples=25, deadline=None)
@given(resources=st.integers(0, 400), seed=seeds, at=moments)
def test_size_is_exact_and_ids_are_unique_at_any_moment(
    resources: int, seed: int, at: float
) -> None:
    found = described(client(resources, seed, at))
    assert len(found) == resources
    assert len({resource.id for resource in found}) == resources


def test_a_hundred_thousand_resources_have_unique_ids_and_join_keys() -> None:
    found = described(client(100_000))
    assert len({resource.id for resource in found}) == 100_000
    measured = [resource.monitor["id"] for resource in found if resource.monitor.get("profile")]
    assert len(set(measured)) == len(measured) > 50_000


def test_two_hundred_resources_hold_every_kind_and_every_cloud() -> None:
    found = described(client(200))
    assert {resource.kind for resource in found} == {spec.kind for spec in PROVIDER.services}
    assert {(r.location.provider, r.location.account_id) for r in found} == set(ACCOUNTS.items())


def test_every_object_goes_to_exactly_one_spec_or_to_the_ledger() -> None:
    unsupported: Counter[str] = Counter()
    for listing, _, raw in asyncio.run(listed(client(2000)))[0]:
        takers = [
            spec for spec in PROVIDER.services if spec.listing is listing and spec.accepts(raw)
        ]
        if not takers:
            unsupported[listing.kind_of(raw)] += 1
        else:
            assert [spec.kind for spec in takers] == [listing.kind_of(raw)]
    assert unsupported == Counter(blueprint.kind for blueprint in UNSUPPORTED)


def test_ids_read_as_the_imitated_clouds_write_them() -> None:
    shapes = {
        "ec2/instance": r"arn:aws:ec2:[a-z0-9-]+:demo-aws:instance/i-0[0-9a-f]{16}",
        "ec2/volume": r"arn:aws:ec2:[a-z0-9-]+:demo-aws:volume/vol-0[0-9a-f]{16}",
        "rds/db_instance": r"arn:aws:rds:[a-z0-9-]+:demo-aws:db:[a-z0-9-]+",
        "rds/db_cluster": r"arn:aws:rds:[a-z0-9-]+:demo-aws:cluster:[a-z0-9-]+",
        "s3/bucket": r"arn:aws:s3:::[a-z0-9-]+",
        "compute/instance": r"compute\.googleapis\.com/projects/demo-gcp/zones/[a-z0-9-]+/instances/[a-z0-9-]+",
        "compute/region_disk": r"compute\.googleapis\.com/projects/demo-gcp/regions/[a-z0-9-]+/disks/[a-z0-9-]+",
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
    found = described(client(400))
    running = [
        r
        for r in found
        if r.kind in {"ec2/instance", "compute/instance", "instance/server"} and r.monitor
    ]
    assert all({"vcpu", "memory"} <= {part.kind for part in r.components} for r in running)
    assumed = {r.info["host_type"] for r in running if any(part.assumed for part in r.components)}
    assert "x99z.4xlarge" in assumed
    assert not assumed & {"m5.large", "c6g.xlarge", "n2-standard-8", "t3.micro"}
    accelerated = {
        r.info["host_type"] for r in running if any(part.kind == "gpu" for part in r.components)
    }
    assert {"g4dn.4xlarge", "L4-1-24G"} <= accelerated


def test_a_stopped_machine_holds_nothing_and_a_standby_holds_all_twice() -> None:
    found = described(client(1000))
    assert sum(not resource.components for resource in found) >= 3
    assert all(
        resource.kind.endswith(("instance", "server"))
        for resource in found
        if not resource.components
    )
    disks = {r.id: r.components[0].amount for r in found if r.kind == "compute/region_disk"}
    raws = {raw["name"]: raw["gib"] for _, _, raw in asyncio.run(listed(client(1000)))[0]}
    assert disks
    assert all(amount == 2 * raws[name.rsplit("/", 1)[1]] for name, amount in disks.items())


def test_tags_are_there_to_be_allow_listed() -> None:
    assert all(
        resource.tags.keys() == {"team", "env", "service"} for resource in described(client(200))
    )


# --- the failing service
# --------------------------------------------------------------------------------------------


def test_one_service_in_one_region_fails_and_only_it() -> None:
    meter = CountingMeter()
    _, failures = asyncio.run(listed(client(200, meter=meter)))
    assert [(f.provider, f.account_id, f.region, f.operation) for f in failures] == [
        ("aws", "demo-aws", FORBIDDEN_REGION, "ListBuckets")
    ]
    assert "s3:ListAllMyBuckets" in failures[0].hint
    assert [call for call in meter.calls if call[3] != "success"] == [
        ("demo-aws", "s3", "ListBuckets", "permission_missing")
    ]


# --- determinism
# ----------------------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(seed=seeds, at=moments)
def test_the_same_seed_and_clock_give_the_same_estate(seed: int, at: float) -> None:
    assert described(client(60, seed, at)) == described(client(60, seed, at))


def test_another_seed_gives_another_estate() -> None:
    one, other = ({resource.id for resource in described(client(60, seed))} for seed in (1, 2))
    assert not one & {identity for identity in other if "arn:aws:ec2" in identity}


@settings(max_examples=30, deadline=None)
@given(seed=seeds, start=moments, first=st.floats(0.5, 4000), second=st.floats(0.5, 4000))
def test_a_window_read_in_two_parts_says_what_it_says_in_one(
    seed: int, start: float, first: float, second: float
) -> None:
    asked, middle, end = client(40, seed), start + first, start + first + second
    resources = described(client(40))
    whole = series(asked, resources, start, end).points
    parts = [
        series(asked, resources, start, middle).points,
        series(asked, resources, middle, end).points,
    ]
    assert whole.keys() == parts[0].keys() == parts[1].keys()
    for key, points in whole.items():
        assert points[0].start == start
        assert points[-1].end == end
        assert all(one.end == other.start for one, other in pairwise(points))
        pieces = [*parts[0][key], *parts[1][key]]
        assert _integral(pieces) == pytest.approx(_integral(points))
        assert {piece.value for piece in pieces} == {point.value for point in points}


def _integral(points: Iterable[Point]) -> float:
    return sum(point.value * (point.end - point.start) for point in points)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, at=moments)
def test_ratios_are_ratios_and_what_is_stored_is_positive(seed: int, at: float) -> None:
    for (_, signal), points in series(
        client(120, seed), described(client(120, seed)), at, at + 900
    ).points.items():
        if signal in {"cpu_ratio", "gpu_ratio"}:
            assert all(0 <= point.value <= 1 for point in points)
        else:
            assert all(point.value > 0 for point in points)


def test_an_empty_window_has_no_points() -> None:
    resources = described(client(50))
    assert series(client(50), resources, WEDNESDAY, WEDNESDAY).points == {}
    assert series(client(50), resources, WEDNESDAY + 1, WEDNESDAY).points == {}


def test_what_has_no_monitoring_or_no_accelerator_has_no_series() -> None:
    resources = described(client(1000))
    points = series(client(1000), resources, WEDNESDAY, WEDNESDAY + 300).points
    unmeasured = [
        r
        for r in resources
        if r.kind == "ec2/instance" and r.components and (r.id, "cpu_ratio") not in points
    ]
    assert len(unmeasured) >= 1
    accelerated = {r.id for r in resources if any(part.kind == "gpu" for part in r.components)}
    assert {identity for identity, signal in points if signal == "gpu_ratio"} == accelerated
    stored = {signal for identity, signal in points if identity.startswith("arn:aws:s3")}
    assert stored == {
        "stored_gib:StandardStorage",
        "stored_gib:StandardIAStorage",
        "stored_gib:GlacierStorage",
    }


# --- the day
# --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("region", UTC_OFFSET_HOURS)
def test_activity_rises_and_falls_once_a_day_in_local_time(region: str) -> None:
    midnight = WEDNESDAY - UTC_OFFSET_HOURS[region] * HOUR
    hours = [activity(midnight + hour * HOUR, region) for hour in range(4, 29)]
    assert hours[0] == pytest.approx(0, abs=1e-9)
    assert hours[10] == pytest.approx(1)
    assert hours[:11] == sorted(hours[:11])
    assert hours[10:] == sorted(hours[10:], reverse=True)
    saturday = WEDNESDAY + 3 * 86_400 - UTC_OFFSET_HOURS[region] * HOUR
    assert activity(saturday + 14 * HOUR, region) == pytest.approx(0.5)


@given(at=moments, region=st.sampled_from(sorted(UTC_OFFSET_HOURS)))
def test_activity_never_leaps(at: float, region: str) -> None:
    assert abs(activity(at + 60, region) - activity(at, region)) < 0.006


def test_web_load_follows_the_day_and_batch_the_night() -> None:
    resources = [
        r
        for r in described(client(2000))
        if r.location.region == "eu-west-3" and "profile" in r.monitor
    ]

    def mean(profile: str, hour: float) -> float:
        start = WEDNESDAY + (hour - 1) * HOUR  # one hour ahead of UTC
        mine = [r for r in resources if r.monitor["profile"] == profile]
        points = series(client(2000), mine, start, start + 300).points
        values = [found[0].value for (_, signal), found in points.items() if signal == "cpu_ratio"]
        return sum(values) / len(values)

    assert mean("web", 14) > 0.4 > 0.2 > mean("web", 4)
    assert mean("batch", 4) > 0.5 > 0.3 > mean("batch", 14)


def test_users_follow_the_same_day_and_differ_by_seed() -> None:
    by_hour = [connected_users(0, WEDNESDAY + hour * HOUR) for hour in range(24)]
    assert by_hour == [connected_users(0, WEDNESDAY + hour * HOUR) for hour in range(24)]
    assert min(by_hour) > 0
    assert max(by_hour) > 2 * min(by_hour)
    assert by_hour.index(max(by_hour)) in range(9, 17)  # most of the estate stands in Europe
    assert by_hour != [connected_users(1, WEDNESDAY + hour * HOUR) for hour in range(24)]


def test_fleets_come_by_day_go_by_night_and_come_back_as_other_machines() -> None:
    def machines(at: float, service: str) -> set[str]:
        return {r.id for r in described(client(2000, 0, at)) if r.tags["service"] == service}

    noon, night, next_noon = WEDNESDAY + 13 * HOUR, WEDNESDAY + 27 * HOUR, WEDNESDAY + 37 * HOUR
    for day_fleet in ("shop-fleet", "search-fleet"):
        assert len(machines(noon, day_fleet)) > len(machines(night, day_fleet)) > 0
        assert not machines(noon, day_fleet) & machines(next_noon, day_fleet)
    assert len(machines(noon, "nightly")) < len(machines(night, "nightly"))
    assert machines(noon, "shop-fleet") == machines(noon + 1, "shop-fleet")


# --- what comes beside
# ----------------------------------------------------------------------------------------------


async def test_extras_tell_users_and_an_inventory_that_matches_the_listings() -> None:
    extras = await client(300).extras(WEDNESDAY)
    assert extras.gauges == {"demo_connected_users": connected_users(0, WEDNESDAY)}
    found, _ = await listed(client(300))
    assert (
        Counter((scope.provider, scope.account_id, "demo") for _, scope, _ in found)
        == extras.listed
    )
    assert extras.account_names["aws", "demo-aws"] == "Demo aws"


async def test_connecting_needs_nobody_and_reads_are_free_at_once() -> None:
    assert await client().connect() == ("demo-aws", "demo-gcp", "demo-scaleway")
    assert not PROVIDER.reads_cost
    assert PROVIDER.settle_seconds == 0
    await client().close()
