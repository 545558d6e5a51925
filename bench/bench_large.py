"""A large estate with sums by account, region and kind: CPU and memory of each refresh.

    python -m bench.bench_large [resources ...]

The demo estate on a virtual clock, a refresh each five minutes: listed, described, measured,
counted, summed, rendered. Then it is published once more, with nothing new. The time in which the
made-up estate makes what a cloud would answer is in the figures.
"""

from __future__ import annotations

import asyncio
import logging
import resource as os_resource
import subprocess
import sys
import time

from tests.fakes.cloud import Clock

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target, interpreter
from cloud_carbon_exporter.exposition import Exposition, Renderer, Settings
from cloud_carbon_exporter.providers.demo.client import DemoClient
from cloud_carbon_exporter.providers.options import DemoOptions
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.service.loading import provider

SUMS = ("account", "region", "kind")
REFRESHES = 4
INTERVAL_SECONDS = 300.0


def collector(resources: int, clock: Clock) -> Collector[Exposition]:
    """A collector of the made-up estate, which follows the same clock."""
    settings = TargetSettings(provider="demo", options=DemoOptions(resources=resources))
    budget = Budget(clock)
    exporter = Collector(
        [Target("demo", provider("demo"), settings)],
        CollectSettings(),
        budget,
        Renderer(Settings(aggregate=SUMS)),
        clock,
    )
    client = exporter.runs[0].client
    assert isinstance(client, DemoClient)
    client._now = clock
    return exporter


async def measure(resources: int) -> None:
    """Refresh a few times, and print what each cost."""
    clock = Clock()
    exporter = collector(resources, clock)
    for number in range(REFRESHES):
        began = time.process_time()
        await exporter.refresh()
        tell(f"{resources} resources, refresh {number}", began, resources)
        clock.now += INTERVAL_SECONDS
    began = time.process_time()
    await exporter.publish()
    tell(f"{resources} resources, nothing changed", began, resources)
    await exporter.close()


def tell(what: str, began: float, resources: int) -> None:
    """Print the CPU since then, and the most memory the process ever held."""
    microseconds = (time.process_time() - began) / resources * 1e6
    most = os_resource.getrusage(os_resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"{what}: {microseconds:.2f} us CPU a resource, {most / 1e6:.0f} MB at most", flush=True)


def main(counts: list[int]) -> None:
    """Each estate in a process of its own, as memory that was given back is not told apart."""
    if len(counts) > 1:
        for count in counts:
            subprocess.run([sys.executable, "-m", "bench.bench_large", str(count)], check=True)
        return
    logging.disable(logging.CRITICAL)
    interpreter.prepare()
    asyncio.run(measure(counts[0]))


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or [100_000])
