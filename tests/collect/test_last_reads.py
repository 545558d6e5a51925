"""Last reads: not before all Points of a life have come, and only of what was measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from cloud_carbon_exporter.collect.last_reads import last_reads
from cloud_carbon_exporter.collect.measure import _measured
from cloud_carbon_exporter.collect.timeline import Timeline
from cloud_carbon_exporter.collect.version import Version
from cloud_carbon_exporter.model.types import Point, Resource
from cloud_carbon_exporter.providers.spec import Metric, Read, Reading
from tests.collect.test_counters import SWEEP, vm
from tests.fakes.cloud import CPU


def gone(end: float, *, measured: bool = True) -> Timeline:
    return Timeline(SWEEP, [Version(1000, vm(), measured)], end, 600)


def series(*metrics: Metric) -> Callable[[Resource], Sequence[Metric]]:
    def applicable(resource: Resource) -> Sequence[Metric]:
        return metrics

    return applicable


FIVE_MINUTES = replace(CPU, period_seconds=300)


@pytest.mark.parametrize(
    ("metric", "until", "made"),
    [
        (FIVE_MINUTES, 1450, False),  # the Point [1200, 1500) tells of the end as well
        (FIVE_MINUTES, 1500, True),
        (replace(FIVE_MINUTES, delay_seconds=900), 2399, False),
        (replace(FIVE_MINUTES, delay_seconds=900), 2400, True),
        (replace(FIVE_MINUTES, period_seconds=86400, valid_seconds=3 * 86400), 1450, True),
    ],
)
def test_a_last_read_waits_for_the_point_in_which_it_ended(
    metric: Metric, until: float, made: bool
) -> None:
    last = last_reads([gone(1450)], until, series(metric))
    assert last.released == ({"i-1": 1450} if made else {})
    assert last.reads == ([Read(vm(), metric, 1000)] if made else [])
    assert last.delays == {"i-1": metric.delay_seconds}


def test_what_was_never_measured_has_no_last_read() -> None:
    last = last_reads([gone(1450, measured=False)], 5000, series(CPU))
    assert (last.reads, last.released, last.delays) == ([], {}, {})


def test_how_many_boards_told_their_watts_reaches_the_counters() -> None:
    metric = replace(CPU, into="gpu_watts", spread="index", counted_as="gpu_boards")
    points = {
        ("i-1", "gpu_watts"): (Point(0, 60, 300),),
        ("i-1", "gpu_boards"): (Point(0, 60, 2),),
    }
    measured = list(_measured([Read(vm(), metric, 0)], Reading(points)))
    assert [series.signal for series in measured] == ["gpu_watts", "gpu_boards"]
