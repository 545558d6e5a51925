"""`history`: the forms of its answer, and what it says where it cannot be followed."""

from __future__ import annotations

import builtins
import csv
import io
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pyarrow.parquet
import pytest

from cloud_carbon_exporter.cli import main
from cloud_carbon_exporter.config.history_flags import BY, SINCE
from cloud_carbon_exporter.config.values import read_value
from cloud_carbon_exporter.errors import ConfigError
from tests.bills.told import CUR, FOCUS

pytestmark = pytest.mark.slow


def test_a_table_says_what_is_in_it_and_what_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "-from", str(FOCUS), "-by=month,provider"]) == 0
    text = capsys.readouterr().out
    assert "Emissions of a bill (FOCUS)" in text
    assert "The bill is of 2026-01-01 00:00 to 2026-02-01 00:00, UTC.\n" in text
    assert "Not whole" not in text
    for line in ("Coverage", "Not understood, the dearest first", "Not energy"):
        assert f"\n{line}\n" in text
    cells = [line.split() for line in text.splitlines() if line.startswith("cost, USD")]
    assert cells == [["cost,", "USD", "94.9", "%", "83.1", "75.1", "4.50", "163"]]


def test_months_that_are_not_whole_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "-from", str(FOCUS), "-since=2026-01-02", "-by=day"]) == 0
    assert "Not whole: 2026-01." in capsys.readouterr().out


def test_csv_has_every_group_and_the_rest_goes_to_stderr(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["history", "-from", str(CUR), "-to=csv", "-by=month,kind"]) == 0
    said = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert sum(float(row["cost"]) for row in rows) == pytest.approx(327.42)
    assert {row["state"] for row in rows} == {"estimated", "not energy"}
    assert "Coverage" in said.err


def test_parquet_goes_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "history.parquet"
    arguments = ["history", "-from", str(CUR), "-to=parquet"]
    assert main(arguments) == 2
    assert "Parquet needs a file: say -output" in capsys.readouterr().err
    assert main([*arguments, "-output", str(path)]) == 0
    costs = pyarrow.parquet.read_table(path)["cost"].to_pylist()
    assert sum(costs) == pytest.approx(327.42)


@pytest.mark.parametrize("bill", [FOCUS, CUR], ids=["kept", "made"])
def test_focus_has_each_row_with_what_it_draws(
    bill: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bill in FOCUS keeps its columns, another gets those of FOCUS: none loses a row."""
    path = tmp_path / "rows.csv"
    assert main(["history", "-from", str(bill), "-to=focus", "-output", str(path)]) == 0
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with bill.open(encoding="utf-8") as file:
        asked = list(csv.DictReader(file))
    assert len(rows) == len(asked)
    assert {"BilledCost", "ChargeCategory", "x_CarbonState"} <= rows[0].keys()
    if bill == FOCUS:
        assert asked[0].keys() <= rows[0].keys()
    for row in rows:
        assert bool(row["x_EnergyKilowattHours"]) == (row["x_CarbonState"] == "estimated")
        assert row["x_CarbonState"] == "estimated" or row["x_CarbonReason"]


@pytest.mark.server
@pytest.mark.parametrize("by", ["month,provider", "day,service,kind", "hour,tag:user:team"])
def test_promtool_makes_blocks_of_openmetrics(
    by: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "history.om"
    arguments = ["history", "-from", str(FOCUS), f"-by={by}", "-to=openmetrics"]
    assert main([*arguments, "-output", str(text)]) == 0
    made = subprocess.run(
        ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(text), str(tmp_path / "d")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    assert [path for path in (tmp_path / "d").iterdir() if (path / "chunks").is_dir()]


def test_counters_of_openmetrics_begin_at_0_and_never_fall(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["history", "-from", str(FOCUS), "-by=day,kind", "-to=openmetrics"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "# EOF"
    running: dict[str, list[float]] = {}
    for line in lines:
        if not line.startswith("#"):
            series, value, _ = line.rsplit(" ", 2)
            running.setdefault(series, []).append(float(value))
    assert running
    for series, values in running.items():
        assert values[0] == 0
        assert "_total{" not in series or values == sorted(values)


def test_openmetrics_needs_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "-from", str(FOCUS), "-by=kind", "-to=openmetrics"]) == 2
    assert "OpenMetrics needs one of month, day and hour in -by" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "-from: say which bill"),
        (["-from", str(FOCUS), "-output", str(FOCUS)], "-output: is the bill itself"),
        (["-from", "https://example.org/a.csv"], "s3://BUCKET/PREFIX and gs://BUCKET/PREFIX are"),
        (["-engine.table", "a.b"], "-engine.table: say which -engine has it"),
        (
            ["-engine=athena", "-engine.table", "a.b", "-from", str(FOCUS)],
            "-engine.table: -from is another bill",
        ),
        (["-engine=athena", "-engine.table", "a..b"], '-engine.table: "a..b" '),
        (["-from", "/nowhere"], "is not there"),
        (["-from", str(FOCUS), "-format=cur2"], "it has no column line_item_usage_start_date"),
        (["-from", str(FOCUS), "-output", "/nowhere/at/all"], "-output: cannot write"),
        (["-from", str(FOCUS), "-to=csv", "-output", "/nowhere/x.csv"], "-output: cannot write"),
    ],
)
def test_what_cannot_be_followed_is_told_on_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["history", *arguments]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "value", ["week", "tag:", "month,day", "kind,resource"], ids=lambda value: f"by-{value}"
)
def test_keys_that_are_none_are_refused(value: str) -> None:
    with pytest.raises(ConfigError, match="allowed: month, day, hour, provider"):
        read_value("-by", BY.kind, value)


@pytest.mark.parametrize(
    ("value", "day"), [("2026-03", "2026-03-01"), ("2026-03-05", "2026-03-05")]
)
def test_a_month_is_its_first_day(value: str, day: str) -> None:
    assert read_value("-since", SINCE.kind, value) == day


@pytest.mark.parametrize("value", ["2026-13", "yesterday", "2026-02-30"])
def test_days_that_are_none_are_refused(value: str) -> None:
    with pytest.raises(ConfigError, match="is no date; allowed: a day"):
        read_value("-since", SINCE.kind, value)


def test_without_its_libraries_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = builtins.__import__

    def without(
        name: str,
        scope: Mapping[str, object] | None = None,
        local: Mapping[str, object] | None = None,
        items: tuple[str, ...] = (),
        level: int = 0,
    ) -> ModuleType:
        if name.partition(".")[0] == "ibis":
            raise ModuleNotFoundError("No module named 'ibis'", name="ibis")
        return real(name, scope, local, items, level)

    for module in [name for name in sys.modules if "cloud_carbon_exporter.bills" in name]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(builtins, "__import__", without)
    assert main(["history", "-from", str(FOCUS)]) == 2
    assert "pip install 'cloud-carbon-exporter[history]'" in capsys.readouterr().err
