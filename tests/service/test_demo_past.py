"""Past of a demo: every hour of every group once, and its week ends where its region's does."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from cloud_carbon_exporter.history.series import Series
from cloud_carbon_exporter.model.estimate import NOWHERE, estimate
from cloud_carbon_exporter.model.hours import DAY_SECONDS, HOUR_SECONDS
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.providers.demo.day import UTC_OFFSET_HOURS, is_weekend
from cloud_carbon_exporter.service.demo_past import DEMO_DAYS, made_up_past
from tests.providers.demo_support import WEDNESDAY, client, described

pytestmark = pytest.mark.slow

PAST = range(int(WEDNESDAY) - DEMO_DAYS * DAY_SECONDS, int(WEDNESDAY), HOUR_SECONDS)


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    rows = [
        Row(resource, estimate(resource, {}, NOWHERE, None), {})
        for resource in described(client(60))
    ]
    return Snapshot(WEDNESDAY + 600, tuple(rows))


def test_every_hour_stands_there_once(snapshot: Snapshot) -> None:
    hours: defaultdict[Series, Counter[int]] = defaultdict(Counter)
    for alike in made_up_past(snapshot, seed=7):
        hours[alike.series].update([hour for hour, _, _ in alike.changes])
    regions = {row.resource.location.region for row in snapshot.rows}
    assert {series.group.region for series in hours} == regions
    bases: defaultdict[tuple[str, ...], Counter[int]] = defaultdict(Counter)
    for series, of_it in hours.items():
        assert set(of_it.values()) == {1}
        bases[series.group[:4]].update(of_it)
    for of_group in bases.values():
        assert of_group.keys() == set(PAST)


def test_hours_that_are_taken_for_alike_are_of_one_part_of_the_week_there(
    snapshot: Snapshot,
) -> None:
    """Saturday begins eight hours later in Oregon than in Ireland."""
    told: set[tuple[str, bool]] = set()
    for alike in made_up_past(snapshot, seed=7):
        region = alike.series.group.region
        weekend = {is_weekend(hour, region) for hour, _, _ in alike.changes}
        assert len(weekend) == 1, region
        told |= {(region, either) for either in weekend}
    hours_ahead = {UTC_OFFSET_HOURS.get(region) for region, _ in told}
    assert len(hours_ahead) > 2
    assert {either for _, either in told} == {True, False}
