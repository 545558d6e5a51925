"""The program itself against the fake organisation."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.programs import surroundings
from tests.fakes.scaleway import (
    COCKPIT_TOKEN,
    ORGANIZATION,
    PROJECT,
    SECRET_KEY,
    FakeScaleway,
    Fault,
)

pytestmark = pytest.mark.e2e


async def run(home: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of the program."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cloud_carbon_exporter", *arguments),
        env=surroundings(home, environment),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()


def watts(report: dict[str, Any]) -> dict[str, float]:
    return {
        resource["cloud_resource_name"]: resource["power_watts"]["value"]
        for resource in report["resources"]
    }


async def test_a_report_of_an_organisation(tmp_path: Path) -> None:
    async with FakeScaleway() as fake:
        code, output, errors = await run(
            tmp_path, "report", "-cloud.provider=scw", "-format=json", **fake.environment
        )
    assert code == 0, errors
    report = json.loads(output)
    assert {resource["cloud_account_id"] for resource in report["resources"]} == {ORGANIZATION}
    assert {resource["cloud_provider"] for resource in report["resources"]} == {"scaleway"}
    drawn = watts(report)
    assert drawn["train-1"] > drawn["web-1"] > drawn["build-1"] > drawn["old-1"] > 0
    assert errors.count("no Cockpit token") == 1
    assert SECRET_KEY not in output + errors


async def test_tokens_of_the_file_are_used(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    target = {
        "provider": "scw",
        "organization_id": ORGANIZATION,
        "cockpit_tokens": {PROJECT: COCKPIT_TOKEN},
    }
    file.write_text(json.dumps({"targets": [target]}))
    async with FakeScaleway() as fake:
        places = fake.route("instance/v1/zones/{zone}/servers").places
        web = next(
            resource
            for resource in places["fr-par-1"]
            if isinstance(resource, dict) and resource["name"] == "web-1"
        )
        fake.series["instance_server_cpu_seconds_total"] = [({"resource_id": web["id"]}, 1.0)]
        fake.series["instance_server_vcpu_count"] = [({"resource_id": web["id"]}, 8)]
        arguments = ("report", f"-config.file={file}", "-format=json")
        code, output, errors = await run(tmp_path, *arguments, **fake.environment)
    assert code == 0, errors
    bases = {
        resource["cloud_resource_name"]: resource["power_watts"]["basis"]
        for resource in json.loads(output)["resources"]
    }
    assert (bases["web-1"], bases["build-1"]) == ("measured", "default")
    assert COCKPIT_TOKEN not in output + errors


async def test_no_key_ends_at_once_and_says_where_it_was_sought(tmp_path: Path) -> None:
    code, output, errors = await run(tmp_path, "report", "-cloud.provider=scw")
    assert code == 1
    assert output == ""
    assert "SCW_SECRET_KEY" in errors
    assert "Traceback" not in errors


async def test_check_names_the_permission_that_is_missing(tmp_path: Path) -> None:
    async with FakeScaleway() as fake:
        fake.faults["rdb/v1"] = Fault(
            status=403, body='{"type":"permissions_denied","message":"insufficient"}'
        )
        code, output, errors = await run(
            tmp_path, "check", "-cloud.provider=scw", **fake.environment
        )
    assert code == 1, errors
    failed = [line for line in output.splitlines() if line.startswith("FAIL")]
    assert failed
    assert all("RelationalDatabasesReadOnly" in line for line in failed)
