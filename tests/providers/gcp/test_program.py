"""The program itself against the fake: credentials, a report, and exit codes."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from tests.fakes.gcp import GoogleCloud
from tests.fakes.gcp_monitoring import Series
from tests.providers.gcp.test_monitoring import instance

pytestmark = pytest.mark.e2e
PROGRAM = (sys.executable, "-m", "cloud_carbon_exporter")
SECONDS = 60


async def ended(*flags: str, **environment: str) -> tuple[int, str, str]:
    """Exit code, output and log of one run."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, *flags, env={**os.environ, **environment}, stdout=pipe, stderr=pipe
    )
    async with asyncio.timeout(SECONDS):
        out, log = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), log.decode()


@pytest.fixture
def at_work(cloud: GoogleCloud) -> GoogleCloud:
    """The fake with every machine at a quarter of its load."""
    sql = {"project_id": "shop-prod", "database_id": "shop-prod:orders"}
    metric = "cloudsql.googleapis.com/database/cpu/utilization"
    cloud.series = [*(instance(number, 0.25) for number in range(79, 92)), Series(metric, sql, 0.5)]
    return cloud


async def report(**environment: str) -> Mapping[str, Mapping[str, Any]]:
    """The resources of a JSON report, by id."""
    code, out, log = await ended("report", "-cloud.provider=gcp", "-format=json", **environment)
    assert code == 0, log
    return {row["cloud_resource_id"]: row for row in json.loads(out)["resources"]}


async def test_a_report_with_a_service_account(at_work: GoogleCloud) -> None:
    rows = await report()
    hpc = rows["compute.googleapis.com/projects/shop-prod/zones/europe-west1-b/instances/hpc"]
    assert hpc["kind"] == "compute/instance"
    assert hpc["power_watts"]["basis"] == "measured"
    assert at_work.tokens.issued == ["service-account"]


async def test_a_report_with_the_metadata_servers_token(
    at_work: GoogleCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
    host = at_work.url.removeprefix("http://")
    assert await report(GCE_METADATA_HOST=host, GCE_METADATA_IP=host)
    assert at_work.tokens.issued == ["metadata"]


async def test_no_credentials_is_exit_1_and_says_what_was_tried(
    cloud: GoogleCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
    nobody = {
        "NO_GCE_CHECK": "true",
        "GCE_METADATA_HOST": "127.0.0.1:1",
        "GCE_METADATA_IP": "127.0.0.1:1",
    }
    code, _, log = await ended("report", "-cloud.provider=gcp", **nobody)
    assert code == 1
    assert "GOOGLE_APPLICATION_CREDENTIALS" in log
    assert "metadata server" in log
    assert "Traceback" not in log


async def test_check_names_what_is_missing(at_work: GoogleCloud) -> None:
    at_work.break_("monitoring", "permission")
    code, out, log = await ended("check", "-cloud.provider=gcp", "-cloud.gcp.projectid=shop-prod")
    assert code == 1
    assert "monitoring.timeSeries.list" in out + log
