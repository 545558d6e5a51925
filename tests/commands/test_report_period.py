"""`report -since`: what it asks for, what it refuses, and where it reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cloud_carbon_exporter.cli import main
from cloud_carbon_exporter.collect.comparison import Comparison
from cloud_carbon_exporter.collect.service_months import ServiceMonths
from cloud_carbon_exporter.history.file import HistoryFile
from cloud_carbon_exporter.model.snapshot import ReportedEmissions
from cloud_carbon_exporter.storage.state_file import StateFile
from tests.reporting.months import NOVEMBER, filled

pytestmark = pytest.mark.usefixtures("process_kept")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history file of two months."""
    path = tmp_path_factory.mktemp("kept") / "history.sqlite"
    file = HistoryFile(path)
    filled(into=file.store).close()
    file.close()
    return path


def run(kept: Path, *arguments: str) -> int:
    return main(["report", f"-history.file={kept}", *arguments])


def told(capsys: pytest.CaptureFixture[str], kept: Path, *arguments: str) -> dict[str, Any]:
    assert run(kept, "-format=json", *arguments) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2025-11-01", "2025-12-01"),
        ("2025-11", "2025-12"),
        ("2025-11-01T00:00Z", "2025-11-30T23:30:00Z"),  # whole hours
        ("2025-11-01T01:00:00+01:00", "2025-12-01 00:00"),
    ],
)
def test_a_month_by_any_of_its_names(
    kept: Path, capsys: pytest.CaptureFixture[str], since: str, until: str
) -> None:
    document = told(capsys, kept, "-since", since, "-until", until)
    assert (document["start"], document["end"]) == NOVEMBER


def test_no_cloud_need_be_named_and_none_is_asked(
    kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(kept, "-since=2025-11", "-until=2025-12", "-by=account,kind") == 0
    text = capsys.readouterr().out
    assert "By account_id, kind" in text
    assert "111111111111  ec2/instance" in text


@pytest.mark.parametrize("tag", ["team", "tag_team"])
def test_by_a_tag_with_its_key_or_its_label(
    kept: Path, capsys: pytest.CaptureFixture[str], tag: str
) -> None:
    document = told(capsys, kept, "-since=2025-11", "-until=2025-12", f"-by={tag}")
    assert document["by"] == ["tag_team"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-since=2025-11", "-until=2025-12", "-by=tema"), "nothing that was counted has tag_tema"),
        (("-since=2025-12", "-until=2025-11"), "does not lie behind"),
        (("-since=2025-13", "-until=2026-02"), "no day of the calendar"),
        (("-since=yesterday",), "allowed: 2026-10"),
        (("-since=2999-01", "-until=2999-02"), "lies in the future"),
        (("-until=2025-12", "-demo.enabled"), "say -since as well"),
        (("-by=team", "-demo.enabled"), "say -since as well"),
        (("-since=2025-11", "-functional-units=order"), "NAME=COUNT"),
        (("-since=2025-11", "-functional-units=order=0"), "of no unit at all"),
        (("-since=2025-11", "-functional-units=order=sum(x)"), "a query needs -from.prometheus"),
        (("-since=2025-11", "-from.prometheus=localhost:9090"), "no URL of http"),
    ],
)
def test_what_cannot_be_followed_is_said(
    kept: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    assert run(kept, *arguments) == 2
    assert message in capsys.readouterr().err


def test_without_anything_counted_nothing_is_made_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "-since=2025-11"]) == 2
    assert "-history.file" in capsys.readouterr().err


def test_a_time_before_the_history_is_no_report_of_zeros(
    kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(kept, "-since=2024-11", "-until=2024-12") == 1
    assert "nothing of that time was counted" in capsys.readouterr().err


def test_strict_takes_no_month_with_a_gap(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(kept, "-since=2025-10", "-until=2025-11", "-strict") == 0
    assert run(kept, "-since=2025-11", "-until=2025-12", "-strict") == 1
    assert "95.8%" in capsys.readouterr().out


def test_a_provider_s_figures_come_from_the_state_file(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    comparison = Comparison(ServiceMonths())
    of, how = ("aws", "111111111111", "", "EC2"), ("market", "AWS Sustainability API")
    comparison.reports.take([ReportedEmissions(*of, *how, *NOVEMBER, 28_000)])
    state = StateFile(tmp_path / "state", {"comparison": comparison})
    state.load()  # and holds it, as a process that serves does
    state.save()
    document = told(
        capsys, kept, "-since=2025-11", "-until=2025-12", f"-state.file={tmp_path / 'state'}"
    )
    state.close()
    (figure,) = document["provider_figures"]
    assert figure["emissions_grams"] == 28_000
    assert figure["own_is_alike"] is False  # by market, and ours by location


def test_a_state_file_that_cannot_be_read_costs_that_section_alone(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state").write_text("nonsense")
    document = told(
        capsys, kept, "-since=2025-11", "-until=2025-12", f"-state.file={tmp_path / 'state'}"
    )
    assert document["provider_figures"] == []


@pytest.mark.slow
def test_a_demo_has_a_past_to_report(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["-demo.enabled", "-metrics.tags=team", "-since=10d", "-by=team", "-format=json"]
    assert main(["report", *arguments]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["counted"]["ratio"] == 1
    assert {group["labels"]["tag_team"] for group in document["groups"]} > {"data", "finance"}
    assert document["change"]["before"]["counted_ratio"] == 1


def test_the_file_may_be_held_by_serve(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held = HistoryFile(tmp_path / "history")
    assert run(tmp_path / "history", "-since=2025-11") == 1
    assert "nothing of that time was counted" in capsys.readouterr().err
    held.store.close()
    held.close()
