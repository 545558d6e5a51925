"""Cold start of the demo, and what the made-up estate costs. Prints figures; asserts nothing.

python -m bench.bench_demo [runs]
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from tests.fakes.target_settings import target_settings

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.demo import PROVIDER, DemoClient
from cloud_carbon_exporter.providers.demo.estate import build
from cloud_carbon_exporter.providers.spec import Read, Scope, ServiceSpec

RESOURCES = 200
POWER = re.compile(rb"^cloud_carbon_power_watts\{", re.MULTILINE)
BUDGET_SECONDS = 0.8


def cold_start(resources: int) -> float:
    """Seconds from starting the program to the end of the first /metrics with all of the demo."""
    command = [
        sys.executable,
        "-m",
        "cloud_carbon_exporter",
        "-demo.enabled",
        f"-demo.resources={resources}",
    ]
    began = time.perf_counter()
    with subprocess.Popen(
        [*command, "-listen=127.0.0.1:0"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as program:
        assert program.stderr is not None
        line = next(line for line in program.stderr if "listening on" in line)
        url = re.findall(r"http://[\w.:]+", line)[0]
        while len(POWER.findall(_metrics(url))) < resources:
            time.sleep(0.005)
        seconds = time.perf_counter() - began
        program.terminate()
        program.stderr.read()
    return seconds


def _metrics(url: str) -> bytes:
    with urllib.request.urlopen(f"{url}/metrics") as answer:
        body: bytes = answer.read()
        return body


class _NoMeter:
    def call(
        self, *, account_id: str, api: str, operation: str, outcome: str = "success", units: int = 0
    ) -> None:
        """Free of charge."""


async def estate(resources: int) -> None:
    """Microseconds a resource of making, listing, describing and reading the estate, printed.

    Garbage collection is in.
    """
    began = time.perf_counter()
    build(0, resources)
    built = time.perf_counter() - began
    client = DemoClient(target_settings("demo", resources=resources), _NoMeter())
    specs: dict[int, list[ServiceSpec]] = defaultdict(list)
    for spec in PROVIDER.services:
        specs[id(spec.listing)].append(spec)
    await client.extras(time.time())
    began = time.perf_counter()
    raws = await _listed(client, specs.values())
    listed = time.perf_counter() - began
    began = time.perf_counter()
    resources_there: list[Resource] = []
    for of_listing, scope, raw in raws:
        described = next(
            (spec.resource(raw, scope) for spec in of_listing if spec.accepts(raw)), None
        )
        if described is not None:
            resources_there.append(described)
    read = time.perf_counter() - began
    until = time.time()
    reads = _reads(resources_there, until - 180)
    began = time.perf_counter()
    reading = await client.series(reads, until)
    series = time.perf_counter() - began
    steps = {"make": built, "list": listed, "describe": read, "series": series}
    print(f"{resources} resources, {len(reading.points)} series:", end=" ")
    print(
        ", ".join(f"{name} {seconds / resources * 1e6:.1f} us" for name, seconds in steps.items()),
        "a resource",
    )


async def _listed(
    client: DemoClient, listings: Iterable[list[ServiceSpec]]
) -> list[tuple[list[ServiceSpec], Scope, Any]]:
    raws = []
    for specs in listings:
        for scope in await client.scopes(specs[0].listing):
            try:
                async for page in client.pages(specs[0].listing, scope):
                    raws += [(specs, scope, raw) for raw in page]
            except CollectError:
                continue
    return raws


def _reads(resources: Iterable[Resource], since: float) -> list[Read]:
    metrics = {}
    for spec in PROVIDER.services:
        metrics[spec.kind] = [metric for metric in spec.metrics if metric.into != "gpu_ratio"]
    reads = []
    for resource in resources:
        if resource.monitor:
            reads += [Read(resource, metric, since) for metric in metrics[resource.kind]]
    return reads


def main() -> None:
    """Print all figures."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    cold_start(RESOURCES)  # compiles what is not yet, and warms the disk's cache
    seconds = sorted(cold_start(RESOURCES) for _ in range(runs))
    print(
        f"cold start to the first /metrics with all {RESOURCES} demo resources, {runs} runs: "
        f"median {statistics.median(seconds):.3f} s, best {seconds[0]:.3f} s, worst "
        f"{seconds[-1]:.3f} s "
        f"(budget {BUDGET_SECONDS} s)"
    )
    for resources in (10_000, 100_000):
        asyncio.run(estate(resources))


if __name__ == "__main__":
    main()
