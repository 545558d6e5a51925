"""Clusters: nodes joined with machines, parts that sum to them, counters, and what can go wrong."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cloud_carbon_exporter.kubernetes.clusters import Clusters
from cloud_carbon_exporter.kubernetes.shares import Counted
from cloud_carbon_exporter.kubernetes.usage import Usage
from cloud_carbon_exporter.model.clusters import IDLE, UNKNOWN, ClusterNews, Workload, WorkloadRow
from cloud_carbon_exporter.model.node_split import Held
from cloud_carbon_exporter.model.snapshot import Row
from tests.examples import examples
from tests.kubernetes.estate import (
    DB,
    NOON,
    WEB,
    StillFeed,
    clusters,
    disk,
    held,
    node,
    row,
    settings,
)

ONE, TWO, VOLUME = row("i-01"), row("i-02", "r5.large"), disk("vol-01")
ROWS = (ONE, TWO, VOLUME, row("i-99"))
USAGE = Usage(
    (
        node("i-01", {WEB: held(0.5), DB: held(0.25, 2)}),
        node("i-02", {WEB: held(0.25)}),
        node("fargate-x", {WEB: held(0.1)}, "aws:///eu-west-3a/a/fargate-x"),
        node("azure", {}, "azure:///x"),
    ),
    {"aws/vol-01": DB, "aws/vol-77": DB},
)


def news(
    known: Clusters, now: float, counted: Iterable[Counted] = (), rows: tuple[Row, ...] = ROWS
) -> ClusterNews:
    return known.news(rows, counted, now, advance=True)


def by_workload(told: ClusterNews) -> dict[Workload, WorkloadRow]:
    return {each.workload: each for each in told.rows}


def watts(told: ClusterNews) -> float:
    return math.fsum(each.now.power_watts.value for each in told.rows)


def piece(of: Row, start: float, end: float, joules: float = 100) -> Counted:
    return Counted(of.resource.id, start, end, joules, joules / 10, joules / 20)


def test_workloads_come_to_the_nodes_and_disks_of_their_cluster() -> None:
    feed = StillFeed(settings())
    feed.tell(USAGE, NOON)
    told = news(clusters(feed), NOON)
    expected = math.fsum(each.footprint.power_watts.value for each in (ONE, TWO, VOLUME))
    assert watts(told) == pytest.approx(expected)
    found = by_workload(told)
    assert found.keys() == {WEB, DB, IDLE, UNKNOWN}
    assert found[WEB].cluster == ("aws", "1", "prod")
    assert found[WEB].now.resources == 2
    assert found[DB].now.power_watts.value > VOLUME.footprint.power_watts.value
    (state,) = told.states
    assert (state.up, state.error, state.read_at) == (True, "", NOON)
    assert state.nodes == {"split": 2, "serverless": 1, "unmatched": 1}


def test_idle_can_be_given_to_those_who_ask() -> None:
    feed = StillFeed(settings(idle="by-request"))
    feed.tell(USAGE, NOON)
    told = news(clusters(feed), NOON)
    assert IDLE not in by_workload(told)
    expected = math.fsum(each.footprint.power_watts.value for each in (ONE, TWO, VOLUME))
    assert watts(told) == pytest.approx(expected)


def test_the_rest_of_a_namespace_is_summed_and_nothing_is_lost() -> None:
    small = {Workload("shop", "Deployment", f"w{n}"): held(0.01 * n, 0.1) for n in range(1, 9)}
    usage = Usage((node("i-01", {WEB: held(0.3), DB: held(0.3), **small}),), {})
    feed = StillFeed(settings(top_workloads=2))
    feed.tell(usage, NOON)
    told = news(clusters(feed), NOON)
    rest = Workload("shop", "", "__other__")
    assert by_workload(told).keys() == {WEB, DB, rest, IDLE, UNKNOWN}
    assert watts(told) == pytest.approx(ONE.footprint.power_watts.value)
    assert by_workload(told)[rest].now.power_watts.value > 0


def test_a_place_is_kept_while_others_come_and_go() -> None:
    feed = StillFeed(settings(top_workloads=1))
    known = clusters(feed)
    jobs = Workload("jobs", "Job", "once")
    for minutes, cores in enumerate((0.1, 0.9, 0.2)):
        now = NOON + 60 * minutes
        feed.tell(Usage((node("i-01", {WEB: held(0.3), jobs: held(cores)}),), {}), now)
        assert WEB in by_workload(news(known, now))
    feed.tell(Usage((node("i-01", {jobs: held(0.1)}),), {}), NOON + 300)
    told = by_workload(news(known, NOON + 300))
    # it is gone, and has its counter for an hour; the job stays in the rest
    assert told[WEB].now.resources == 0
    assert jobs not in told
    feed.tell(Usage((node("i-01", {jobs: held(0.1)}),), {}), NOON + 4000)
    told = by_workload(news(known, NOON + 4000))
    assert WEB not in told
    assert told[jobs].totals is not None


def test_counters_move_by_as_much_as_the_nodes_however_late_a_piece_is_known() -> None:
    feed = StillFeed(settings())
    known = clusters(feed)
    feed.tell(USAGE, NOON)
    first = by_workload(news(known, NOON))
    assert all(each.totals and each.totals.energy_joules == 0 for each in first.values())
    feed.tell(Usage((node("i-01", {DB: held(1.0, 8)}),), {}), NOON + 300)
    news(known, NOON + 300)
    late = [piece(ONE, NOON - 300, NOON), piece(ONE, NOON, NOON + 300)]
    told = by_workload(news(known, NOON + 600, late))
    counted = [each.totals.energy_joules for each in told.values() if each.totals]
    assert math.fsum(counted) == pytest.approx(200)
    # the first five minutes were shared, the next ones all the database's
    web, db = told[WEB].totals, told[DB].totals
    assert web and db
    assert 0 < web.energy_joules < 100 <= db.energy_joules + 1e-9
    grams = math.fsum(each.totals.operational_grams for each in told.values() if each.totals)
    assert grams == pytest.approx(20)


def test_time_that_nobody_told_of_is_unknown() -> None:
    feed = StillFeed(settings())
    known = clusters(feed)
    feed.tell(USAGE, NOON)
    news(known, NOON)
    feed.tell(None, NOON, "it is slow")
    told = news(known, NOON + 1860)
    assert [each.up for each in told.states] == [False]
    assert told.states[0].read_at is None
    assert all(each.now.resources == 0 for each in told.rows)
    told = news(known, NOON + 2000, [piece(ONE, NOON + 300, NOON + 1800)])
    unknown = by_workload(told)[UNKNOWN].totals
    assert unknown
    assert unknown.energy_joules == pytest.approx(100)


def test_an_old_answer_holds_for_a_while_and_says_so() -> None:
    feed = StillFeed(settings())
    known = clusters(feed)
    feed.tell(USAGE, NOON)
    news(known, NOON)
    feed.tell(None, NOON + 300, "no connection")
    told = news(known, NOON + 300)
    assert (told.states[0].up, told.states[0].read_at) == (False, NOON)
    assert told.states[0].error == "no connection"
    assert watts(told) > 0


def test_a_prometheus_of_another_cluster_is_told_of() -> None:
    feed = StillFeed(settings())
    feed.tell(Usage((node("i-77", {WEB: held(1)}),), {}), NOON)
    told = news(clusters(feed), NOON)
    assert told.rows == ()
    assert not told.states[0].up
    assert "none of its 1 nodes is a machine that is explored" in told.states[0].error


def test_nodes_without_a_provider_id_are_told_of() -> None:
    feed = StillFeed(settings())
    feed.tell(Usage((node("n1", {WEB: held(1)}, ""), node("n2", {}, "")), {}), NOON)
    state = news(clusters(feed), NOON).states[0]
    assert not state.up
    assert state.error.startswith("none of its 2 nodes tells its provider id")
    feed.tell(Usage((node("n1", {}, ""), node("n2", {}, "k3s://n2")), {}), NOON)
    assert "is explored" in news(clusters(feed), NOON).states[0].error


def test_a_node_is_in_one_cluster_alone() -> None:
    feed = StillFeed(settings("prod"), settings("again"))
    for name in ("prod", "again"):
        feed.tell(USAGE, NOON, cluster=name)
    told = news(clusters(feed), NOON)
    assert [each.up for each in told.states] == [True, False]
    assert {each.cluster.cluster for each in told.rows} == {"prod"}


def test_counters_survive_a_restart_and_go_on() -> None:
    feed = StillFeed(settings())
    before = clusters(feed)
    feed.tell(USAGE, NOON)
    news(before, NOON)
    news(before, NOON + 60, [piece(ONE, NOON - 60, NOON)])
    after = clusters(feed)
    after.counters.load(list(before.counters.dump()))
    told = by_workload(news(after, NOON + 120, [piece(ONE, NOON + 60, NOON + 120)]))
    counted = [each.totals.energy_joules for each in told.values() if each.totals]
    assert math.fsum(counted) == pytest.approx(200)
    with pytest.raises(ValueError):
        after.counters.load([["aws", "1", "prod", "shop", "Deployment", "web", 1.0]])


def test_a_spot_node_of_minutes_is_counted_in_its_cluster_though_it_was_never_split() -> None:
    feed = StillFeed(settings())
    known = clusters(feed)
    feed.tell(replace(USAGE, former=("aws/i-55",)), NOON)
    passed = [row("i-55"), row("i-56")]
    pieces = [piece(of, NOON - 300, NOON)._replace(resource=of.resource) for of in passed]
    told = by_workload(news(known, NOON, pieces))
    counted = {name: row.totals.energy_joules for name, row in told.items() if row.totals}
    assert counted.pop(UNKNOWN) == 100
    assert set(counted.values()) == {0.0}


def test_who_had_the_nodes_before_a_restart_is_known_after_it() -> None:
    """Half of the time before was the web's alone, and had not been counted yet."""
    ends = [NOON + 300, NOON + 600]
    told: list[dict[Workload, float]] = []
    for restarts in (False, True):
        feed = StillFeed(settings())
        known = clusters(feed)
        feed.tell(USAGE, NOON)
        news(known, NOON)
        feed.tell(Usage((node("i-01", {WEB: held(1.0, 4)}),), {}), ends[0])
        news(known, ends[0], [piece(ONE, NOON - 600, NOON)])
        feed.tell(USAGE, ends[1])
        news(known, ends[1])
        if restarts:
            rows = list(known.counters.dump())
            assert [row[0] for row in rows].count("node") == 3, "with the disk"
            known = clusters(feed)
            known.counters.load(rows)
        found = by_workload(news(known, ends[1] + 60, [piece(ONE, NOON, ends[1], 600)]))
        told.append({name: row.totals.energy_joules for name, row in found.items() if row.totals})
    whole, after = told
    assert after.keys() == whole.keys()
    for workload, joules in whole.items():
        assert after[workload] == pytest.approx(joules)


