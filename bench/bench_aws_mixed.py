"""Calls, CloudWatch series and CPU of a refresh of a mixed AWS account of 1,000 resources.

    python -m bench.bench_aws_mixed

The account answers in this process, in pages as large as the APIs' own, so that calls are counted
and none is timed.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.collect.due_reads import signals
from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Meter, Scope

REGION, ACCOUNT = "eu-west-3", "123456789012"
Answer = Mapping[str, Any]


def arn(service: str, resource: str) -> str:
    """An ARN of the account."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


LISTS: Mapping[str, tuple[str, int, int, Callable[[int], Any]]] = {
    # operation: field, how many, page size, the object
    "ec2.DescribeInstances": (
        "Reservations",
        250,
        1000,
        lambda n: {
            "Instances": [
                {"InstanceId": f"i-{n}", "InstanceType": "m5.large", "State": {"Name": "running"}}
            ],
        },
    ),
    "ec2.DescribeVolumes": (
        "Volumes",
        250,
        1000,
        lambda n: {"VolumeId": f"vol-{n}", "VolumeType": "gp3", "Size": 100, "State": "in-use"},
    ),
    "ec2.DescribeSnapshots": (
        "Snapshots",
        150,
        1000,
        lambda n: {
            "SnapshotId": f"snap-{n}",
            "VolumeId": f"vol-{n % 50}",
            "VolumeSize": 100,
            "StartTime": f"{n:06}",
        },
    ),
    "rds.DescribeDBInstances": (
        "DBInstances",
        30,
        100,
        lambda n: {
            "DBInstanceIdentifier": f"db-{n}",
            "DBInstanceClass": "db.m5.large",
            "Engine": "postgres",
            "AllocatedStorage": 100,
        },
    ),
    "lambda.ListFunctions": (
        "Functions",
        120,
        50,
        lambda n: {
            "FunctionName": f"f{n}",
            "FunctionArn": arn("lambda", f"function:f{n}"),
            "MemorySize": 512,
        },
    ),
    "dynamodb.ListTables": ("TableNames", 40, 100, lambda n: f"t{n}"),
    "ecs.ListClusters": ("clusterArns", 4, 100, lambda n: arn("ecs", f"cluster/c{n}")),
    "ecs.ListTasks": ("taskArns", 10, 100, lambda n: arn("ecs", f"task/c/t{n}")),
    "eks.ListClusters": ("clusters", 2, 100, lambda n: f"k{n}"),
    "elasticache.DescribeCacheClusters": (
        "CacheClusters",
        20,
        100,
        lambda n: {
            "CacheClusterId": f"e{n}",
            "ARN": arn("elasticache", f"cluster:e{n}"),
            "CacheNodeType": "cache.r6g.large",
            "NumCacheNodes": 1,
        },
    ),
    "opensearch.ListDomainNames": ("DomainNames", 3, 100, lambda n: {"DomainName": f"o{n}"}),
    "kinesis.ListStreams": ("StreamSummaries", 10, 100, lambda n: {"StreamName": f"s{n}"}),
    "efs.DescribeFileSystems": (
        "FileSystems",
        10,
        100,
        lambda n: {
            "FileSystemId": f"fs-{n}",
            "FileSystemArn": arn("efs", f"fs-{n}"),
            "SizeInBytes": {"Value": 2**30},
        },
    ),
    "ecr.DescribeRepositories": (
        "repositories",
        40,
        100,
        lambda n: {"repositoryName": f"r{n}", "repositoryArn": arn("ecr", f"repository/r{n}")},
    ),
    "s3.ListBuckets": ("Buckets", 40, 1000, lambda n: {"Name": f"b{n}", "BucketRegion": REGION}),
}


