"""What the Google Cloud client costs an asset: list and describe, and one metric for each instance.

The fake has a process of its own; figures are CPU time of the client's process, with the exporter's
own setting of the garbage collector. Half of the assets are instances, half their disks, as large
as real ones (2 kB and 1 kB).

    python -m bench.bench_gcp [--assets 10000] [--rounds 3] [--gzip]

Budget: 30 us of CPU an asset for listing and describing.
"""

from __future__ import annotations

import argparse
import asyncio
import copy
import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fakes.gcp import Calls, GoogleCloud
from tests.fakes.gcp_discovery import VERSIONS
from tests.fakes.gcp_estate import Asset, recorded
from tests.fakes.gcp_monitoring import Series

CPU = "compute.googleapis.com/instance/cpu/utilization"
TYPES = (
    "n2-standard-8",
    "n2-standard-4",
    "n1-standard-4",
    "e2-standard-4",
    "t2a-standard-4",
    "n2-custom-4-8192",
)
FIRST_ID = 4_751_091_017_865_000_000


def _asset(model: Asset, old: str, new: str, number: int) -> Asset:
    asset: Asset = json.loads(json.dumps(model).replace(old, new))
    data = asset["resource"]["data"]
    data["id"] = str(FIRST_ID + number)
    if "machineType" in data:
        data["machineType"] = data["machineType"].replace(
            "n2-standard-8", TYPES[number % len(TYPES)]
        )
        data["metadata"] = {
            "fingerprint": "abc=",
            "items": [{"key": "startup-script", "value": "#!/bin/sh\n" * 40}],
        }
        data["tags"] = {"items": ["http-server", "https-server"], "fingerprint": "abc="}
    data["labels"] = {"team": f"team-{number % 40}", "env": "prod", "app": f"app-{number % 300}"}
    return asset


def estate(assets: int) -> tuple[list[Asset], list[Series]]:
    """Instances with a disk each, and the series they write."""
    models = {asset["name"].split("/", 3)[-1]: copy.deepcopy(asset) for asset in recorded()}
    zone = "projects/shop-prod/zones/europe-west1-b"
    machine = next(
        asset for name, asset in models.items() if name.endswith(f"{zone}/instances/hpc")
    )
    disk = next(asset for name, asset in models.items() if name.endswith(f"{zone}/disks/web-1"))
    listed, series = [], []
    for number in range(assets // 2):
        name = f"shop-web-{number:05d}"
        listed += [_asset(machine, "hpc", name, number), _asset(disk, "web-1", name, number)]
        labels = {
            "instance_id": str(FIRST_ID + number),
            "zone": "europe-west1-b",
            "project_id": "shop-prod",
        }
        series.append(Series(CPU, labels, 0.25, {"instance_name": name}))
    return listed, series


async def serve(assets: int, gzip: bool) -> None:
    """The fake, unchecked, until its input ends."""
    cloud = GoogleCloud(*estate(assets))
    cloud.checked, cloud.compressed = False, gzip
    async with cloud.running():
        key = cloud.tokens.service_account(cloud.url, Path(tempfile.mkdtemp()) / "key.json")
        print(cloud.url, key, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


@contextmanager
def server(assets: int, gzip: bool) -> Iterator[tuple[str, str]]:
    """URL and key file of a fake in a process of its own."""
    command = [sys.executable, "-m", "bench.bench_gcp", "--serve", "--assets", str(assets)]
    process = subprocess.Popen(
        command + ["--gzip"] * gzip,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        url, key = process.stdout.readline().split()
        yield url, key
    finally:
        process.stdin.close()
        process.wait(10)


async def measure(assets: int, rounds: int) -> None:
    """List, describe and read, and print what it cost."""
    from cloud_carbon_exporter.collect.sweep import sweep
    from cloud_carbon_exporter.providers.gcp import PROVIDER
    from cloud_carbon_exporter.providers.gcp.client.client import GcpClient
    from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
    from cloud_carbon_exporter.providers.settings import TargetSettings
    from cloud_carbon_exporter.providers.spec import Read

    calls = Calls()
    client = GcpClient(TargetSettings(provider="gcp"), calls)
    await client.connect()
    [scope] = await client.scopes(LISTING)
    metrics = {spec.kind: spec.metrics for spec in PROVIDER.services}
    for number in range(rounds):
        before = sum(calls.outcomes.values())
        started, cpu = time.perf_counter(), time.process_time()
        swept = await sweep(client, LISTING, PROVIDER.services, scope)
        listed, listed_cpu = time.perf_counter() - started, time.process_time() - cpu
        assert len(swept.resources) == assets, (len(swept.resources), swept.skipped)
        until = time.time() - PROVIDER.settle_seconds
        running = [machine for machine in swept.resources if "instance_id" in machine.monitor]
        reads = [Read(machine, metrics[machine.kind][0], until - 900) for machine in running]
        started, cpu = time.perf_counter(), time.process_time()
        reading = await client.series(reads, until)
        read, read_cpu = time.perf_counter() - started, time.process_time() - cpu
        assert len(reading.points) == len(running), reading.failures
        print(
            f"round {number + 1}: list and describe {listed:.2f} s, CPU "
            f"{listed_cpu / assets * 1e6:.1f} us an asset"
            f" (budget 30); one metric {read:.2f} s, CPU {read_cpu / len(running) * 1e6:.1f} us "
            "an instance;"
            f" {sum(calls.outcomes.values()) - before} calls, {len(running)} series"
        )
    await client.close()
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def main() -> None:
    """Start the fake and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--assets", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--gzip", action="store_true", help="compressed answers, as Google sends them"
    )
    parser.add_argument("--serve", action="store_true", help="be the fake")
    chosen = parser.parse_args()
    if chosen.serve:
        asyncio.run(serve(chosen.assets, chosen.gzip))
        return
    with server(chosen.assets, chosen.gzip) as (url, key):
        gc.set_threshold(100_000, 50, 1000)
        overrides = {
            f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{api.upper()}": f"{url}/{api}/" for api in VERSIONS
        }
        os.environ |= overrides | {"GOOGLE_APPLICATION_CREDENTIALS": key}
        asyncio.run(measure(chosen.assets, chosen.rounds))


if __name__ == "__main__":
    main()
