"""`report -since -export.folder`: files of a day, whole, as they were, and read by others."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cloud_carbon_exporter.cli import main
from cloud_carbon_exporter.commands import report_days
from cloud_carbon_exporter.commands.report_days import form, write_days
from cloud_carbon_exporter.history.file import HistoryFile
from cloud_carbon_exporter.history.reading import asking
from cloud_carbon_exporter.history.series import LABELS
from cloud_carbon_exporter.model.hours import HOUR_SECONDS
from cloud_carbon_exporter.reporting.period.figures import Period
from tests.reporting.months import GAP, NOVEMBER, PARTS, at, filled

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("process_kept")]

HOURS = (NOVEMBER.seconds - GAP.seconds) // HOUR_SECONDS


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history file of two months."""
    path = tmp_path_factory.mktemp("kept") / "history.sqlite"
    file = HistoryFile(path)
    filled(into=file.store).close()
    file.close()
    return path


def export(kept: Path, folder: Path, *arguments: str) -> int:
    since = ("-since=2025-11", "-until=2025-12")
    return main(["report", f"-history.file={kept}", f"-export.folder={folder}", *since, *arguments])


def asked(folder: Path, what: str) -> Any:
    files = f"read_parquet('{folder}/**/*.parquet', hive_partitioning = true)"
    with duckdb.connect() as connection:
        return connection.execute(what.format(files)).fetchall()


def test_each_day_is_a_file_that_another_program_reads(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(kept, tmp_path, "-metrics.tags=team") == 0
    assert len(list(tmp_path.rglob("hours.parquet"))) == 29  # a day of the gap has no hour
    columns = asked(tmp_path, "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {0})")
    types = dict(columns)
    assert types["start"] == "TIMESTAMP WITH TIME ZONE"
    assert types["day"] == "DATE"
    assert types["tag_team"] == types["basis"] == "VARCHAR"
    assert types["emissions_grams_lower"] == "DOUBLE"
    ((rows, grams, first),) = asked(
        tmp_path,
        "SELECT count(*), sum(emissions_grams), epoch(min(start)) FROM {0}",
    )
    assert rows == HOURS * len(PARTS)
    assert first == NOVEMBER.start
    with_intervals = "SELECT count(*) FROM {0} WHERE emissions_grams_lower < emissions_grams"
    assert asked(tmp_path, with_intervals) == [(rows,)]
    assert "29 days written, 0 stood there already" in capsys.readouterr().out
    main(["report", f"-history.file={kept}", "-since=2025-11", "-until=2025-12", "-format=csv"])
    (whole,) = csv.DictReader(capsys.readouterr().out.splitlines())
    assert grams == pytest.approx(float(whole["emissions_grams"]))


def test_csv_has_the_same_hours_by_the_labels_that_are_asked(kept: Path, tmp_path: Path) -> None:
    assert export(kept, tmp_path, "-export.format=csv", "-by=provider,team") == 0
    text = (tmp_path / "day=2025-11-11" / "hours.csv").read_text()
    rows = list(csv.DictReader(text.splitlines()))
    labels = {(row["cloud_provider"], row["tag_team"]) for row in rows}
    assert labels == {
        (part.group.provider, dict(part.group.tags).get("team", "")) for part in PARTS
    }
    assert len(rows) == 18 * len(labels)  # it was not counted before six in the morning
    assert "cloud_region" not in rows[0]


@pytest.mark.parametrize("name", ["parquet", "csv"])
def test_what_stands_there_is_not_touched_and_what_is_lost_comes_again(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    export(kept, tmp_path, f"-export.format={name}")
    files = {path: path.stat() for path in tmp_path.rglob("hours.*")}
    lost, torn, *_ = sorted(files)
    lost.unlink()
    torn.write_bytes(torn.read_bytes()[:100])
    (lost.parent / f".hours.{name}.part").write_bytes(b"of a process that was killed")
    capsys.readouterr()
    export(kept, tmp_path, f"-export.format={name}")
    assert "2 days written, 27 stood there already, 1 without" in capsys.readouterr().out
    for path, before in files.items():
        assert path.stat().st_size == before.st_size
        assert (path.stat().st_mtime_ns == before.st_mtime_ns) is (path not in (lost, torn))
    assert not list(tmp_path.rglob(".*"))


def test_a_day_is_written_once_it_is_over_and_settled(kept: Path, tmp_path: Path) -> None:
    file = HistoryFile(kept)
    try:
        for now, days in (("2025-11-03T00:29", 1), ("2025-11-03T00:30", 2)):
            period = Period(NOVEMBER.start, at("2025-11-04"))
            ask = asking(file.store.reader)
            written = write_days(tmp_path / now, ask, period, LABELS, form("csv"), at(now))
            assert (written.new, written.running) == (days, 3 - days)
    finally:
        file.close()


def test_a_folder_that_cannot_be_is_said(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("no folder")
    assert export(kept, tmp_path / "file") != 0
    assert "-export.folder: " in capsys.readouterr().err


def test_without_its_library_it_says_how_to_have_it(
    kept: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "cloud_carbon_exporter.reporting.period.parquet", False)
    assert export(kept, tmp_path) == 2
    assert report_days.EXTRA in capsys.readouterr().err
    assert export(kept, tmp_path, "-export.format=csv") == 0


def test_a_prometheus_knows_no_hours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["-from.prometheus=http://127.0.0.1:1", "-since=2025-11", "-until=2025-12"]
    assert main(["report", f"-export.folder={tmp_path}", *arguments]) == 2
    assert "tells days alone" in capsys.readouterr().err
