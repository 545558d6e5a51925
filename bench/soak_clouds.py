"""Three clouds in a process of their own, for the soak: told on stdin when to storm, and when to be calm."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
from pathlib import Path

from tests.fakes.aws import AwsFake, Call
from tests.fakes.ec2_xml import instance, instance_id, reservations, volume, volumes
from tests.fakes.gcp import GoogleCloud
from tests.fakes.scaleway import COCKPIT_TOKEN, FakeScaleway
from tests.fakes.scaleway import Fault as ScalewayFault

INSTANCES = 300
AWS_KINDS = ("throttle", "server", "hang", "cut", "truncated", "junk", "expired", "invalid", "forbidden")
AWS_OPERATIONS = ("*", "DescribeInstances", "DescribeVolumes", "GetMetricData", "GetCallerIdentity", "DescribeRegions")
GCP_KINDS = ("throttled", "unavailable", "hang", "truncated", "html", "unauthorized", "loop", "partial", "permission")
GCP_APIS = ("cloudasset", "monitoring", "compute", "storage")
SCALEWAY_PATHS = ("instance/v1", "block/v1", "rdb/v1", "cockpit", "iam/", "product-catalog", "")
SCALEWAY_FAULTS = (
    ScalewayFault(status=429, headers={"Retry-After": "0"}),
    ScalewayFault(status=503),
    ScalewayFault(status=401),
    ScalewayFault(status=403, body='{"type":"permissions_denied","message":"no"}'),
    ScalewayFault(status=200, body='{"servers": [{"id": NaN, "volumes": 1e308'),
    ScalewayFault(status=200, body='{"servers": [{"id": NaN, "name": 1e308}], "volumes": {"a": null}}'),
    ScalewayFault(status=200, body="[" * 50_000),
    ScalewayFault(hang=True),
    ScalewayFault(cut=True),
)


def _metrics(call: Call) -> dict[str, object]:
    first, last = float(call.params["StartTime"]), float(call.params["EndTime"])
    times = [first + 300 * number for number in range(int((last - first) // 300))]
    results = [
        {"Id": each["Id"], "Timestamps": times, "Values": [12.5] * len(times), "StatusCode": "Complete"}
        for each in call.params["MetricDataQueries"]
    ]
    return {"MetricDataResults": results, "Messages": []}


def _aws() -> AwsFake:
    fake = AwsFake()
    fake.regions = ["eu-west-3"]
    machines = [instance(number, type_="m5.large") for number in range(INSTANCES)]
    disks = [volume(number, attached=instance_id(number)) for number in range(INSTANCES)]
    fake.handlers |= {
        "DescribeInstances": reservations(machines).encode(),
        "DescribeVolumes": volumes(disks).encode(),
        "GetMetricData": _metrics,
    }
    return fake


def _storm(chance: random.Random, aws: AwsFake, google: GoogleCloud, scaleway: FakeScaleway) -> list[str]:
    """Three faults a cloud. Returns what they are."""
    told = []
    for _ in range(3):
        operation, kind = chance.choice(AWS_OPERATIONS), chance.choice(AWS_KINDS)
        aws.fault(operation, kind)
        api, how = chance.choice(GCP_APIS), chance.choice(GCP_KINDS)
        google.break_(api, how)
        piece, fault = chance.choice(SCALEWAY_PATHS), chance.choice(SCALEWAY_FAULTS)
        scaleway.faults[piece] = fault
        odd = "hang" if fault.hang else "cut" if fault.cut else f"{fault.status} {fault.body[:12]}"
        told += [f"aws {operation} {kind}", f"gcp {api} {how}", f"scaleway {piece or '*'} {odd}"]
    return told


async def serve() -> None:
    """Print the environment that leads here, then follow what stdin says: "storm SEED", "calm", or its end."""
    aws = await _aws().start()
    google = GoogleCloud()
    google.checked = False
    with tempfile.TemporaryDirectory() as folder:
        async with google.running(), FakeScaleway() as scaleway:
            keys = {"AWS_ACCESS_KEY_ID": "soak", "AWS_SECRET_ACCESS_KEY": "soak", "AWS_ENDPOINT_URL": aws.url}
            key = google.tokens.service_account(google.url, Path(folder, "key.json"))
            found = {**keys, **google.environment(), **scaleway.environment, "SCW_COCKPIT_TOKEN": COCKPIT_TOKEN}
            print(json.dumps({**found, "GOOGLE_APPLICATION_CREDENTIALS": str(key)}), flush=True)
            loop = asyncio.get_running_loop()
            while line := await loop.run_in_executor(None, sys.stdin.readline):
                aws.faults.clear()
                google.faults.clear()
                scaleway.faults.clear()
                word, _, seed = line.partition(" ")
                told = _storm(random.Random(int(seed)), aws, google, scaleway) if word == "storm" else []
                print(json.dumps(told), flush=True)
            aws.calls.clear()
    await aws.stop()


if __name__ == "__main__":
    asyncio.run(serve())
