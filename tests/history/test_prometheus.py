"""History from a Prometheus: what a real one says of a month, beside what was put into it."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pytest

from cloud_carbon_exporter.cli import main
from cloud_carbon_exporter.commands.reported_months import months_of_prometheus
from cloud_carbon_exporter.history.prometheus import CannotTell, PrometheusHistory, Sample
from cloud_carbon_exporter.history.prometheus_web import PrometheusWeb
from cloud_carbon_exporter.history.query import Query, Summed
from cloud_carbon_exporter.history.series import LABELS, By, in_no_cluster, tag_value
from cloud_carbon_exporter.model.months import ReportedMonth
from cloud_carbon_exporter.reporting.period.figures import Period
from tests.e2e.programs import Prometheus
from tests.reporting.months import at

SINCE, UNTIL = at("2025-11-01"), at("2025-11-04T12:00")
GAP = Period(at("2025-11-02T06:00"), at("2025-11-02T12:00"))
STEP = 120
WATTS, GRAMS = 50.0, 0.002
"""Of each series, a second."""


class Counted(NamedTuple):
    """A series that is put in: its labels, and when it was there."""

    account: str
    region: str
    since: int = SINCE - 3600
    until: int = UNTIL + 3600


SERIES = (
    Counted("111", "eu-west-3"),
    Counted("111", "us-east-1"),
    Counted("222", "us-east-1", at("2025-11-02T18:00"), at("2025-11-03T18:00")),
)


class Split(NamedTuple):
    """A workload's part of the first of them."""

    namespace: str
    workload: str
    ratio: float

    @property
    def labels(self) -> str:
        return (
            'cloud_provider="aws",cloud_account_id="111",cluster="prod",'
            f'namespace="{self.namespace}",workload_kind="Deployment",workload="{self.workload}"'
        )


SPLIT = (Split("shop", "web", 0.4), Split("shop", "cart", 0.1), Split("__idle__", "", 0.2))


def texts() -> Iterator[str]:
    """The samples as OpenMetrics, one family after another."""
    for name, rate in (
        ("energy_joules", WATTS),
        ("operational_emissions_grams", GRAMS),
        ("embodied_emissions_grams", GRAMS / 2),
    ):
        for family in (f"cloud_carbon_account_{name}", f"cloud_carbon_{name}"):
            yield f"# TYPE {family} counter\n"
            for series in SERIES:
                yield from _counter(family, series, rate)
        for split in SPLIT:
            family = f"cloud_carbon_kubernetes_{name}"
            yield f"# TYPE {family} counter\n"
            yield from _counter(family, SERIES[0], rate * split.ratio, split.labels)
    bounds = (("lower_", 0.5), ("", 1), ("upper_", 2))
    for bound, factor in bounds:
        for name, unit in (
            ("power", "watts"),
            ("operational_emissions", "grams_per_second"),
            ("embodied_emissions", "grams_per_second"),
        ):
            yield from _gauge(f"cloud_carbon_total_{name}_{bound}{unit}", "", factor)
            of_cloud = '{cloud_provider="aws"}'  # of one cloud, and no part of the whole
            yield from _gauge(f"cloud_carbon_total_{name}_{bound}{unit}", of_cloud, factor * 9)
    yield from _gauge("cloud_carbon_exporter_build_info", '{version="1"}', 1)
    labels = 'job="a",instance="b",cloud_resource_id="1"'
    yield from _gauge("cloud_carbon_power_watts", f"{{{labels}}}", 100)
    yield from _gauge("cloud_carbon_resource_info", f'{{{labels},basis="measured"}}', 1)
    month = '{cloud_provider="aws",cloud_account_id="111",method="market",source="s",service="EC2"}'
    reported = "cloud_carbon_provider_reported"
    yield from _gauge(f"{reported}_emissions_grams", month, 1234)
    yield from _gauge(f"{reported}_month_timestamp_seconds", month, at("2025-10-01"))
    yield "# EOF\n"


def _counter(family: str, series: Counted, rate: float, own: str = "") -> Iterator[str]:
    labels = own or (
        f'cloud_provider="aws",cloud_account_id="{series.account}",'
        f'cloud_region="{series.region}",kind="ec2/instance",tag_team="{series.account}"'
    )
    for moment in range(series.since, series.until, STEP):
        if not GAP.start <= moment < GAP.end:
            yield f"{family}_total{{{labels}}} {(moment - series.since) * rate} {moment}\n"


