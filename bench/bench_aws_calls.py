"""Calls of a refresh of a mixed AWS estate of 1,000 resources, by operation; CloudWatch metrics.

The estate stands in moto's server, in one account and two regions, and is explored through the
whole pipeline with the default intervals; time is moved by hand. Kinds that moto does not answer
for are left out, and named.

    python -m bench.bench_aws_calls
"""

from __future__ import annotations

import asyncio
import io
import logging
import os
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from functools import partial
from typing import Any

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.api_costs.calendar_month import SECONDS_PER_MONTH
from cloud_carbon_exporter.api_costs.prices import GET_METRIC_DATA, PRICES
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.settings import TargetSettings

REGIONS = ("eu-west-3", "us-east-1")
INSTANCES, VOLUMES, DATABASES, TABLES, QUEUES, TOPICS, FUNCTIONS, STREAMS, FILES = (
    125,
    50,
    30,
    40,
    40,
    10,
    20,
    5,
    5,
)
BUCKETS = 100
INTERVAL_SECONDS = 300
READS_EVERY = 3  # refreshes: the default utilisation interval
PRICE = PRICES[GET_METRIC_DATA].dollars_per_unit


def seed(client: Callable[[str, str], Any]) -> None:
    """Make 1,000 resources."""
    for region in REGIONS:
        ec2 = client("ec2", region)
        ec2.run_instances(
            ImageId="ami-12345678", InstanceType="m5.large", MinCount=INSTANCES, MaxCount=INSTANCES
        )
        for _ in range(VOLUMES):
            ec2.create_volume(AvailabilityZone=f"{region}a", Size=100, VolumeType="gp3")
        _seed_services(region, client)
    s3 = client("s3", REGIONS[1])
    for number in range(BUCKETS):
        s3.create_bucket(Bucket=f"bench-{number}")


def _seed_services(region: str, client: Callable[[str, str], Any]) -> None:
    database = {"DBInstanceClass": "db.m5.large", "Engine": "postgres", "AllocatedStorage": 100}
    for number in range(DATABASES):
        client("rds", region).create_db_instance(DBInstanceIdentifier=f"db-{number}", **database)
    schema = {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    for number in range(TABLES):
        client("dynamodb", region).create_table(TableName=f"table-{number}", **schema)
    for number in range(QUEUES):
        client("sqs", region).create_queue(QueueName=f"queue-{number}")
    for number in range(TOPICS):
        client("sns", region).create_topic(Name=f"topic-{number}")
    for number in range(STREAMS):
        client("kinesis", region).create_stream(StreamName=f"stream-{number}", ShardCount=1)
    for number in range(FILES):
        client("efs", region).create_file_system(CreationToken=f"files-{number}")
    trust = {"RoleName": f"bench-{region}", "AssumeRolePolicyDocument": "{}"}
    role = client("iam", region).create_role(**trust)["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("handler.py", "def handle(event, context): ...")
    function = {
        "Runtime": "python3.12",
        "Role": role,
        "Handler": "handler.handle",
        "MemorySize": 512,
    }
    for number in range(FUNCTIONS):
        client("lambda", region).create_function(
            FunctionName=f"function-{number}", Code={"ZipFile": code.getvalue()}, **function
        )


async def explore(exclude: tuple[str, ...], refreshes: int) -> list[Snapshot]:
    """The snapshots of so many refreshes, an interval apart."""
    now = [time.time()]

    def clock() -> float:
        return now[0]

    provider = replace(PROVIDER, client=partial(AwsClient, clock=clock))
    target = Target(
        "bench", provider, TargetSettings(provider="aws", regions=REGIONS, exclude=exclude)
    )
    collector = Collector([target], CollectSettings(), Budget(clock), lambda snapshot: None, clock)
    snapshots = []
    for _ in range(refreshes):
        await collector.refresh()
        snapshots.append(collector.snapshot)
        now[0] += INTERVAL_SECONDS
    await collector.close()
    return snapshots


def calls(of: Snapshot) -> Counter[str]:
    """Calls so far, by API and operation."""
    counts: Counter[str] = Counter()
    for (_, api, operation, _), count in of.api.requests.items():
        counts[f"{api} {operation}"] += count
    return counts


def metrics(of: Snapshot) -> int:
    """CloudWatch metrics paid for so far."""
    return round(of.api.dollars.get(("aws", "123456789012", "cloudwatch"), 0) / PRICE)


async def measure() -> list[str]:
    """Explore, and tell what was asked."""
    (probe,) = await explore((), 1)
    failing = tuple(sorted({outcome.kind for outcome in probe.listings if outcome.error}))
    snapshots = await explore(failing, 1 + 2 * READS_EVERY)
    first, last = snapshots[0], snapshots[-1]
    told = [f"left out, as moto does not answer for them: {', '.join(failing)}"]
    told.append(
        f"resources: {len(first.rows)}, of {len({row.resource.kind for row in first.rows})} kinds"
    )
    before, paid = Counter[str](), 0
    for number, snapshot in enumerate(snapshots):
        asked, bought = calls(snapshot) - before, metrics(snapshot) - paid
        before, paid = calls(snapshot), metrics(snapshot)
        told.append(f"refresh {number}: {asked.total()} calls, {bought} metrics")
        if number in (0, 1):
            told += [f"    {count:4d}  {name}" for name, count in asked.most_common()]
    later = calls(last).total() - calls(first).total()
    month = SECONDS_PER_MONTH / INTERVAL_SECONDS / (len(snapshots) - 1)
    spent = (metrics(last) - metrics(first)) * PRICE * month
    told.append(f"mean after the first: {later / (len(snapshots) - 1):.0f} calls a refresh")
    told.append(f"CloudWatch: {spent:.2f} USD a month, {spent / len(first.rows):.4f} a resource")
    return told


def main() -> None:
    """Start moto, seed it, measure."""
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"  # with them come 1,300 snapshots of nobody
    from botocore.session import Session
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_MAX_ATTEMPTS": "1",
    }
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    os.environ["AWS_ENDPOINT_URL"] = url
    session = Session()
    clients: dict[tuple[str, str], Any] = {}

    def client(api: str, region: str) -> Any:
        if (api, region) not in clients:
            clients[api, region] = session.create_client(api, region_name=region, endpoint_url=url)
        return clients[api, region]

    with redirect_stdout(io.StringIO()):  # moto prints what it does not know
        seed(client)
        told = asyncio.run(measure())
        server.stop()
    print("\n".join(told))


if __name__ == "__main__":
    main()
