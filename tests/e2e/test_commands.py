"""The commands as a shell runs them: what they print, where, and how they end."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.programs import PATIENCE_SECONDS, surroundings

pytestmark = pytest.mark.e2e

FAILING = 1  # the demo estate holds one refused call, on purpose


def run(home: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cloud_carbon_exporter", *arguments]
    return subprocess.run(
        command,
        env=surroundings(home, {}),
        input=given,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def test_report_prints_one_object_of_all_resources(tmp_path: Path) -> None:
    done = run(tmp_path, "report", "-demo.enabled", "-format=json", "-strict")
    report = json.loads(done.stdout)
    assert done.returncode == FAILING
    assert {
        "taken_at",
        "totals",
        "resources",
        "coverage",
        "ledger",
        "errors",
        "api_cost",
    } <= report.keys()
    assert len(report["resources"]) == report["totals"]["resources"] == 200
    total = report["totals"]["power_watts"]
    assert sum(
        resource["power_watts"]["value"] for resource in report["resources"]
    ) == pytest.approx(total["value"])
    assert total["lower"] < total["value"] < total["upper"]
    assert "ecr:DescribeRepositories" in json.dumps(report["errors"])


def test_report_as_csv_has_one_row_a_resource(tmp_path: Path) -> None:
    done = run(tmp_path, "report", "-demo.enabled", "-demo.resources=50", "-format=csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(rows) == len({row["cloud_resource_id"] for row in rows}) == 50
    assert all(float(row["power_watts_lower"]) <= float(row["power_watts"]) for row in rows)


def test_report_for_people_has_no_escape_codes_on_a_pipe(tmp_path: Path) -> None:
    done = run(tmp_path, "report", "-demo.enabled")
    assert "200 resources" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


def test_check_names_the_permission_that_is_missing(tmp_path: Path) -> None:
    done = run(tmp_path, "check", "-demo.enabled")
    assert done.returncode == FAILING
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
    assert len(failed) == 1
    assert "grant ecr:DescribeRepositories" in failed[0]


@pytest.mark.parametrize("command", ["services", "permissions"])
def test_what_is_supported_is_printed_without_any_account(tmp_path: Path, command: str) -> None:
    done = run(tmp_path, command)
    assert done.returncode == 0
    assert done.stderr == ""
    assert all(name in done.stdout for name in ("Amazon Web Services", "Google Cloud", "Scaleway"))


def test_estimate_answers_line_by_line_and_goes_on_after_a_bad_one(tmp_path: Path) -> None:
    asked = [
        {
            "cloud_provider": "aws",
            "machine_type": "m5.large",
            "region": "eu-west-3",
            "cpu_ratio": 0.5,
        },
        {"cloud_provider": "aws", "machine_type": "m5.large", "cpu_ratio": "half"},
        {
            "cloud_provider": "aws",
            "machine_type": "m5.large",
            "region": "eu-west-3",
            "cpu_ratio": 1.0,
        },
    ]
    done = run(
        tmp_path,
        "estimate",
        "-batch",
        "-",
        given="".join(json.dumps(line) + "\n" for line in asked),
    )
    half, wrong, full = (json.loads(line) for line in done.stdout.splitlines())
    assert done.returncode == 1
    assert wrong["error"]["field"] == "cpu_ratio"
    assert half["power_watts"]["value"] < full["power_watts"]["value"]
    assert half["operational_emissions_grams_per_second"]["value"] > 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-demo.enabeld",), "-demo.enabled"),
        (("-demo.enabled", "-demo.resources=many"), "many"),
        (("-demo.enabled", "-collect.interval=-5s"), "-collect.interval"),
        ((), "-cloud.provider"),
        (("-cloud.provider=azure",), "aws, gcp, scw"),
    ],
)
def test_what_cannot_be_followed_ends_with_two_and_says_why(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = run(tmp_path, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