def _gauge(name: str, labels: str, value: float) -> Iterator[str]:
    yield f"# TYPE {name} gauge\n"
    for moment in range(SINCE - 3600, UNTIL + 3600, STEP):
        if not GAP.start <= moment < GAP.end:
            yield f"{name}{labels} {value} {moment}\n"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus that holds them."""
    home = tmp_path_factory.mktemp("prometheus")
    (home / "samples").write_text("".join(_by_family()), encoding="utf-8")
    program = shutil.which("promtool")
    assert program, "promtool is needed: apt-get install prometheus"
    command = [program, "tsdb", "create-blocks-from", "openmetrics", "samples", "series"]
    subprocess.run(command, cwd=home, check=True, capture_output=True)
    with Prometheus(home, "http://127.0.0.1:1") as running:
        yield running.ready().url


def _by_family() -> Iterator[str]:
    """OpenMetrics has each family in one piece."""
    typed: dict[str, list[str]] = {}
    last = ""
    for text in texts():
        if text.startswith("# TYPE"):
            last = text
            typed.setdefault(last, [])
        elif text != "# EOF\n":
            typed[last].append(text)
    for head, lines in typed.items():
        yield head
        yield from lines
    yield "# EOF\n"


def found(url: str, by: dict[str, By], step: str = "") -> Sequence[Summed]:
    async def ask() -> Sequence[Summed]:
        web = PrometheusWeb(url, {})
        try:
            return await PrometheusHistory(web.samples).find(Query(SINCE, UNTIL, by, step))
        finally:
            await web.close()

    return asyncio.run(ask())


def expected(series: Counted) -> float:
    """Seconds of the period that a counter tells of: it goes on over a gap."""
    return min(series.until, UNTIL) - max(series.since, SINCE)


@pytest.mark.server
def test_increases_of_days_are_those_of_the_counters(url: str) -> None:
    by_account = {"cloud_account_id": LABELS["cloud_account_id"]}
    sums = {row.labels: row for row in found(url, by_account)}
    assert set(sums) == {("111",), ("222",)}
    for (account,), row in sums.items():
        seconds = sum(expected(series) for series in SERIES if series.account == account)
        assert row.amounts.energy_joules.value == pytest.approx(WATTS * seconds, rel=0.005)
        assert row.amounts.operational_grams.value == pytest.approx(GRAMS * seconds, rel=0.005)
        assert row.amounts.embodied_grams.value == pytest.approx(GRAMS / 2 * seconds, rel=0.005)


@pytest.mark.server
def test_time_without_an_exporter_was_not_counted(url: str) -> None:
    (whole,) = found(url, {})
    seen = UNTIL - SINCE - GAP.seconds
    # a look every five minutes, and Prometheus holds on to a sample for as long
    assert whole.seconds == pytest.approx(seen, abs=1200)
    days = found(url, {}, "day")
    assert [row.start for row in days] == [
        at("2025-11-01"),
        at("2025-11-02"),
        at("2025-11-03"),
        at("2025-11-04"),
    ]
    assert days[1].seconds == pytest.approx(18 * 3600, abs=900)
    assert days[-1].end == UNTIL


@pytest.mark.server
def test_bounds_are_those_of_the_whole(url: str) -> None:
    (whole,) = found(url, {})
    energy = whole.amounts.energy_joules.estimate
    assert energy.lower == pytest.approx(energy.value / 2)
    assert energy.upper == pytest.approx(energy.value * 2)


@pytest.mark.server
def test_by_a_tag_and_by_basis(url: str) -> None:
    teams = found(url, {"tag_team": tag_value("team")})
    assert [row.labels for row in teams] == [("111",), ("222",)]
    (measured,) = found(url, {"basis": LABELS["basis"]})
    assert measured.amounts.energy_joules.basis == "measured"
    assert measured.amounts.energy_joules.value == 100 * (UNTIL - SINCE)


@pytest.mark.server
def test_by_namespace_what_is_in_no_cluster_is_the_rest(url: str) -> None:
    rows = {row.labels: row for row in found(url, {"namespace": in_no_cluster})}
    assert rows.keys() == {("shop",), ("__idle__",), ("",)}
    of_one, whole = expected(SERIES[0]), sum(map(expected, SERIES))
    for labels, seconds in (("shop", 0.5 * of_one), ("__idle__", 0.2 * of_one)):
        joules = rows[labels,].amounts.energy_joules.value
        assert joules == pytest.approx(WATTS * seconds, rel=0.005)
    together = sum(row.amounts.emissions_grams.value for row in rows.values())
    assert together == pytest.approx(1.5 * GRAMS * whole, rel=0.005)
    by = {"cloud_account_id": LABELS["cloud_account_id"], "workload": in_no_cluster}
    told = [row.labels for row in found(url, by)]
    assert told == [("111", ""), ("111", "cart"), ("111", "web"), ("222", "")]
    with pytest.raises(CannotTell, match="by kind and a label of clusters"):
        found(url, {"kind": LABELS["kind"], "namespace": in_no_cluster})


@pytest.mark.server
def test_what_a_provider_reported_later_is_found(url: str) -> None:
    async def ask() -> Sequence[ReportedMonth]:
        web = PrometheusWeb(url, {})
        try:
            october = Period(at("2025-10-01"), at("2025-11-01"))
            return await months_of_prometheus(web.samples, "", october, UNTIL)
        finally:
            await web.close()

    (month,) = asyncio.run(ask())
    assert (month.account_id, month.method, month.grams) == ("111", "market", 1234)
    assert (month.start, month.end) == (at("2025-10-01"), at("2025-11-01"))


async def test_slim_series_have_no_tag_to_sum_by() -> None:
    async def slim(query: str, at: float) -> Sequence[Sample]:
        return [Sample({}, 3)]

    history = PrometheusHistory(slim)
    with pytest.raises(CannotTell, match="slim"):
        await history.find(Query(SINCE, UNTIL, {"tag_team": tag_value("team")}))


async def test_the_selector_stands_in_every_query() -> None:
    asked: list[str] = []

    async def nothing(query: str, at: float) -> Sequence[Sample]:
        asked.append(query)
        return []

    history = PrometheusHistory(nothing, 'job="carbon"')
    for by in ({}, {"kind": LABELS["kind"]}, {"basis": LABELS["basis"]}, {"tag_a": tag_value("a")}):
        assert await history.find(Query(SINCE, UNTIL, by)) == []
    assert asked
    for query in asked:
        assert query.count("cloud_carbon_") == query.count('job="carbon"'), query


def told(capsys: pytest.CaptureFixture[str], url: str, *more: str) -> dict[str, Any]:
    """A report of the whole time that is held there."""
    period = ("-since=2025-11-01", "-until=2025-11-04T12:00Z", "-format=json")
    assert main(["report", f"-from.prometheus={url}", *period, *more]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


@pytest.mark.server
@pytest.mark.usefixtures("process_kept")
def test_a_report_of_it(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    query = (
        'sum(increase(cloud_carbon_account_energy_joules_total{cloud_account_id="111"}[$range]))'
    )
    document = told(capsys, url, "-by=account", f"-functional-units=joule={query}")
    seconds = sum(map(expected, SERIES))
    totals = document["totals"]
    assert totals["emissions_grams"]["value"] == pytest.approx(1.5 * GRAMS * seconds, rel=0.005)
    assert totals["emissions_grams"]["lower"] < totals["emissions_grams"]["value"]
    assert {group["labels"]["cloud_account_id"] for group in document["groups"]} == {"111", "222"}
    # of groups no interval is known, and none is made up
    assert {group["emissions_grams"]["lower"] for group in document["groups"]} == {None}
    assert document["counted"]["step"] == "day"
    assert document["counted"]["ratio"] == pytest.approx(78 / 84, abs=0.01)
    assert document["energy_by_basis"] == {"measured": 1}
    units = document["software_carbon_intensity"]["units"]
    of_one = sum(expected(series) for series in SERIES if series.account == "111")
    assert units == pytest.approx(WATTS * of_one, rel=0.005)


@pytest.mark.server
@pytest.mark.usefixtures("process_kept")
@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        (("-from.selector=job=",), 1, "400"),
        (("-from.selector=job='nobody'",), 1, "nothing of that time was counted"),
        (("-by=team,basis",), 2, "tells it of the whole alone"),
        (("-functional-units=order=nothing_there",), 2, "there were none"),
    ],
)
def test_what_it_cannot_tell_is_said(
    url: str, more: tuple[str, ...], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    period = ("-since=2025-11-01", "-until=2025-11-04T12:00Z")
    assert main(["report", f"-from.prometheus={url}", *period, *more]) == code
    assert message in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.usefixtures("process_kept")
def test_a_password_is_told_to_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    url = "http://reader:hunter2-and-more@127.0.0.1:1"
    assert main(["report", f"-from.prometheus={url}", "-since=2025-11-01"]) == 1
    said = capsys.readouterr()
    assert "no connection" in said.err
    assert "hunter2" not in said.out + said.err
