"""Monitoring of the made-up estate: windows without gaps, and loads that follow the day."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.examples import examples
from tests.providers.demo_support import (
    HOUR,
    WEDNESDAY,
    client,
    described,
    part_kinds,
    series,
)

from cloud_carbon_exporter.model.language_models import TOKENS
from cloud_carbon_exporter.model.types import Point
from cloud_carbon_exporter.providers.demo import connected_users
from cloud_carbon_exporter.providers.demo.day import UTC_OFFSET_HOURS, activity

moments = st.floats(min_value=1_000_000_000, max_value=3_000_000_000)
seeds = st.integers(min_value=0, max_value=2**31)


@pytest.mark.slow
@settings(max_examples=examples(15), deadline=None)
@given(seed=seeds, start=moments, first=st.floats(0.5, 4000), second=st.floats(0.5, 4000))
def test_a_window_read_in_two_parts_says_what_it_says_in_one(
    seed: int, start: float, first: float, second: float
) -> None:
    asked, middle, end = client(40, seed), start + first, start + first + second
    resources = described(client(40))
    whole = series(asked, resources, start, end).points
    earlier = series(asked, resources, start, middle).points
    later = series(asked, resources, middle, end).points
    assert whole.keys() == earlier.keys() == later.keys()
    for key, points in whole.items():
        assert points[0].start == start
        assert points[-1].end == end
        assert all(point.end == after.start for point, after in pairwise(points))
        in_two = [*earlier[key], *later[key]]
        assert _integral(in_two) == pytest.approx(_integral(points))
        assert {point.value for point in in_two} == {point.value for point in points}


def _integral(points: Iterable[Point]) -> float:
    return sum(point.value * (point.end - point.start) for point in points)


@pytest.mark.slow
@settings(max_examples=examples(15), deadline=None)
@given(seed=seeds, at=moments)
def test_ratios_are_ratios_and_what_is_stored_is_positive(seed: int, at: float) -> None:
    reading = series(client(120, seed), described(client(120, seed)), at, at + 900)
    for (_, signal), points in reading.points.items():
        values = [point.value for point in points]
        assert min(values) >= 0
        if signal in {"cpu_ratio", "gpu_ratio"}:
            assert max(values) <= 1
        elif signal not in {*TOKENS, "bytes"}:
            assert min(values) > 0


def test_an_empty_window_has_no_points() -> None:
    resources = described(client(50))
    assert series(client(50), resources, WEDNESDAY, WEDNESDAY).points == {}
    assert series(client(50), resources, WEDNESDAY + 1, WEDNESDAY).points == {}


def test_what_has_no_monitoring_or_no_accelerator_has_no_series() -> None:
    resources = described(client(1000))
    points = series(client(1000), resources, WEDNESDAY, WEDNESDAY + 300).points
    unmeasured = 0
    for resource in resources:
        runs = resource.kind == "ec2/instance" and bool(resource.components)
        unmeasured += runs and (resource.id, "cpu_ratio") not in points
    assert unmeasured >= 1
    accelerated = {
        resource.id
        for resource in resources
        if "gpu" in part_kinds(resource) and resource.kind == "ec2/instance"
    }
    assert {identity for identity, signal in points if signal == "gpu_ratio"} == accelerated
    stored = {signal for identity, signal in points if identity.startswith("arn:aws:s3")}
    assert stored == {
        "stored_gib:StandardStorage",
        "stored_gib:StandardIAStorage",
        "stored_gib:GlacierStorage",
    }


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
    here = [
        resource
        for resource in described(client(2000))
        if resource.location.region == "eu-west-3" and resource.monitor
    ]

    def mean(profile: str, hour: float) -> float:
        start = WEDNESDAY + (hour - 1) * HOUR  # one hour ahead of UTC
        working = [resource for resource in here if resource.monitor["profile"] == profile]
        values = []
        reading = series(client(2000), working, start, start + 300)
        for (_, signal), points in reading.points.items():
            if signal == "cpu_ratio":
                values.append(points[0].value)
        return statistics.fmean(values)

    assert mean("web", 14) > 0.4 > 0.2 > mean("web", 4)
    assert mean("batch", 4) > 0.5 > 0.3 > mean("batch", 14)


def test_users_follow_the_same_day_and_differ_by_seed() -> None:
    hours = [WEDNESDAY + hour * HOUR for hour in range(24)]
    by_hour = [connected_users(0, at) for at in hours]
    assert by_hour == [connected_users(0, at) for at in hours]
    assert min(by_hour) > 0
    assert max(by_hour) > 2 * min(by_hour)
    assert by_hour.index(max(by_hour)) in range(9, 17)  # most of the estate stands in Europe
    assert by_hour != [connected_users(1, at) for at in hours]