@pytest.mark.parametrize("row", [[], ["node"], ["node", "i", "aws", "1", "prod", 0, 1, "a", "b"]])
def test_a_state_that_is_none_is_said(row: list[object]) -> None:
    with pytest.raises(ValueError):
        clusters(StillFeed(settings())).counters.load([row])


def test_scrape_mode_counts_nothing_and_keeps_no_piece() -> None:
    feed = StillFeed(settings())
    known = clusters(feed, counting=False)
    feed.tell(USAGE, NOON)
    told = news(known, NOON, [piece(ONE, NOON - 60, NOON)])
    assert {each.totals for each in told.rows} == {None}
    assert list(known.counters.dump()) == []


def test_a_clock_that_is_set_moves_all_marks() -> None:
    feed = StillFeed(settings())
    known = clusters(feed)
    feed.tell(USAGE, NOON)
    news(known, NOON)
    known.move(3600)
    feed.tell(USAGE, NOON + 3600)
    told = news(known, NOON + 3900, [piece(ONE, NOON + 3500, NOON + 3600)])
    web = by_workload(told)[WEB].totals
    assert web and web.energy_joules > 0


names = st.sampled_from(["i-01", "i-02", "i-77"])
many = st.dictionaries(
    st.builds(Workload, st.sampled_from(["a", "b"]), st.just("Pod"), st.sampled_from("xyz")),
    st.builds(held, st.floats(0, 4), st.floats(0, 16)),
    max_size=4,
)
rounds = st.lists(st.one_of(st.none(), st.dictionaries(names, many)), min_size=1, max_size=8)


