"""Our own month, beside the provider's."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cloud_carbon_exporter.collect.account_sums import AccountKey
from cloud_carbon_exporter.collect.counters import Counters
from cloud_carbon_exporter.collect.integral import Piece
from cloud_carbon_exporter.collect.months import KEPT_MONTHS, Months
from cloud_carbon_exporter.collect.service_months import ServiceMonths, ServicePart
from cloud_carbon_exporter.collect.surroundings import Surroundings
from cloud_carbon_exporter.collect.sweep import SweepKey
from cloud_carbon_exporter.exposition.families.reported import own_months, reported_ratios
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.months import OwnMonth
from cloud_carbon_exporter.model.snapshot import ReportedEmissions, Snapshot
from cloud_carbon_exporter.model.types import Component, Location, Resource
from cloud_carbon_exporter.storage.state_file import StateFile

PLACE = facts.place("aws", "eu-west-1")
AT = Location("aws", "1", "eu-west-1")
VOLUME = Resource("vol-1", "ec2/volume", "", AT, (Component("block", "aws/gp3", 1000),))
SWEEP = SweepKey("prod", 0, "1", "eu-west-1", "")
PART = ServicePart("aws", "1", "eu-west-1", "AmazonEC2", "location")
DAY = 86400.0


def moment(month: int, day: int = 1) -> float:
    return datetime(2026, month, day, tzinfo=UTC).timestamp()


def counted(since: float, until: float, step: float = 6 * 3600) -> Counters:
    counters = Counters(lambda _: Surroundings(PLACE, PLACE.intensities[:1]), 1800)
    while since <= until:
        counters.observe(SWEEP, [VOLUME], since, 0, lambda _: False)
        counters.advance(since)
        since += step
    return counters


def test_a_whole_month_is_what_its_counters_rose_by() -> None:
    counters = counted(moment(9, 20), moment(11, 5))
    [september, october] = sorted(
        counters.months.closed(moment(11, 5)), key=lambda month: month.start
    )
    assert (october.start, october.end) == (moment(10), moment(11))
    assert october.covered_ratio == pytest.approx(1)
    assert september.covered_ratio == pytest.approx(11 / 30)
    assert september.grams == pytest.approx(october.grams * 11 / 31)
    totals = counters.accounts()[AccountKey("aws", "1", "eu-west-1", "ec2/volume")]
    whole = totals.operational_grams + totals.embodied_grams
    assert october.grams == pytest.approx(whole * 31 / 46)


def test_a_piece_over_the_end_of_a_month_counts_in_both() -> None:
    services = ServiceMonths()
    months = Months(services)
    piece = Piece(moment(10) - 3600, moment(10) + 2 * 3600, 0, 30, 3)
    months.add(PART, piece)
    [september, october] = sorted(months.closed(moment(11)), key=lambda month: month.start)
    assert (september.operational_grams, october.operational_grams) == pytest.approx((10, 20))
    assert (september.embodied_grams, october.embodied_grams) == pytest.approx((1, 2))
    assert [one.start for one in services.all()] == [moment(9), moment(10)]
    assert [one.operational_grams for one in services.all()] == pytest.approx([10, 20])


def test_months_survive_a_restart_and_old_ones_go(tmp_path: Path) -> None:
    counters = counted(moment(1) - 365 * DAY, moment(11, 5), DAY)
    path = tmp_path / "state"
    StateFile(path, {"counters": counters}).save()
    again = counted(moment(11, 5), moment(11, 5))
    StateFile(path, {"counters": again}).load()
    before, after = (
        list(counters.months.closed(moment(11, 5))),
        list(again.months.closed(moment(11, 5))),
    )
    assert before == after
    assert len(before) == KEPT_MONTHS - 1  # and the one that runs


def own(covered: float, month: int = 10) -> OwnMonth:
    start, end = moment(month), moment(month + 1)
    return OwnMonth("aws", "1", start, end, 300.0, 100.0, start, start + covered * (end - start))


def reported(grams: float, month: int = 10, method: str = "location") -> ReportedEmissions:
    return ReportedEmissions(
        "aws", "1", "eu-west-1", "ec2", method, "test", moment(month), moment(month + 1), grams
    )


def test_the_ratio_sums_what_is_reported_and_appears_from_95_percent_on() -> None:
    rows = (reported(100), reported(60), reported(7, method="market"), reported(9999, month=9))
    whole = Snapshot(0, months=(own(0.96),), reported=rows)
    assert dict(reported_ratios(whole)) == {
        ("aws", "1", "location", "other"): pytest.approx(0.4),
        ("aws", "1", "market", "other"): pytest.approx(7 / 400),
    }
    assert not dict(reported_ratios(Snapshot(0, months=(own(0.94),), reported=rows)))
    assert not dict(reported_ratios(Snapshot(0, months=(own(1, month=9),), reported=rows)))


def test_our_month_is_that_of_the_report_else_the_newest() -> None:
    grams = own_months(lambda month: month.start)
    both = (own(1, month=9), own(1, month=10))
    assert dict(grams(Snapshot(0, months=both))) == {("aws", "1"): moment(10)}
    assert dict(grams(Snapshot(0, months=both, reported=(reported(1, month=9),)))) == {
        ("aws", "1"): moment(9)
    }


def test_a_piece_is_cut_at_the_end_of_its_month() -> None:
    counters = Months(ServiceMonths())
    counters.add(PART, Piece(moment(11) - 60, moment(11) + 60, 0, 1, 1))
    [october] = counters.closed(moment(11, 2))
    assert october.last == moment(11)
