"""Cockpit's API is Prometheus': a real one in its place, over series as Scaleway writes them."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.programs import Process, surroundings
from tests.fakes.scaleway import COCKPIT_TOKEN, ORGANIZATION, PROJECT, FakeScaleway
from tests.fakes.target_settings import target_settings
from tests.providers.scaleway.support import CountingMeter

from cloud_carbon_exporter.model.types import Location, Resource
from cloud_carbon_exporter.providers.scaleway import SEARCH_TYPES
from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient
from cloud_carbon_exporter.providers.scaleway.services.instance import CPU
from cloud_carbon_exporter.providers.spec import Read

pytestmark = pytest.mark.e2e

STEP = 300
NOW = int(time.time()) // STEP * STEP - STEP


def openmetrics(servers: dict[str, float]) -> str:
    """An hour of counters by server, 2 vCPUs each at its share of work, a sample a minute."""
    moments = range(NOW - 3600, NOW + 1, 60)
    lines = ["# TYPE instance_server_cpu_seconds counter"]
    for server, share in servers.items():
        series = f'instance_server_cpu_seconds_total{{resource_id="{server}",region="fr-par"}}'
        for moment in moments:
            worked_seconds = (moment - NOW + 3600) * 2 * share
            lines.append(f"{series} {worked_seconds} {moment}")
    lines.append("# TYPE instance_server_vcpu_count gauge")
    for server in servers:
        series = f'instance_server_vcpu_count{{resource_id="{server}"}}'
        lines += (f"{series} 2 {moment}" for moment in moments)
    return "\n".join([*lines, "# EOF", ""])


@pytest.fixture
def prometheus(tmp_path: Path) -> Iterator[str]:
    """Its address, with the prefix Cockpit has."""
    promtool, program = shutil.which("promtool"), shutil.which("prometheus")
    assert promtool and program, "Prometheus is needed: apt-get install prometheus"
    series, blocks, configuration = (
        tmp_path / "series.txt",
        tmp_path / "blocks",
        tmp_path / "prometheus.yml",
    )
    series.write_text(openmetrics({"busy": 0.75, "idle": 0.0}))
    configuration.write_text(json.dumps({"global": {}}))
    fill = [promtool, "tsdb", "create-blocks-from", "openmetrics", str(series), str(blocks)]
    subprocess.run(fill, check=True, capture_output=True)
    command = [
        *(program, f"--config.file={configuration}", f"--storage.tsdb.path={blocks}"),
        *("--web.listen-address=127.0.0.1:0", "--web.route-prefix=/prometheus"),
    ]
    with Process(command, surroundings(tmp_path, {})) as process:
        process.line("Server is ready to receive web requests")
        yield "http://" + process.line(r'msg="Listening on" address=(\S+)').group(1)


async def test_cpu_is_read_from_prometheus(prometheus: str) -> None:
    location = Location("scaleway", ORGANIZATION, "fr-par", "fr-par-1")
    reads = [
        Read(
            Resource(name, "instance/server", name, location, (), monitor=monitor(name)),
            CPU,
            NOW - 1800,
        )
        for name in ("busy", "idle", "absent")
    ]
    async with FakeScaleway() as fake:
        client = ScalewayClient(
            target_settings("scw", cockpit_token=COCKPIT_TOKEN),
            CountingMeter(),
            search_types=SEARCH_TYPES,
            environ=fake.environment,
        )
        await client.memory.get(
            ("cockpit", PROJECT, "fr-par"), 60, lambda: asyncio.sleep(0, prometheus)
        )
        reading = await client.series(reads, NOW)
        await client.close()
    assert reading.failures == {}
    assert set(reading.points) == {("busy", "cpu_ratio"), ("idle", "cpu_ratio")}
    busy = reading.points["busy", "cpu_ratio"]
    assert [point.end - point.start for point in busy] == [STEP] * 6
    assert (busy[0].start, busy[-1].end) == (NOW - 1800, NOW)
    assert [point.value for point in busy] == pytest.approx([0.75] * 6)
    assert [point.value for point in reading.points["idle", "cpu_ratio"]] == [0] * 6


def monitor(name: str) -> dict[str, str]:
    return {"resource_id": name, "project_id": PROJECT}