@pytest.mark.slow
@given(rounds, st.integers(0, 3), st.integers(1, 4))
@hypothesis_settings(max_examples=examples(30))
def test_whatever_is_told_parts_sum_to_the_nodes_at_every_moment_and_in_the_counters(
    told: list[dict[str, dict[Workload, Held]] | None], late: int, places: int
) -> None:
    """Rounds of five minutes, some of which fail; pieces come so many rounds late."""
    feed = StillFeed(settings(top_workloads=places))
    known = clusters(feed)
    rows = {"i-01": ONE, "i-02": TWO}
    before: dict[object, float] = {}
    seen: set[str] = set()
    risen = expected = 0.0
    for number, usage in enumerate(told):
        now = NOON + 300 * number
        nodes = tuple(node(name, pods) for name, pods in (usage or {}).items())
        feed.tell(Usage(nodes, {}) if usage is not None else None, now, "" if usage else "no")
        ended = now - 300 * late
        pieces = [piece(each, ended - 300, ended, 7.0) for each in rows.values()]
        found = news(known, now, pieces)
        seen |= rows.keys() & (usage or {}).keys()
        expected += 7.0 * len(seen)
        if usage:
            there = [rows[name].footprint.power_watts.value for name in usage if name in rows]
            assert watts(found) == pytest.approx(math.fsum(there), abs=1e-9)
        after = {(each.cluster, each.workload): each.totals for each in found.rows}
        for key, totals in after.items():
            assert totals is not None
            grown = totals.energy_joules - before.get(key, 0.0)
            assert grown >= 0
            risen += grown
        before = {key: totals.energy_joules for key, totals in after.items() if totals}
    assert risen == pytest.approx(expected)
