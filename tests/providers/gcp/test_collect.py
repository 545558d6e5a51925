"""The whole way: the fake's estate through the Collector into one Snapshot."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable

import pytest
from tests.fakes.gcp import GoogleCloud
from tests.providers.gcp.test_monitoring import CPU, instance

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target
from cloud_carbon_exporter.model.snapshot import Outcome, Row, Snapshot
from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.settings import TargetSettings

pytestmark = pytest.mark.slow

Collecting = Collector[None]


@pytest.fixture
async def collector(cloud: GoogleCloud) -> AsyncIterator[Collecting]:
    cloud.series = [instance(number, 0.25) for number in range(79, 92)]
    target = Target("shop", PROVIDER, TargetSettings(provider="gcp", timeout_seconds=5))
    collecting: Collecting = Collector(
        [target], CollectSettings(), Budget(time.time), lambda snapshot: None, time.time
    )
    yield collecting
    await collecting.close()


def row(snapshot: Snapshot, kind: str, name: str) -> Row:
    rows = {(row.resource.kind, row.resource.name): row for row in snapshot.rows}
    return rows[kind, name]


def errors(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """Kind -> its error, empty where all went well."""
    return {outcome.kind: outcome.error for outcome in outcomes}


async def test_everything_found_is_a_row_with_a_footprint(
    collector: Collecting, cloud: GoogleCloud
) -> None:
    await collector.refresh()
    snapshot = collector.snapshot
    assert snapshot.targets[0].up
    hpc = row(snapshot, "compute/instance", "hpc")
    assert (hpc.footprint.basis, dict(hpc.loads)) == ("measured", {"cpu_ratio": 0.25})
    assert hpc.measured_at is not None
    assert 240 <= time.time() - hpc.measured_at < 240 + 600
    assert hpc.footprint.operational_grams_per_second is not None
    assert row(snapshot, "compute/disk", "orphan").footprint.basis == "measured"
    assert row(snapshot, "run/service", "api").footprint.power_watts.value == 0  # asleep
    assert row(snapshot, "sql/instance", "orders").footprint.basis == "default"
    assert sum(snapshot.ledger.values()) == len(snapshot.rows)
    assert {place.region for place in snapshot.places} >= {"europe-west1", "eu", "nam4", "global"}


async def test_the_bill_is_what_monitoring_returned(collector: Collecting) -> None:
    await collector.refresh()
    requests = collector.snapshot.api.requests
    assert requests["gcp", "monitoring", "timeSeries.list", "success"] > 0
    dollars = collector.snapshot.api.dollars["gcp", "shop-prod", "monitoring"]
    assert dollars == pytest.approx(13 * 0.5e-6)


async def test_reads_come_with_the_utilisation_interval_not_with_every_refresh(
    collector: Collecting, cloud: GoogleCloud
) -> None:
    await collector.refresh()
    before = cloud.calls.copy()
    await collector.refresh()
    reads = [query for method, query, _ in cloud.requests if method.endswith("timeSeries.list")]
    assert sum(CPU in dict(query)["filter"] for query in reads) == 1
    assert cloud.calls["cloudasset.assets.list"] == before["cloudasset.assets.list"] + 1


async def test_a_failing_listing_keeps_the_last_good(
    collector: Collecting, cloud: GoogleCloud
) -> None:
    await collector.refresh()
    whole = len(collector.snapshot.rows)
    cloud.break_("cloudasset", "unavailable")
    await collector.refresh()
    assert len(collector.snapshot.rows) == whole
    assert "unavailable" in errors(collector.snapshot.listings)["compute/instance"]
    assert collector.snapshot.api.errors
    cloud.faults.clear()
    await collector.refresh()
    assert set(errors(collector.snapshot.listings).values()) == {""}


async def test_a_failing_monitoring_fails_no_listing(
    collector: Collecting, cloud: GoogleCloud
) -> None:
    cloud.break_("monitoring", "permission", permission="monitoring.timeSeries.list")
    await collector.refresh()
    snapshot = collector.snapshot
    assert set(errors(snapshot.listings).values()) == {""}
    error = errors(snapshot.measurements)["compute/instance"]
    assert "grant monitoring.timeSeries.list" in error
    assert row(snapshot, "compute/instance", "hpc").footprint.basis == "default"


async def test_no_credentials_leave_a_target_down_and_say_why(
    collector: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    from google.auth.compute_engine import _metadata

    monkeypatch.setattr(_metadata, "is_on_gce", lambda request: False)
    monkeypatch.setattr(_metadata, "ping", lambda request, **_: False)
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
    await collector.refresh()
    [state] = collector.snapshot.targets
    assert not state.up
    assert "GOOGLE_APPLICATION_CREDENTIALS" in state.error


async def test_an_exclusion_leaves_a_kind_out(cloud: GoogleCloud) -> None:
    settings = TargetSettings(provider="gcp", timeout_seconds=5, exclude=("compute/snapshot",))
    collecting: Collecting = Collector(
        [Target("shop", PROVIDER, settings)],
        CollectSettings(),
        Budget(time.time),
        lambda snapshot: None,
        time.time,
    )
    await collecting.refresh()
    kinds = {row.resource.kind for row in collecting.snapshot.rows}
    await collecting.close()
    assert "compute/snapshot" not in kinds
    assert "compute/image" in kinds
