"""`history -to store`: the years of a bill in the history file, and in reports of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cloud_carbon_exporter.cli import main
from cloud_carbon_exporter.history.file import HistoryFile
from tests.bills.told import CUR, told

pytestmark = pytest.mark.slow


def test_a_report_says_what_the_bill_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "history"
    store = ["history", "-from", str(CUR), "-to=store", f"-history.file={file}"]
    for _ in range(2):
        assert main(store) == 0
    assert "hours by the bill from 2026-0" in capsys.readouterr().out
    period = ["-since=2025-01", "-until=2027-01", "-by=kind", "-format=json"]
    assert main(["report", f"-history.file={file}", *period]) == 0
    report = json.loads(capsys.readouterr().out)
    assert "in part by a bill" in json.dumps(report)
    kinds = {row["kind"]: row for row in told(CUR, "kind").groups if row["state"] == "estimated"}
    groups = {group["labels"]["kind"]: group for group in report["groups"]}
    assert groups.keys() == kinds.keys()
    for kind, row in kinds.items():
        energy = groups[kind]["energy_kilowatt_hours"]["value"]
        assert energy == pytest.approx(row["energy_kilowatt_hours"], rel=1e-6), kind


def test_an_exporter_that_writes_it_is_not_disturbed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = HistoryFile(tmp_path / "history")
    arguments = ["history", "-from", str(CUR), "-to=store", f"-history.file={tmp_path / 'history'}"]
    assert main(arguments) == 2
    assert "another exporter keeps its history" in capsys.readouterr().err
    file.store.close()
    file.close()


def test_it_needs_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "-from", str(CUR), "-to=store"]) == 2
    assert "-to: store needs -history.file" in capsys.readouterr().err
