"""The program with live grids: a report by the hour's intensity, and what it would be elsewhere."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.programs import surroundings
from tests.fakes.grid import TOKEN, GridApis

DEMO = ("-demo.enabled", "-demo.resources=40")


async def run(home: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the program."""
    command = (sys.executable, "-m", "cloud_carbon_exporter", *arguments)
    pipe = asyncio.subprocess.PIPE
    program = await asyncio.create_subprocess_exec(
        *command, env=surroundings(home, environment), stdout=pipe, stderr=pipe
    )
    out, err = await asyncio.wait_for(program.communicate(), 60)
    return program.returncode or 0, out.decode(), err.decode()


@pytest.mark.slow
async def test_a_report_by_the_live_grid_and_elsewhere(tmp_path: Path) -> None:
    served = GridApis(
        time.time, grams=lambda zone, at: {"SE-SE3": 20.0, "FR": 30.0}.get(zone, 200.0)
    )
    runner = await served.start()
    try:
        _, out, err = await run(
            tmp_path,
            "report",
            *DEMO,
            "-format=json",
            f"-grid.source={served.base('electricitymaps')}",
            "-grid.method=live",
            "-what-if=region=eu-north-1",
            ELECTRICITYMAPS_TOKEN=TOKEN,
        )
    finally:
        await runner.cleanup()
    report = json.loads(out)
    for resource in report["resources"]:
        grams = {"eu-west-3": 30.0, "europe-west9": 30.0, "us-east-1": 200.0}.get(
            resource["cloud_region"]
        )
        if grams is not None:
            expected = resource["power_watts"]["value"] * grams / 3.6e6
            assert resource["operational_emissions_grams_per_second"]["value"] == pytest.approx(
                expected, rel=1e-6
            )
    there = report["what_if"]["there"]
    assert (
        report["what_if"]["grid"]["source"] == "electricitymaps"
        and report["what_if"]["resources"] > 0
    )
    assert there["operational_emissions_grams_per_second"]["value"] == pytest.approx(
        there["power_watts"]["value"] * 20 / 3.6e6, rel=1e-6
    )
    assert len(report["what_if"]["hours"]) in (
        23,
        24,
    )  # the last hour foreseen may be less than half
    assert TOKEN not in out + err


@pytest.mark.slow
async def test_a_wrong_token_costs_one_line_and_no_total(tmp_path: Path) -> None:
    served = GridApis(time.time)
    runner = await served.start()
    try:
        options = (
            f"-grid.source={served.base('electricitymaps')}",
            "-grid.method=live",
            "-format=json",
        )
        _, out, err = await run(
            tmp_path, "report", *DEMO, *options, ELECTRICITYMAPS_TOKEN="wrong-and-secret"
        )
    finally:
        await runner.cleanup()
    _, annual, _ = await run(tmp_path, "report", *DEMO, "-format=json")
    assert json.loads(out)["totals"]["power_watts"]["value"] > 0
    assert len(json.loads(out)["resources"]) == len(json.loads(annual)["resources"])
    assert all(
        resource["operational_emissions_grams_per_second"]
        for resource in json.loads(out)["resources"]
    )
    lines = [line for line in err.splitlines() if "grid source" in line]
    assert len(lines) == 1 and "refused" in lines[0]
    assert "wrong-and-secret" not in out + err


@pytest.mark.slow
async def test_check_tries_the_sources(tmp_path: Path) -> None:
    served = GridApis(time.time)
    runner = await served.start()
    try:
        words = (
            f"-grid.source={served.base('gb')},{served.base('entsoe')},"
            f"{served.base('electricitymaps')}"
        )
        code, out, err = await run(
            tmp_path, "check", *DEMO, words, ENTSOE_TOKEN="wrong", ELECTRICITYMAPS_TOKEN=TOKEN
        )
    finally:
        await runner.cleanup()
    assert code == 1
    lines = [line for line in out.splitlines() if " grid: " in line]
    assert any(line.startswith("FAIL") and "entsoe" in line and "refused" in line for line in lines)
    assert any(line.startswith("ok") and "electricitymaps" in line for line in lines)
    assert TOKEN not in out + err and "wrong" not in out + err