def detail(operation: str, params: Mapping[str, Any]) -> Answer:
    """What the calls for details answer."""
    if operation == "DescribeTable":
        name = params["TableName"]
        return {
            "Table": {"TableName": name, "TableArn": arn("dynamodb", name), "TableSizeBytes": 2**30}
        }
    if operation == "DescribeClusters":
        return {
            "clusters": [
                {"clusterArn": arn_of_cluster, "runningTasksCount": 10}
                for arn_of_cluster in params["clusters"]
            ]
        }
    if operation == "DescribeTasks":
        size = {"launchType": "FARGATE", "cpu": "512", "memory": "1024", "group": "service:web"}
        tasks = [
            {**size, "taskArn": f"{task}/{params['cluster']}", "clusterArn": params["cluster"]}
            for task in params["tasks"]
        ]
        return {"tasks": tasks}
    if operation == "DescribeCluster":
        return {"cluster": {"name": params["name"], "arn": arn("eks", params["name"])}}
    if operation == "DescribeDomains":
        config = {"InstanceType": "m5.large.search", "InstanceCount": 3}
        tasks = [
            {"DomainName": domain, "ARN": arn("es", domain), "ClusterConfig": config}
            for domain in params["DomainNames"]
        ]
        return {"DomainStatusList": tasks}
    if operation == "DescribeStreamSummary":
        name = params["StreamName"]
        shape = {"RetentionPeriodHours": 24, "OpenShardCount": 2}
        return {
            "StreamDescriptionSummary": {
                "StreamName": name,
                "StreamARN": arn("kinesis", name),
                **shape,
            }
        }
    return {}


class Account(AwsClient):
    """The account: answers from above, and counts."""

    def __init__(self, meter: Meter) -> None:
        super().__init__(TargetSettings(provider="aws", regions=(REGION,)), meter)
        self.calls: Counter[str] = Counter()

    async def call(
        self,
        scope: Scope,
        api: str,
        operation: str,
        params: Mapping[str, Any],
        *,
        permissions: str = "",
        units: int = 0,
    ) -> Answer:
        """See AwsClient."""
        self.calls[f"{api}.{operation}"] += 1
        return detail(operation, params)

    async def answers(
        self,
        scope: Scope,
        api: str,
        operation: str,
        params: Mapping[str, Any],
        *,
        permissions: str = "",
        units: int = 0,
    ) -> AsyncIterator[Answer]:
        """See AwsClient: pages as large as the API's."""
        field, count, size, make = LISTS.get(f"{api}.{operation}", ("nothing", 0, 1, str))
        for first in range(0, max(1, count), size):
            self.calls[f"{api}.{operation}"] += 1
            yield {field: [make(number) for number in range(first, min(count, first + size))]}


class Silent:
    """A Meter nobody reads."""

    def call(
        self, *, account_id: str, api: str, operation: str, outcome: str = "success", units: int = 0
    ) -> None:
        """Nothing is kept."""


async def refresh(account: Account) -> list[Resource]:
    """One pass over every listing."""
    resources: list[Resource] = []
    for listing in {id(spec.listing): spec.listing for spec in PROVIDER.services}.values():
        specs = [spec for spec in PROVIDER.services if spec.listing is listing]
        scope = (
            Scope("aws", ACCOUNT) if listing.scope == "global" else Scope("aws", ACCOUNT, REGION)
        )
        resources += (await sweep(account, listing, specs, scope)).resources
    return resources


def series(resources: Sequence[Resource]) -> Counter[str]:
    """CloudWatch series that a round of reads bills, by kind.

    Without those that are found by name, as storage classes.
    """
    metrics = {spec.kind: spec.metrics for spec in PROVIDER.services}
    billed: dict[str, set[tuple[str, ...]]] = {}
    for resource in resources:
        wanted = signals(resource)
        for metric in metrics[resource.kind]:
            keys = metric.dimensions.values()
            if (
                metric.into in wanted
                and all(key in resource.monitor for key in keys)
                and not metric.class_dimension
            ):
                named = (metric.name, *(resource.monitor[key] for key in keys))
                billed.setdefault(resource.kind, set()).add(named)
    return Counter({kind: len(names) for kind, names in billed.items()})


async def run() -> None:
    """Two refreshes: the second finds details and tags kept."""
    account = Account(Silent())
    for name in ("first refresh", "second refresh"):
        account.calls.clear()
        started = time.process_time()
        resources = await refresh(account)
        seconds = time.process_time() - started
        print(
            f"{name}: {len(resources)} resources, {sum(account.calls.values())} calls, "
            f"{seconds * 1000:.0f} ms CPU"
        )
        several = {
            operation: number for operation, number in account.calls.most_common() if number > 1
        }
        print(f"  one call each but for: {several}")
    billed = series(resources)
    print(f"CloudWatch series a round: {sum(billed.values())}: {dict(billed.most_common(12))}")


if __name__ == "__main__":
    asyncio.run(run())
