"""Days of workloads in the history file: kept with the hours, told with what is in no cluster."""

from __future__ import annotations

import csv
import io
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from cloud_carbon_exporter.cli import main
from cloud_carbon_exporter.history.file import HistoryFile, in_memory
from cloud_carbon_exporter.history.recorder import Recorder
from cloud_carbon_exporter.history.tables import STEPS, VERSION, migrate
from cloud_carbon_exporter.model.clusters import (
    IDLE,
    ClusterKey,
    ClusterNews,
    Workload,
    WorkloadDay,
)
from cloud_carbon_exporter.model.hours import DAY_SECONDS, HOUR_SECONDS
from tests.history.estates import START, snapshot
from tests.reporting.months import at, filled

PROD = ClusterKey("aws", "111111111111", "prod")
WEB, DB = Workload("shop", "Deployment", "web"), Workload("data", "StatefulSet", "db")
TODAY = START // DAY_SECONDS * DAY_SECONDS
NOVEMBER = ("-since=2025-11", "-until=2025-12", "-format=csv")


def day(workload: Workload, joules: float, at_day: int = TODAY) -> WorkloadDay:
    return WorkloadDay(at_day, PROD, workload, joules, joules / 1e5, joules / 1e6)


def test_days_add_up_and_are_forgotten_with_the_hours() -> None:
    store = in_memory()
    for number in (0, 1):
        store.add((), (), days=[day(WEB, 10.0 + number), day(DB, 1.0, TODAY - DAY_SECONDS)])
    found = {each.workload: each for each in store.reader.workload_days(TODAY, TODAY + 1)}
    assert found.keys() == {WEB}
    assert found[WEB][3:] == pytest.approx(day(WEB, 21.0)[3:])
    assert len(store.reader.workload_days(TODAY - DAY_SECONDS, TODAY + 1)) == 2
    store.forget(TODAY + DAY_SECONDS)
    (left,) = store.reader.workload_days(0, TODAY + DAY_SECONDS)
    assert left.workload == WEB


def test_what_a_recorder_writes_is_what_was_counted(tmp_path: Path) -> None:
    file = HistoryFile(tmp_path / "history")
    recorder = Recorder(file.store, 3 * DAY_SECONDS)
    news = ClusterNews(days=(day(WEB, 10.0), day(IDLE, 5.0)))
    recorder.record(replace(snapshot(START), clusters=news))
    recorder.record(replace(snapshot(START + HOUR_SECONDS), clusters=news), kept=False)
    recorder.close(10, kept=False)
    file.close()
    with sqlite3.connect(tmp_path / "history") as database:
        (joules,) = database.execute("SELECT sum(joules) FROM workload_days").fetchone()
    database.close()
    assert joules == 15.0  # the second look is not saved, and will be counted again


def test_a_file_of_before_has_no_days_and_is_brought_up() -> None:
    database = sqlite3.connect(":memory:", isolation_level=None)
    migrate(database, STEPS[:1])
    migrate(database)
    assert database.execute("SELECT count(*) FROM workload_days").fetchone() == (0,)
    assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months, and a cluster in one of the accounts."""
    path = tmp_path_factory.mktemp("kept") / "history.sqlite"
    file = HistoryFile(path)
    filled(into=file.store)
    days = range(at("2025-10-20"), at("2025-12-01"), DAY_SECONDS)
    told = [day(workload, 1e6, each) for each in days for workload in (WEB, DB, IDLE)]
    file.store.add((), (), days=told)
    file.store.close()
    file.close()
    return path


def rows(kept: Path, capsys: pytest.CaptureFixture[str], *more: str) -> list[dict[str, str]]:
    assert main(["report", f"-history.file={kept}", *NOVEMBER, *more]) == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


@pytest.mark.usefixtures("process_kept")
def test_a_report_by_namespace_comes_to_the_report(
    kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (whole,) = rows(kept, capsys)
    told = {row["namespace"]: row for row in rows(kept, capsys, "-by=namespace")}
    assert told.keys() == {"shop", "data", "__idle__", ""}
    assert float(told["shop"]["energy_kilowatt_hours"]) == pytest.approx(30e6 / 3.6e6)
    assert told["shop"]["energy_kilowatt_hours_lower"] == ""  # of a part no interval is known
    for amount in ("energy_kilowatt_hours", "emissions_grams"):
        parts = sum(float(row[amount]) for row in told.values())
        assert parts == pytest.approx(float(whole[amount]))


@pytest.mark.usefixtures("process_kept")
def test_by_account_too_the_rest_is_that_of_each(
    kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts = {row["cloud_account_id"]: row for row in rows(kept, capsys, "-by=account")}
    told = rows(kept, capsys, "-by=account,cluster")
    for account, row in accounts.items():
        of_it = [each for each in told if each["cloud_account_id"] == account]
        parts = sum(float(each["energy_kilowatt_hours"]) for each in of_it)
        assert parts == pytest.approx(float(row["energy_kilowatt_hours"]))
        assert ("prod" in {each["cluster"] for each in of_it}) == (account == PROD.account_id)


@pytest.mark.usefixtures("process_kept")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-since=2025-11", "-until=2025-11-20T06:00", "-by=namespace"), "whole days of UTC"),
        (("-since=2025-11", "-until=2025-12", "-by=namespace,kind"), "nothing is counted by both"),
    ],
)
def test_what_it_cannot_tell_is_said(
    kept: Path, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", f"-history.file={kept}", *arguments]) == 2
    assert message in capsys.readouterr().err
