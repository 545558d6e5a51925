"""`history -compare live`: its forms, its sources, and what it says where it cannot be followed."""

from __future__ import annotations

import asyncio
import csv
import io
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cloud_carbon_exporter.cli import main
from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.exposition.families.counted import COUNTED
from cloud_carbon_exporter.exposition.family import FromSnapshot
from cloud_carbon_exporter.history.file import HistoryFile
from cloud_carbon_exporter.history.prometheus import Sample
from cloud_carbon_exporter.history.prometheus_hardware import hardware_of_prometheus
from cloud_carbon_exporter.history.prometheus_web import PrometheusWeb
from cloud_carbon_exporter.history.series import HeldRow, Span
from cloud_carbon_exporter.model.hours import DAY_SECONDS
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.service.compared_file import ComparedFile

pytestmark = pytest.mark.slow

DAY = int(datetime(2026, 1, 2, tzinfo=UTC).timestamp())
ACCOUNT = "111122223333"
HEADER = (
    "line_item_usage_start_date,line_item_usage_end_date,line_item_line_item_type,"
    "line_item_product_code,line_item_usage_type,line_item_usage_amount,line_item_unblended_cost,"
    "line_item_currency_code,pricing_unit,line_item_usage_account_id,product_region_code,"
    "line_item_resource_id\n"
)


@pytest.fixture
def bill(tmp_path: Path) -> Path:
    """Three days of a machine of two vCPUs, a snapshot over a month, and another account's disk."""
    path = tmp_path / "bill.csv"
    lines = [HEADER]
    for day in (1, 2, 3):
        start, end = f"2026-01-0{day}T00:00:00Z", f"2026-01-0{day + 1}T00:00:00Z"
        machine = "Usage,AmazonEC2,EUW3-BoxUsage:m5.large,24,2.4,USD,Hrs"
        lines.append(f"{start},{end},{machine},{ACCOUNT},eu-west-3,i-1\n")
    month = "2026-01-01T00:00:00Z,2026-02-01T00:00:00Z"
    kept = "Usage,AmazonEC2,EUW3-EBS:SnapshotUsage,100,5,USD,GB-Mo"
    lines.append(f"{month},{kept},{ACCOUNT},eu-west-3,snap-1\n")
    disk = "Usage,AmazonEC2,EUW3-EBS:VolumeUsage.gp3,100,5,USD,GB-Mo"
    lines.append(f"{month},{disk},999999999999,eu-west-3,vol-1\n")
    path.write_text("".join(lines))
    return path


def keep(path: Path, amounts: Sequence[tuple[str, str, float]]) -> None:
    """Write a history file of one whole day, and half of the next."""
    file = HistoryFile(path)
    rows = [
        HeldRow(DAY, "aws", ACCOUNT, "eu-west-3", kind, name, amount * 3600)
        for kind, name, amount in amounts
    ]
    rows.append(HeldRow(DAY + DAY_SECONDS, "aws", ACCOUNT, "eu-west-3", "ec2/instance", "vcpu", 1))
    file.store.add((), [Span("aws", ACCOUNT, DAY, DAY + 1.5 * DAY_SECONDS)], rows)
    file.store.close()
    file.close()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "history"
    keep(path, [("ec2/instance", "vcpu", 48.0), ("ec2/instance", "memory", 96.0)])
    return path


def rows_of(text: str) -> dict[tuple[str, str], dict[str, str]]:
    return {(row["kind"], row["unit"]): row for row in csv.DictReader(io.StringIO(text))}


