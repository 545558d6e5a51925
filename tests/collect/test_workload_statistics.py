"""Statistics of workloads: hours by how much of a request was used, kept over restarts."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from cloud_carbon_exporter.collect.load_sketch import WEEK_SECONDS
from cloud_carbon_exporter.collect.workload_statistics import (
    CORES,
    FORGOTTEN_SECONDS,
    MEMORY,
    MOST_WORKLOADS,
    WorkloadStatistics,
)
from cloud_carbon_exporter.model.clusters import ClusterRequests, Requests, Workload

START = 3000.0 * WEEK_SECONDS
ROUND, LONGEST = 300.0, 600.0
WEB = Workload("shop", "Deployment", "web")


def read(at: float, cores: float = 0.1, asked: float = 1.0, name: str = "prod") -> ClusterRequests:
    return ClusterRequests(name, at, (), (Requests(WEB, asked, cores, 4.0, 2.0),))


def followed(until: float) -> WorkloadStatistics:
    statistics, at = WorkloadStatistics(), START
    while at <= until:
        statistics.look(read(at), LONGEST)
        statistics.look(read(at), LONGEST)  # the same answer, published twice
        at += ROUND
    return statistics


def test_time_between_two_answers_is_counted_once() -> None:
    known = followed(START + 7200).evidence("prod", WEB, START + 7200)
    assert known is not None and known.seconds == pytest.approx(7200)
    assert known.spreads[CORES].read_hours == pytest.approx(2)
    assert (known.spreads[CORES].p95, known.spreads[MEMORY].most) == (0.1, 0.5)
    assert followed(START + 7200).evidence("other", WEB, START) is None


def test_time_in_which_no_answer_came_was_not_read() -> None:
    statistics = followed(START + 3600)
    statistics.look(read(START + 7200), LONGEST)
    known = statistics.evidence("prod", WEB, START + 7200)
    assert known is not None
    assert known.spreads[CORES].read_hours == pytest.approx(1 + 1 / 6)
    assert known.spreads[CORES].unread_hours == pytest.approx(5 / 6)


def test_an_answer_of_a_source_that_is_asked_seldom_speaks_for_longer() -> None:
    statistics = WorkloadStatistics()
    for hour in range(3):
        told = replace(read(START + 3600 * hour), seldom_seconds=7200.0)
        statistics.look(told, LONGEST)
    known = statistics.evidence("prod", WEB, START + 7200)
    assert known is not None
    assert (known.spreads[CORES].read_hours, known.spreads[CORES].unread_hours) == (2, 0)


def test_what_is_asked_for_by_replicas_does_not_matter_the_ratio_does() -> None:
    statistics = followed(START + 3600)
    statistics.look(read(START + 3900, cores=1.0, asked=10.0), LONGEST)
    known = statistics.evidence("prod", WEB, START + 3900)
    assert known is not None and known.spreads[CORES].most == 0.1
    statistics.look(read(START + 4200, cores=0.1, asked=0.0), LONGEST)  # cores are not asked for
    known = statistics.evidence("prod", WEB, START + 4200)
    assert known is not None and known.spreads[CORES].unread_hours == pytest.approx(1 / 12)


def test_a_restart_loses_nothing_and_a_step_of_the_clock_moves_all() -> None:
    before, after = followed(START + 7200), WorkloadStatistics()
    after.load(json.loads(json.dumps(list(before.dump()))))
    now = START + 7200
    assert after.evidence("prod", WEB, now) == before.evidence("prod", WEB, now)
    for statistics in (before, after):
        statistics.look(read(now + ROUND), LONGEST)
    assert after.evidence("prod", WEB, now) == before.evidence("prod", WEB, now)
    after.move(50)
    known = after.evidence("prod", WEB, now)
    assert known is not None and known.until == now + ROUND + 50
    with pytest.raises((ValueError, TypeError)):
        after.load([["prod", "shop"]])


def test_what_is_gone_is_forgotten_and_not_all_is_watched() -> None:
    statistics = followed(START + 3600)
    many = [
        Requests(Workload("n", "Pod", str(number)), float(number), 0.0, 1.0, 0.0)
        for number in range(MOST_WORKLOADS + 100)
    ]
    late = START + FORGOTTEN_SECONDS + 7200
    for at in (late, late + ROUND):
        statistics.look(ClusterRequests("prod", at, (), tuple(many)), LONGEST)
    assert len(statistics) == MOST_WORKLOADS
    assert statistics.evidence("prod", WEB, late) is None
    assert statistics.evidence("prod", many[0].workload, late) is None
