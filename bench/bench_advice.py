"""A look for advice through a large estate: seconds of CPU, and a resource.

    python -m bench.bench_advice [resources]

Half are machines of common types in five regions, each at a load of its own that two weeks are
known of; half are disks. The rows come by region, as they are collected.
"""

from __future__ import annotations

import random
import sys
import time
from dataclasses import replace

from tests.advice.estates import DAY, NOW, machine_row, row_of

from cloud_carbon_exporter.collect import advising
from cloud_carbon_exporter.collect.advising import Advising
from cloud_carbon_exporter.collect.load_statistics import LoadStatistics
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.types import Component

BUDGET_SECONDS = 30.0
TYPES = (
    *("m5.large", "m5.xlarge", "m5.2xlarge", "c5.xlarge", "r5.large", "t3.medium"),
    *("t3.large", "m6i.xlarge", "c4.xlarge", "m7g.large", "r6g.xlarge"),
)
REGIONS = ["ap-southeast-2", "eu-central-1", "eu-west-1", "eu-west-3", "us-east-1"]
DAYS = 16


def estate(resources: int) -> tuple[list[Row], LoadStatistics]:
    """Rows, and what is known of their past."""
    chosen, statistics, rows = random.Random(1), LoadStatistics(), []
    disk = row_of((Component("block", "aws/gp3", 100),), info={"attached": "true"})
    for number in range(resources):
        region = REGIONS[number * len(REGIONS) // resources]
        name = f"arn:aws:ec2:{region}:1:thing/{number:08x}"
        if number % 2:
            rows.append(replace(disk, resource=replace(disk.resource, id=name)))
            continue
        load = chosen.choice((0.01, chosen.random()))
        machine = machine_row(chosen.choice(TYPES), region=region)
        resource = replace(machine.resource, id=name)
        rows.append(replace(machine, resource=resource, loads={"cpu_ratio": load}))
        for day in range(DAYS):
            at = NOW - (DAYS - day) * DAY
            statistics.add(resource, {"cpu_ratio": load}, at, at + DAY)
    return rows, statistics


def main(resources: int) -> None:
    """Print what one look takes, beside its budget."""
    rows, statistics = estate(resources)
    advising.SLICE_SECONDS = float("inf")
    looking = Advising()
    began = time.process_time()
    found = looking.look(Snapshot(NOW, tuple(rows)), statistics)
    seconds = time.process_time() - began
    print(
        f"a look through {resources:,} resources: {seconds:.1f} s of CPU "
        f"({1000 * seconds / resources:.2f} ms each), budget of 100,000 {BUDGET_SECONDS:.0f} s; "
        f"{len(found):,} pieces of advice"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