def test_it_compares_the_days_that_both_have(
    bill: Path, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["history", "-from", str(bill), "-compare=live", f"-history.file={kept}"]
    assert main([*arguments, "-to=csv", "-by=account,kind,region"]) == 0
    told = rows_of(capsys.readouterr().out)
    cores = told["ec2/instance", "vcpu_hours"]
    assert (float(cores["billed"]), float(cores["counted"])) == (48, 48)
    assert (cores["cloud_region"], cores["explanation"]) == ("eu-west-3", "")
    snapshot = told["ec2/snapshot", "storage_gibibyte_hours"]
    assert float(snapshot["billed"]) == pytest.approx(2400), "100 GiB over a day of the month"
    assert (snapshot["ratio"], snapshot["explanation"][:11]) == ("0.0", "not counted")
    assert main(arguments) == 0
    text = capsys.readouterr().out
    assert "Of 1 whole days from 2026-01-02 to 2026-01-02" in text
    assert "Nobody counts account 999999999999 of aws" in text


def test_openmetrics_has_a_ratio_for_each_kind(
    bill: Path, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["history", "-from", str(bill), "-compare=live", f"-history.file={kept}"]
    assert main([*arguments, "-to=openmetrics"]) == 0
    lines = capsys.readouterr().out.splitlines()
    labels = f'cloud_provider="aws",cloud_account_id="{ACCOUNT}",kind="ec2/instance"'
    assert f'cloud_carbon_counted_hours_ratio{{{labels},unit="vcpu_hours"}} 1.0' in lines
    assert lines[-1] == "# EOF"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], "live needs what was counted: -history.file"),
        (["-history.file={kept}", "-since=2026-01-03"], "no account and whole day are in both"),
        (["-history.file={kept}", "-by=service"], "by provider, account, kind and region"),
        (["-history.file={kept}", "-to=parquet", "-output=x"], "a comparison is written as"),
        (["-from.prometheus=ftp://x"], "no URL of http or https"),
    ],
)
def test_what_cannot_be_followed_is_said(
    more: Sequence[str], said: str, bill: Path, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [word.format(kept=kept) for word in more]
    assert main(["history", "-from", str(bill), "-compare=live", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_prometheus_has_it_by_the_day() -> None:
    asked: list[str] = []

    async def ask(query: str, at: float) -> Sequence[Sample]:
        asked.append(query)
        if "build_info" in query:
            return [Sample({}, 288 if at == DAY + DAY_SECONDS else 100)]
        labels = {"cloud_provider": "aws", "cloud_account_id": "1", "kind": "ec2/instance"}
        known = {**labels, "cloud_region": "eu-west-3", "unit": "vcpu_hours"}
        return [Sample(known, 48.0), Sample({**known, "unit": "of another version"}, 7.0)]

    until = DAY + 2 * DAY_SECONDS
    found = asyncio.run(hardware_of_prometheus(ask, 'job="c"', DAY - 5, until + 7))
    assert found.rows == [
        HeldRow(DAY, "aws", "1", "eu-west-3", "ec2/instance", "vcpu", 48.0 * 3600)
    ]
    assert found.days == {("aws", "1"): frozenset({DAY})}
    assert all('{job="c"}' in query for query in asked)


def test_serve_shows_the_newest_file(
    bill: Path, kept: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "compared.csv"
    settings = load(["-demo.enabled", f"-history.compared={path}"], {}).settings
    file, source = ComparedFile(), COUNTED[0].source
    assert isinstance(source, FromSnapshot)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert file.put_in(Snapshot(0), settings).compared == ()
    assert caplog.text.count("is not shown") == 1
    arguments = ["history", "-from", str(bill), "-compare=live", f"-history.file={kept}"]
    assert main([*arguments, "-to=csv", f"-output={path}"]) == 0
    samples = list(source.samples(file.put_in(Snapshot(0), settings)))
    told = {(sample.labels[2], sample.labels[3]): sample.value for sample in samples}
    assert told["ec2/instance", "vcpu_hours"] == 1
    assert told["ec2/snapshot", "storage_gibibyte_hours"] == 0
    path.write_text("something else\n")
    assert file.put_in(Snapshot(0), settings).compared == ()


def test_a_prometheus_is_asked_over_the_wire(
    bill: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both of what it knows: hardware for the comparison, and loads for the estimate."""

    async def samples(web: PrometheusWeb, query: str, at: float) -> Sequence[Sample]:
        if "cpu_utilisation" in query:
            return [Sample({"cloud_resource_id": "arn:aws:ec2:eu-west-3:1:instance/i-1"}, 0.9)]
        if "build_info" in query:
            return [Sample({}, 288)]
        labels = {"cloud_provider": "aws", "cloud_account_id": ACCOUNT, "kind": "ec2/instance"}
        return [Sample({**labels, "cloud_region": "eu-west-3", "unit": "vcpu_hours"}, 24.0)]

    monkeypatch.setattr(PrometheusWeb, "samples", samples)
    arguments = ["history", "-from", str(bill), "-until=2026-01-04"]
    url = "http://user:secret@127.0.0.1:9"
    assert main([*arguments, "-compare=live", f"-from.prometheus={url}", "-since=2026-01-01"]) == 0
    text = capsys.readouterr().out
    assert "1 of 2 is counted" in text
    assert "secret" not in text
    assert main([*arguments, f"-utilisation=prometheus={url}", "-by=kind"]) == 0
    assert "The CPU load of 100.0 % of the hours of machines was read" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["-utilisation=prometheus=here"], "say default, or prometheus=URL"),
        (["-utilisation=guess"], "say default, or prometheus=URL"),
        (["-grid.source=electricitymaps"], "only facts and file:PATH are read"),
        (["-grid.source=file:{kept}.none"], "there is no such table"),
        (["-grid.source=file:{kept}", "-grid.method=market"], "tables of hours are by"),
    ],
)
def test_conditions_that_nothing_tells_are_refused(
    more: Sequence[str], said: str, bill: Path, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [word.format(kept=kept) for word in more]
    assert main(["history", "-from", str(bill), *arguments]) == 2
    assert said in capsys.readouterr().err


def test_rows_in_focus_have_no_conditions(
    bill: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "grid.csv"
    table.write_text("zone,grams_per_kilowatt_hour\neu-west-3,40\n")
    arguments = ["history", "-from", str(bill), f"-grid.source=file:{table}"]
    assert main([*arguments, "-to=focus"]) == 2
    assert "usual load and the annual grid" in capsys.readouterr().err
    assert main([*arguments, "-by=kind"]) == 0
    assert "The grid of 100.0 % of the energy is that of its time" in capsys.readouterr().out
