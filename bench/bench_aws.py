"""What the AWS client costs a resource: DescribeInstances, describe, and one metric each.

The server has a process of its own; figures are CPU time of the client's process, with the
exporter's own setting of the garbage collector.

    python -m bench.bench_aws [--instances 10000] [--rounds 3]

Budget: 100 us of CPU a resource for describe and one metric; 20 calls a refresh for 1,000 instances
    and their volumes.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.aws import AwsFake, Call
from tests.fakes.ec2_xml import instance, instance_id, reservations, volume, volumes

PERIOD = 300
POINTS = 3
TAGS = {"Name": "web", "team": "shop", "env": "prod", "aws:autoscaling:groupName": "shop-web-asg"}
TYPES = ("m5.large", "c6i.xlarge", "r6g.2xlarge", "t3.medium", "m7a.4xlarge")


async def serve(instances: int) -> None:
    """A whole region: pages of up to 1,000 instances, made once; three Points for every series."""
    fake = AwsFake()
    fake.regions = ["eu-west-3"]
    fake.cloudwatch.validate = False
    pages = _pages(instances)
    disks = [volume(number, attached=instance_id(number)) for number in range(instances)]
    listed = [volumes(disks[first : first + 1000]).encode() for first in range(0, instances, 1000)]

    def page(call: Call) -> bytes:
        return pages[int(call.params.get("NextToken", 0))]

    def metrics(call: Call) -> dict[str, object]:
        first = float(call.params["StartTime"])
        times = [first + PERIOD * number for number in range(POINTS)]
        queries = call.params["MetricDataQueries"]
        results = [
            {
                "Id": query["Id"],
                "Label": "CPU",
                "Timestamps": times,
                "Values": [12.5] * POINTS,
                "StatusCode": "Complete",
            }
            for query in queries
        ]
        return {"MetricDataResults": results, "Messages": []}

    fake.handlers |= {
        "DescribeInstances": page,
        "GetMetricData": metrics,
        "DescribeVolumes": listed[0],
    }
    await fake.start()
    print(fake.url, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await fake.stop()


def _pages(instances: int) -> list[bytes]:
    pages = []
    for number, first in enumerate(range(0, instances, 1000), start=1):
        last = min(first + 1000, instances)
        items = (
            instance(rank, type_=TYPES[rank % len(TYPES)], tags=TAGS) for rank in range(first, last)
        )
        pages.append(reservations(items, str(number) if last < instances else "").encode())
    return pages


class Calls:
    """A Meter that counts."""

    def __init__(self) -> None:
        self.made: Counter[str] = Counter()
        self.units = 0

    def call(
        self, *, account_id: str, api: str, operation: str, outcome: str = "success", units: int = 0
    ) -> None:
        """See spec.Meter."""
        self.made[f"{operation} {outcome}"] += 1
        self.units += units


@contextmanager
def server(instances: int) -> Iterator[str]:
    """The URL of a server in a process of its own."""
    command = [sys.executable, "-m", "bench.bench_aws", "--serve", "--instances", str(instances)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(10)


async def measure(instances: int, rounds: int) -> None:
    """List, describe and read, and print what it cost."""
    from cloud_carbon_exporter.collect.sweep import sweep
    from cloud_carbon_exporter.providers.aws import PROVIDER
    from cloud_carbon_exporter.providers.aws.client.client import AwsClient
    from cloud_carbon_exporter.providers.settings import TargetSettings
    from cloud_carbon_exporter.providers.spec import Read

    specs = {spec.kind: spec for spec in PROVIDER.services}
    spec = specs["ec2/instance"]
    for number in range(rounds):
        calls = Calls()
        client = AwsClient(TargetSettings(provider="aws", regions=("eu-west-3",)), calls)
        await client.connect()
        (scope,) = await client.scopes(spec.listing)
        before = Counter(calls.made)
        started, cpu = time.perf_counter(), time.process_time()
        swept = await sweep(client, spec.listing, [spec], scope)
        listed, listed_cpu = time.perf_counter() - started, time.process_time() - cpu
        assert len(swept.resources) == instances, (len(swept.resources), swept.skipped)
        now = time.time()
        reads = [
            Read(machine, spec.metrics[0], now - 600 - POINTS * PERIOD)
            for machine in swept.resources
        ]
        started, cpu = time.perf_counter(), time.process_time()
        reading = await client.series(reads, now - 600)
        read, read_cpu = time.perf_counter() - started, time.process_time() - cpu
        assert len(reading.points) == instances, reading.failures
        await sweep(client, specs["ec2/volume"].listing, [specs["ec2/volume"]], scope)
        asked = sum((calls.made - before).values())
        scale = 1e6 / instances
        print(
            f"round {number + 1}: list and describe {listed:.2f} s, CPU "
            f"{listed_cpu * scale:.0f} us each;"
            f" one metric {read:.2f} s, CPU {read_cpu * scale:.0f} us each;"
            f" together {(listed_cpu + read_cpu) * scale:.0f} us (budget 100); {asked} calls, "
            f"{calls.units} metrics"
        )
        await client.close()
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def main() -> None:
    """Start the server and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--instances", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", action="store_true", help="be the server")
    chosen = parser.parse_args()
    if chosen.serve:
        asyncio.run(serve(chosen.instances))
        return
    with server(chosen.instances) as url:
        keys = {
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
        }  # the server checks no signature
        gc.set_threshold(100_000, 50, 1000)
        os.environ |= keys | {"AWS_ENDPOINT_URL": url, "AWS_MAX_ATTEMPTS": "1"}
        asyncio.run(measure(chosen.instances, chosen.rounds))


if __name__ == "__main__":
    main()
