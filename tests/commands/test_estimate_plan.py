"""`estimate -plan`: text, markdown and JSON of a plan, its budget, and what nonsense gets."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from cloud_carbon_exporter.cli import main
from tests.plan.plans import RECORDED, change, document

Captured = pytest.CaptureFixture[str]
QUANTITIES = {
    "power_watts",
    "operational_emissions_grams_per_second",
    "embodied_emissions_grams_per_second",
    "emissions_grams_per_second",
}


def answered(capsys: Captured, *flags: str, code: int = 0) -> str:
    assert main(["estimate", "-plan", str(RECORDED), *flags]) == code
    out, err = capsys.readouterr()
    assert err == ""
    return out


def as_json(capsys: Captured, *flags: str, code: int = 0) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(answered(capsys, "-format=json", *flags, code=code))
    return told


def test_json_has_both_sides_and_the_difference(capsys: Captured) -> None:
    told = as_json(capsys)
    for side in ("before", "after", "difference"):
        assert set(told[side]) == QUANTITIES
    for name in QUANTITIES:
        before, after, apart = (told[side][name] for side in ("before", "after", "difference"))
        assert apart["value"] == pytest.approx(after["value"] - before["value"])
        assert apart["lower"] < apart["value"] < apart["upper"]
        # narrower than two that know nothing of each other
        apart_width = apart["upper"] - apart["lower"]
        assert apart_width < before["upper"] - before["lower"] + after["upper"] - after["lower"]
    assert len(told["resources"]) == 12
    assert {each["type"] for each in told["not_estimated"]} == {
        "aws_launch_template",
        "aws_s3_bucket",
        "aws_security_group",
    }
    sides = [each["after"]["power_watts"]["value"] for each in told["resources"] if each["after"]]
    assert sum(sides) == pytest.approx(told["after"]["power_watts"]["value"])
    assert told["budget"] is None
    assert told["period_seconds"] == 365.25 * 86400 / 12


def test_markdown_has_a_table_for_a_review(capsys: Captured) -> None:
    out = answered(capsys, "-format=markdown")
    assert [line for line in out.splitlines() if line.startswith("## ")] == [
        "## What the plan emits",
        "## What changes",
        "## What is not estimated",
    ]
    assert "| aws_instance.api[0] | update |" in out
    assert "| aws_s3_bucket | 1 | draws by its use" in out
    assert "aws_db_instance.orders" not in out  # it stays as it is


def test_a_name_in_a_plan_begins_nothing_in_markdown(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "plan.json"
    address = 'aws_ebs_volume.a["<img src=x>|[a](b)"]'
    file.write_bytes(document(change(address, None, {"size": 10, "region": "eu-west-3"})))
    assert main(["estimate", "-plan", str(file), "-format=markdown"]) == 0
    out = capsys.readouterr().out
    assert "<img" not in out
    assert "](b" not in out


@pytest.mark.parametrize(
    ("budget", "code", "words"),
    [
        ("1000", 0, "Within the budget of 1,000 kg a month."),
        ("60/month", 0, "but the interval after the plan reaches above it"),
        ("20", 1, "Above the budget of 20.0 kg a month"),
        ("300/year", 1, "Above the budget of 300 kg a year"),
        ("20000/year", 0, "Within the budget of 20,000 kg a year."),
        ("0", 1, "Above the budget of 0 kg a month"),
    ],
)
def test_a_budget_is_held(budget: str, code: int, words: str, capsys: Captured) -> None:
    out = answered(capsys, f"-budget={budget}", code=code)
    assert words in out
    assert ("kgCO2eq/year" in out) == budget.endswith("/year")
    told = as_json(capsys, f"-budget={budget}", code=code)
    assert told["budget"]["exceeded"] == bool(code)
    factor = told["period_seconds"] / 1000
    after = told["after"]["emissions_grams_per_second"]["value"] * factor
    assert told["budget"]["after_kilograms"]["value"] == pytest.approx(after)


def test_a_budget_is_not_kept_where_emissions_are_not_known(
    tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(document(change("aws_ebs_volume.a", None, {"size": 10})))
    assert main(["estimate", "-plan", str(file), "-budget=100"]) == 1
    assert "Not known to be within" in capsys.readouterr().out
    assert main(["estimate", "-plan", str(file), "-budget=100", "-region=eu-west-3"]) == 0
    assert "Within" in capsys.readouterr().out


TYPELESS = {"ami": "ami-1", "availability_zone": "eu-west-3a"}


@pytest.mark.parametrize(
    ("of", "verdict"),
    [
        (change("aws_instance.a", None, TYPELESS, {"instance_type": True}), "unknown"),
        (change("aws_instance.a", TYPELESS, None), "within"),  # it goes, whatever it was
        (change("aws_ebs_volume.a", {"size": 10}, None), "within"),  # without a region
        (change("aws_ebs_volume.a", None, {"size": 10}), "unknown"),
        (change("google_compute_region_disk.a", None, {"size": 9e17}), "unknown"),
        (change("aws_s3_bucket.a", None, {"bucket": "b"}), "within"),  # listed, as by its use
        (change("aws_iam_role.a", None, {"name": "r"}), "within"),
    ],
)
def test_a_budget_counts_what_is_not_known_of_what_stands_after(
    of: dict[str, Any], verdict: str, tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(document(of))
    code = int(verdict != "within")
    assert main(["estimate", "-plan", str(file), "-budget=100"]) == code
    assert ("Not known to be within" in capsys.readouterr().out) == bool(code)
    assert main(["estimate", "-plan", str(file), "-budget=100", "-format=json"]) == code
    budget = json.loads(capsys.readouterr().out)["budget"]
    assert budget["verdict"] == verdict
    assert budget["unknown_resources"] == code


@pytest.mark.parametrize("partial", [{"errored": True}, {"complete": False}])
def test_a_budget_is_not_kept_by_a_plan_that_is_not_all_of_the_change(
    partial: dict[str, bool], tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "plan.json"
    disk = change("aws_ebs_volume.a", None, {"size": 10, "availability_zone": "eu-west-3a"})
    file.write_bytes(document(disk, **partial))
    assert main(["estimate", "-plan", str(file), "-budget=100"]) == 1
    assert "the plan is not all of the change" in capsys.readouterr().out
    assert main(["estimate", "-plan", str(file)]) == 0


def test_what_is_above_already_is_above_whatever_else_is_not_known(
    tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "plan.json"
    disk = {"size": 9000, "availability_zone": "eu-west-3a"}
    large = change("aws_ebs_volume.b", None, disk)
    typeless = change("aws_instance.a", None, TYPELESS)
    file.write_bytes(document(large, typeless))
    assert main(["estimate", "-plan", str(file), "-budget=0.01", "-format=json"]) == 1
    assert json.loads(capsys.readouterr().out)["budget"]["verdict"] == "above"


def test_loads_and_the_method_of_the_grid_hold_for_the_plan(capsys: Captured) -> None:
    usual, busy = as_json(capsys), as_json(capsys, "-cpu-ratio=0.9", "-gpu-ratio=0.9")
    for side in ("before", "after"):
        assert usual[side]["power_watts"]["value"] < busy[side]["power_watts"]["value"]
    market = as_json(capsys, "-grid.method=market")
    operational = "operational_emissions_grams_per_second"
    assert market["after"][operational]["value"] < usual["after"][operational]["value"]


def test_a_plan_from_stdin(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    data = io.BytesIO(RECORDED.read_bytes())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(data))
    assert main(["estimate", "-plan=-"]) == 0
    assert capsys.readouterr().out == answered(capsys)


def test_a_plan_without_changes_is_nothing(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "plan.json"
    file.write_text('{"format_version": "1.2", "planned_values": {"root_module": {}}}')
    assert main(["estimate", "-plan", str(file), "-budget=0"]) == 0
    assert "What changes" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("-plan=/nowhere/at/all", ["-plan", "/nowhere/at/all", "No such file"]),
        ("-plan=/", ["-plan", "Is a directory"]),
        ("-budget=10", ["-budget", "-plan"]),
        ("-plan={plan} -budget=much", ["-budget", '"much"', "a month"]),
        ("-plan={plan} -budget=1/week", ["-budget", "1/week", "/year"]),
        ("-plan={plan} -budget=-1", ["-budget", "0 up"]),
        ("-plan={plan} -machine-type=m5.large", ["-machine-type", "-plan"]),
        ("-plan={plan} -batch=x", ["-batch", "-plan"]),
        ("-plan={plan} -hours=2", ["-hours", "-plan"]),
        ("-plan={plan} -explain", ["-explain", "-plan"]),
        ("-plan={plan} -region=eu-west-33", ["-region", "eu-west-33", "eu-west-3"]),
        ("-plan={page}", ["-plan", "no JSON", "show -json"]),
    ],
)
def test_what_bad_flags_get(line: str, words: list[str], capsys: Captured) -> None:
    filled = line.format(plan=RECORDED, page=Path(__file__))
    assert main(["estimate", *filled.split()]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    for word in words:
        assert word in err
