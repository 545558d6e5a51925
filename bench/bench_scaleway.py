"""Calls, seconds and CPU of a refresh of a Scaleway organisation, over a wire that takes time.

python -m bench.bench_scaleway [servers] [latency_milliseconds]
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from dataclasses import replace
from typing import Any

from tests.fakes.scaleway import COCKPIT_TOKEN, FakeScaleway
from tests.fakes.target_settings import target_settings

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target
from cloud_carbon_exporter.providers.scaleway import PROVIDER, SEARCH_TYPES
from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Client, Meter

START = 1_795_521_600.0
STEP = 300.0


def grow(fake: FakeScaleway, count: int) -> None:
    """`count` servers, each with a block volume and a busy CPU, spread over the zones of Paris."""
    servers, volumes = (fake.route(f"{api}/zones/{{zone}}/{items}").places for api, items in SPREAD)
    models: list[Any] = [next(iter(places["fr-par-1"])) for places in (servers, volumes)]
    for rank, zone in enumerate(ZONES):
        mine = range(rank, count, len(ZONES))
        servers[zone] = [{**models[0], "id": f"server-{number}", "zone": zone} for number in mine]
        volumes[zone] = [{**models[1], "id": f"volume-{number}", "zone": zone} for number in mine]
    labels = [{"resource_id": f"server-{number}"} for number in range(count)]
    fake.series["instance_server_cpu_seconds_total"] = [(server, 0.3) for server in labels]
    fake.series["instance_server_vcpu_count"] = [(server, 1) for server in labels]


SPREAD = (("instance/v1", "servers"), ("block/v1", "volumes"))
ZONES = ("fr-par-1", "fr-par-2", "fr-par-3")


async def measure(count: int, latency_seconds: float) -> None:
    """Figures of three refreshes: the first fetches catalogues; then empty corners are at rest."""
    async with FakeScaleway(latency_seconds=latency_seconds) as fake:
        grow(fake, count)
        now = [START]

        def client(settings: TargetSettings, meter: Meter) -> Client:
            return ScalewayClient(
                settings, meter, search_types=SEARCH_TYPES, environ=fake.environment
            )

        settings = target_settings("scw", cockpit_token=COCKPIT_TOKEN)
        target = Target("bench", replace(PROVIDER, client=client), settings)
        collector: Collector[Any] = Collector(
            [target],
            CollectSettings(),
            Budget(lambda: now[0]),
            lambda snapshot: snapshot,
            lambda: now[0],
        )
        for number in range(1, 4):
            fake.calls.clear()
            began, cpu = time.perf_counter(), time.process_time()
            await collector.refresh()
            seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
            rows = len(collector.snapshot.rows)
            print(
                f"refresh {number}: {rows} resources, {sum(fake.calls.values())} calls, "
                f"{seconds:.2f} s, "
                f"{cpu_seconds / rows * 1e6:.0f} us CPU a resource (the fake's own included)"
            )
            print("   ", ", ".join(f"{api} {calls}" for api, calls in by_api(fake.calls)))
            now[0] += STEP
        await collector.close()


def by_api(calls: Counter[str]) -> list[tuple[str, int]]:
    """Calls by product, most first."""
    counts: Counter[str] = Counter()
    for path, number in calls.items():
        counts[path.split("/", 1)[0]] += number
    return counts.most_common()


if __name__ == "__main__":
    chosen = [int(argument) for argument in sys.argv[1:]]
    asyncio.run(
        measure(chosen[0] if chosen else 1000, (chosen[1] if len(chosen) > 1 else 100) / 1000)
    )
