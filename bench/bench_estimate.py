"""Microseconds of one estimate and of its central power; seconds of 10,000 servers, none alike.

In a refresh: of a machine whose type stands there already, at a load that no other has.

python -m bench.bench_estimate
"""

from __future__ import annotations

import itertools
import timeit
from collections.abc import Callable
from functools import partial

from cloud_carbon_exporter.collect.footprints import Footprints
from cloud_carbon_exporter.collect.surroundings import Surroundings
from cloud_carbon_exporter.model.estimate import NOWHERE, estimate, power_watts
from cloud_carbon_exporter.model.facts import place
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.server import describe, server
from cloud_carbon_exporter.model.sums import footprint_sum
from cloud_carbon_exporter.model.types import Location, Resource

REPEATS = 5
BATCH = 10_000


def microseconds(action: Callable[[], object], number: int = 20_000) -> float:
    """Of the best of several runs: the others were disturbed."""
    return min(timeit.repeat(action, number=number, repeat=REPEATS)) / number * 1e6


def microseconds_in_a_refresh(resource: Resource, around: Surroundings) -> float:
    """Of the Footprint of one machine of many of its type, no two of which are as busy."""
    footprints, signals = Footprints(), {part.load for part in resource.components if part.load}
    numbers = itertools.count()

    def one() -> None:
        load = next(numbers) % 9973 / 9973
        footprints.of(resource, dict.fromkeys(signals, load), around)

    return microseconds(one)


def main() -> None:
    """Print the figures."""
    where = place("aws", "eu-west-3")
    grid, loads = where.intensities[0], {"cpu_ratio": 0.3, "gpu_ratio": 0.4}
    for name in ("m5.large", "m5d.large", "p4d.24xlarge"):
        held = components(machine("aws", name))
        resource = Resource(name, "ec2/instance", name, Location("aws", "1", "eu-west-3"), held)
        whole = microseconds(partial(estimate, resource, loads, where, grid))
        fast = microseconds(partial(power_watts, resource, loads, where))
        many = microseconds_in_a_refresh(resource, Surroundings(where, where.intensities))
        told = f"alone {whole:.1f} us, in a refresh {many:.1f} us, power_watts {fast:.1f} us (4)"
        print(f"{name} ({len(held)} components): {told}")
    footprints = [estimate(resource, loads, where, grid)] * BATCH
    milliseconds = microseconds(lambda: footprint_sum(footprints), 20) / 1000
    print(f"sum of {BATCH}: {milliseconds:.1f} ms")
    servers = [("Xeon 8480+", 1 + index % 2, 64 + index) for index in range(BATCH)]
    began = timeit.default_timer()
    for processor, sockets, memory in servers:
        resource = server(describe(processor, sockets=sockets, memory_gib=memory))
        estimate(resource, {"cpu_ratio": 0.5}, NOWHERE, None)
    print(f"{BATCH} servers, no two alike: {timeit.default_timer() - began:.2f} s")


if __name__ == "__main__":
    main()
