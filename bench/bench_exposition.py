"""Microseconds a resource to render and compress, in both formats, no two resources alike.

Twice all numbers are new; then, as between two reads, all counters go on, those of a tenth of the
machines, and none. The age of what was measured is new each time.

python -m bench.bench_exposition [resources ...]
"""

from __future__ import annotations

import random
import resource as os_resource
import sys
import time
from dataclasses import astuple, replace

from cloud_carbon_exporter.collect import interpreter
from cloud_carbon_exporter.exposition import Exposition, Renderer, Settings
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.types import Estimate, Footprint, Location, Resource, Totals

SETTINGS = Settings(tags=("team",), version="0.0.0", model_version="0.0.0")


def estimate(random_: random.Random, scale: float) -> Estimate:
    """An Estimate no other resembles."""
    value = random_.random() * scale
    return Estimate(value, value * random_.uniform(0.4, 0.9), value * random_.uniform(1.1, 2.5))


def snapshot(resources: int, seed: int = 0) -> Snapshot:
    """An estate of machines with ten series of eight labels each, every number its own."""
    names = random.Random("names")  # the same resources whatever the seed of the numbers
    numbers = random.Random(seed)
    rows = []
    for index in range(resources):
        region = names.choice(["eu-west-1", "eu-west-3", "us-east-1", "us-west-2"])
        identity = f"arn:aws:ec2:{region}:111111111111:instance/i-{names.getrandbits(68):017x}"
        location = Location("aws", "111111111111", region, region + names.choice("abc"))
        team = names.choice(["core", "data", "search", "web"])
        resource = Resource(
            identity,
            "ec2/instance",
            f"{team}-{index}",
            location,
            (),
            {"team": team},
            info={
                "host_type": names.choice(["m5.large", "c7g.xlarge"]),
                "architecture": "x86_64",
                "cpu": "Skylake",
            },
        )
        footprint = Footprint(
            estimate(numbers, 100), estimate(numbers, 0.01), estimate(numbers, 0.001), "measured"
        )
        totals = Totals(numbers.random() * 1e9, numbers.random() * 1e5, numbers.random() * 1e4)
        rows.append(Row(resource, footprint, {}, totals, 1.7e9 + numbers.random() * 300))
    return Snapshot(1.7e9 + 600, tuple(rows), first_collection_done=True)


def counted(before: Snapshot, first: int) -> Snapshot:
    """Rows of the next refresh, of which the first so many have counted on; nothing was read."""
    rows = []
    for index, row in enumerate(before.rows):
        assert row.totals is not None
        energy, operational, embodied = astuple(row.totals)
        step = float(index < first)
        rows.append(replace(row, totals=Totals(energy + step, operational + step, embodied + step)))
    return replace(before, taken_at=before.taken_at + 300, rows=tuple(rows))


def measure(resources: int) -> None:
    """Render one refresh after another, and print what each cost."""
    renderer, numbers = Renderer(SETTINGS), [snapshot(resources, seed) for seed in (1, 2)]
    print(f"{resources} resources")
    shown = numbers[0]
    exposition: Exposition | None = None
    for what, changed in (
        ("first", None),
        ("again", None),
        ("all counters", 1.0),
        ("a tenth", 0.1),
        ("nothing", 0.0),
    ):
        shown = numbers.pop(0) if changed is None else counted(shown, int(resources * changed))
        start, wall = time.process_time(), time.perf_counter()
        exposition = renderer(shown)
        cpu, waited = time.process_time() - start, time.perf_counter() - wall
        print(f"  {what}: {cpu / resources * 1e6:.1f} us CPU a resource, {waited:.3f} s in all")
    assert exposition is not None
    stream = exposition.text
    print(
        f"  {exposition.series} series, {stream.size / 1e6:.1f} MB of text, "
        f"{stream.compressed / 1e6:.1f} MB compressed"
    )
    print(
        "  peak memory of this process "
        f"{os_resource.getrusage(os_resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB"
    )


if __name__ == "__main__":
    interpreter.prepare()
    for count in [int(argument) for argument in sys.argv[1:]] or [10_000, 100_000]:
        measure(count)
