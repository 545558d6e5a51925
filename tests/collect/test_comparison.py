"""Our months beside the provider's: by service, over a restart, and when they are told anew."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target
from cloud_carbon_exporter.collect.comparison import Comparison, newest_only
from cloud_carbon_exporter.collect.counters import Counters
from cloud_carbon_exporter.collect.report_history import KEPT_MONTHS, ReportHistory
from cloud_carbon_exporter.collect.service_months import ServiceMonths, ServicePart
from cloud_carbon_exporter.collect.shard import Shard
from cloud_carbon_exporter.collect.surroundings import Surroundings
from cloud_carbon_exporter.collect.sweep import SweepKey
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.months import Calibration
from cloud_carbon_exporter.model.snapshot import ReportedEmissions
from cloud_carbon_exporter.model.types import Component, Location, Resource
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Extras, Raw
from cloud_carbon_exporter.storage.comparison_rows import read_comparison
from cloud_carbon_exporter.storage.rows import Row, Section
from cloud_carbon_exporter.storage.state_file import StateFile
from tests.fakes.cloud import Clock, Cloud, FakeClient

PLACE = facts.place("aws", "eu-west-1")
AT = Location("aws", "1", "eu-west-1")
VOLUME = Resource("vol-1", "ec2/volume", "", AT, (Component("block", "aws/gp3", 1000),))
BUCKET = Resource("b", "s3/bucket", "", AT, (Component("block", "aws/gp3", 500),))
SWEEP = SweepKey("prod", 0, "1", "eu-west-1", "")
PART = ServicePart("aws", "1", "eu-west-1", "AmazonEC2", "location")
DAY = 86400.0


def moment(month: int, day: int = 1, year: int = 2026) -> float:
    return datetime(year, month, day, tzinfo=UTC).timestamp()


NOW = moment(11, 20)


def counted(since: float, until: float) -> Counters:
    counters = Counters(lambda _: Surroundings(PLACE, PLACE.intensities[:1]), 1800)
    while since <= until:
        counters.observe(SWEEP, [VOLUME, BUCKET], since, 0, lambda _: False)
        counters.advance(since)
        since += DAY / 4
    return counters


def report(
    grams: float, month: int = 10, service: str = "AmazonEC2", version: str = "v3.0.0"
) -> ReportedEmissions:
    start, end = moment(month), moment(month + 1)
    return ReportedEmissions(
        "aws",
        "1",
        "eu-west-1",
        service,
        "location",
        "told",
        start,
        end,
        grams,
        model_version=version,
    )


def found(comparison: Comparison, counters: Counters) -> Sequence[Calibration]:
    return comparison.calibrations(NOW, tuple(counters.months.closed(NOW)))


def test_what_was_counted_is_summed_by_service_and_compared() -> None:
    counters = counted(moment(9, 20), NOW)
    comparison = Comparison(counters.services)
    [october] = [month for month in counters.months.closed(NOW) if month.start == moment(10)]
    of_october = [one for one in counters.services.all() if one.start == moment(10)]
    assert {(one.service, one.method) for one in of_october} == {
        ("AmazonEC2", "location"),
        ("AmazonS3", "location"),
    }
    assert sum(one.operational_grams for one in of_october) == pytest.approx(
        october.operational_grams
    )
    assert sum(one.embodied_grams for one in of_october) == pytest.approx(october.embodied_grams)
    comparison.reports.take([report(2 * october.grams)])
    ratios = {(one.region, one.service): one.ratio.value for one in found(comparison, counters)}
    volumes = october.grams * 2 / 3
    assert ratios == {
        ("eu-west-1", "AmazonEC2"): pytest.approx(2 * october.grams / volumes),
        ("", "AmazonEC2"): pytest.approx(2 * october.grams / volumes),
        ("", ""): pytest.approx(2),
    }


def test_all_of_it_survives_a_restart(tmp_path: Path) -> None:
    counters = counted(moment(9, 20), NOW)
    comparison = Comparison(counters.services)
    comparison.reports.take([report(1000, 9), report(1000)])
    comparison.reports.take([report(1200, version="v3.1.0")])
    before = found(comparison, counters)
    sections: dict[str, Section] = {"counters": counters, "comparison": comparison}
    StateFile(tmp_path / "state", sections).save()
    again = counted(NOW, NOW)
    resumed = Comparison(again.services)
    loaded: dict[str, Section] = {"comparison": resumed, "counters": again}
    StateFile(tmp_path / "state", loaded).load()
    assert found(resumed, again) == before
    assert [month.restated for month in resumed.reports.months()] == [0, 1]
    assert list(resumed.dump()) == list(comparison.dump())


def test_a_state_without_it_starts_it_at_nothing(tmp_path: Path) -> None:
    counters = counted(moment(9, 20), NOW)
    StateFile(tmp_path / "state", {"counters": counters}).save()
    again = Counters(lambda _: Surroundings(PLACE, PLACE.intensities[:1]), 1800)
    comparison = Comparison(again.services)
    StateFile(tmp_path / "state", {"counters": again, "comparison": comparison}).load()
    comparison.reports.take([report(1000)])
    assert found(comparison, again) == (), "nobody knows of which services that month was"
    assert list(again.months.closed(NOW)) == list(counters.months.closed(NOW))


@pytest.mark.parametrize(
    "row",
    [
        ["other", 1],
        ["own", "aws", "1"],
        ["own", "aws", "1", "eu-west-1", "AmazonEC2", "location", "x", 1, 1],
        ["report", "aws", "1", "told", 1, 2, "", 0, []],
        ["report", "aws", "1", "told", 1, 2, "", 0, [["eu-west-1", "AmazonEC2"]]],
    ],
)
def test_nonsense_in_the_state_is_refused(row: Row) -> None:
    with pytest.raises((ValueError, TypeError)):
        list(read_comparison([row]))


def test_a_month_told_again_replaces_what_was_told_and_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    history = ReportHistory()
    history.take([report(1000, 9), report(1000), report(5, service="AmazonS3")])
    assert not caplog.records
    version = history.version
    history.take([report(5, service="AmazonS3"), report(1000)])
    assert history.version == version, "the same in another order is nothing new"
    history.take([report(1500, version="v3.1.0")])
    assert sum(row.grams for row in history.rows()) == 2500
    assert [(month.grams, month.restated) for month in history.months()] == [(1000, 0), (1500, 1)]
    [said] = [record.message for record in caplog.records]
    assert "restates October 2026: 1005 g, then 1500 g" in said
    assert "model v3.0.0, then v3.1.0" in said
    history.take([report(1600, version="v3.1.0")])
    assert "same model" in caplog.records[-1].message
    assert [month.restated for month in history.months()] == [0, 2]


def test_sums_added_up_in_another_order_restate_nothing() -> None:
    history = ReportHistory()
    history.take([report(1e6), report(0.5, service="AmazonS3")])
    version = history.version
    history.take([report(0.5 + 1e-9, service="AmazonS3"), report(1e6 + 0.4)])
    assert history.version == version
    assert [month.restated for month in history.months()] == [0]
    history.take([report(1.001e6), report(0.5, service="AmazonS3")])
    assert [month.restated for month in history.months()] == [1]


def test_more_months_than_are_kept_are_not_taken_again_and_again() -> None:
    history = ReportHistory()
    told = [replace(report(1000), start=start) for start in months_back(KEPT_MONTHS + 4)]
    history.take(told)
    version, months = history.version, history.months()
    assert len(months) == KEPT_MONTHS
    history.take(told)
    assert history.version == version and history.months() is months


def months_back(count: int) -> Iterator[float]:
    for number in range(count):
        year, month = divmod(2026 * 12 + 9 - number, 12)
        yield moment(month + 1, year=year)


def test_twelve_months_of_reports_are_kept_and_thirteen_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    history, services = ReportHistory(), ServiceMonths()
    starts = list(months_back(30))
    for start in starts:
        history.take([replace(report(1000), start=start)])
        services.add(PART, start, 1, 1)
    assert {row.start for row in history.rows()} == set(starts[:KEPT_MONTHS])
    assert {one.start for one in services.all()} == set(starts[: KEPT_MONTHS + 1])
    services.add(PART, moment(11), 1, 1)
    assert {one.start for one in services.all()} == {moment(11), *starts[:KEPT_MONTHS]}
    monkeypatch.setattr("cloud_carbon_exporter.collect.report_history.MOST_ROWS", 5)
    history.take([report(1001)])
    assert len(history.rows()) == 5, "in bounded memory"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "compared"),
    [
        (CollectSettings(), True),
        (CollectSettings(mode="scrape"), False),
        (CollectSettings(shard=Shard(0, 2)), False),
    ],
)
async def test_a_collector_compares_what_it_counts_whole(
    settings: CollectSettings, compared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def extras(self: FakeClient, now: float) -> Extras:
        october = replace(report(1000), account_id="111111111111")
        older = replace(october, start=moment(9), end=moment(10))
        return Extras(reported=(older, october) if now > moment(11, 3) else ())

    monkeypatch.setattr(FakeClient, "extras", extras)
    clock = Clock(moment(9, 28))
    estate: dict[str, list[Raw]] = {
        f"eu-west-{number}": [{"type": "volume", "id": f"vol-{number}", "gib": 100}]
        for number in range(1, 9)  # replicas share an account by its regions
    }
    cloud = Cloud(estate)
    target = Target("target", cloud.provider(), TargetSettings(provider="aws"))
    collector = Collector([target], settings, Budget(clock), lambda snapshot: None, clock)
    while clock.now < moment(11, 8):
        await collector.refresh()
        clock.now += DAY
    await collector.close()
    shown = collector.snapshot
    assert [row.start for row in shown.reported] == [moment(10)]
    assert [month.start for month in shown.reported_months] == [moment(9), moment(10)]
    assert bool(shown.calibrations) is compared
    assert 0 < len(shown.rows) <= len(estate)
    assert {one.service for one in shown.calibrations} <= {""}, "a kind no report knows"


def test_what_is_shown_is_of_the_newest_month() -> None:
    rows = [report(1, 9), report(2), report(3, 9, "AmazonS3"), replace(report(4, 8), source="x")]
    assert [row.grams for row in newest_only(rows)] == [2, 4]


def test_ratios_are_made_anew_with_a_new_report_and_once_an_hour() -> None:
    counters = counted(moment(9, 20), NOW)
    comparison = Comparison(counters.services)
    months = tuple(counters.months.closed(NOW))
    comparison.reports.take([report(1000)])
    first = comparison.calibrations(NOW, months)
    assert comparison.calibrations(NOW + 60, months) is first
    assert comparison.calibrations(NOW + 3600, months) is not first
    comparison.reports.take([report(2000)])
    second = comparison.calibrations(NOW + 3660, months)
    assert second[0].ratio.value == pytest.approx(2 * first[0].ratio.value)
    assert comparison.calibrations(NOW + 3700, ()) == (), "as in scrape mode, where none is kept"
