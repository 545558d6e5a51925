"""Nothing is counted twice: whatever shows in two lists of AWS counts in one of them.

A row of PAIRS is a small account, as its listings answer, and all that may be counted in it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import CountingMeter
from tests.providers.aws.parts import PARIS, parts

from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Scope

Answers = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Pair:
    """An account in little.

    answers: "api.Operation", or "api.Operation first-parameter" -> what it answers; all others
        answer with nothing.
    counted: "kind name" -> parts. Names and ids are the pair's own, so that all pairs fit into one
        account.
    """

    what: str
    answers: Answers
    counted: Mapping[str, Mapping[str, float]]
    unsupported: Mapping[str, int] = field(default_factory=dict)


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{PARIS.region}:{ACCOUNT}:{resource}"


def instances(*made: Mapping[str, Any]) -> Mapping[str, Any]:
    running = {"InstanceType": "m5.large", "State": {"Name": "running"}}
    return {
        "Reservations": [{"OwnerId": ACCOUNT, "Instances": [{**running, **each} for each in made]}]
    }


M5_LARGE = {"vcpu": 2.0, "memory": 8.0}
R6G_LARGE = {"vcpu": 2.0, "memory": 16.0}
CONTROL_PLANE = {"fixed aws/eks-control-plane": 1.0}


def database(engine: str, name: str, **more: Any) -> Mapping[str, Any]:
    return {
        "DBInstanceIdentifier": name,
        "DBInstanceClass": "db.r6g.large",
        "Engine": engine,
        "DBInstanceStatus": "available",
        "DBInstanceArn": arn("rds", f"db:{name}"),
        "AllocatedStorage": 1,
        **more,
    }


def cluster(engine: str, name: str) -> Mapping[str, Any]:
    return {
        "DBClusterIdentifier": name,
        "DBClusterArn": arn("rds", f"cluster:{name}"),
        "Engine": engine,
    }


def ecs(launch_type: str, name: str) -> Answers:
    """A cluster with one task of that name."""
    cluster_arn, task_arn = arn("ecs", f"cluster/{name}"), arn("ecs", f"task/{name}/{name}")
    one = {
        "taskArn": task_arn,
        "clusterArn": cluster_arn,
        "launchType": launch_type,
        "cpu": "1024",
        "memory": "2048",
        "lastStatus": "RUNNING",
    }
    return {
        "ecs.ListClusters": {"clusterArns": [cluster_arn]},
        "ecs.DescribeClusters": {"clusters": [{"clusterArn": cluster_arn, "runningTasksCount": 1}]},
        f"ecs.ListTasks {cluster_arn}": {"taskArns": [task_arn]},
        f"ecs.DescribeTasks {cluster_arn}": {"tasks": [one]},
    }


def eks(name: str, profiles: list[str]) -> Answers:
    """A cluster of that name."""
    described = {"name": name, "arn": arn("eks", f"cluster/{name}"), "status": "ACTIVE"}
    return {
        "eks.ListClusters": {"clusters": [name]},
        f"eks.DescribeCluster {name}": {"cluster": described},
        f"eks.ListFargateProfiles {name}": {"fargateProfileNames": profiles},
    }


def own_lists(engine: str, service: str) -> Answers:
    """What DocumentDB's and Neptune's own APIs list: the same things, and RDS' besides."""
    member = database(engine, f"{service}-1", DBClusterIdentifier=service)
    return {
        f"{api}.{operation}": answer
        for api in ("rds", service)
        for operation, answer in (
            ("DescribeDBInstances", {"DBInstances": [member]}),
            ("DescribeDBClusters", {"DBClusters": [cluster(engine, service)]}),
        )
    }


NODE_TAGS = [{"Key": "eks:cluster-name", "Value": "prod"}]
CUSTOM_TAGS = [{"Key": "AWSRDSCustom", "Value": "custom-oracle"}]
MANAGED = {
    "LambdaManagedInstancesCapacityProviderConfig": {
        "CapacityProviderArn": arn("lambda", "capacity-provider:a")
    }
}
PAIRS = (
    Pair(
        "nodes of EKS are instances",
        {
            **eks("prod", []),
            "ec2.DescribeInstances": instances({"InstanceId": "i-1", "Tags": NODE_TAGS}),
        },
        {"ec2/instance i-1": M5_LARGE, "eks/cluster prod": CONTROL_PLANE},
    ),
    Pair(
        "pods of EKS on Fargate are no ECS tasks: they show as their profile, in the ledger",
        eks("pods", ["default"]),
        {"eks/cluster pods": CONTROL_PLANE},
        {"eks/fargate_profile": 1},
    ),
    Pair(
        "tasks of ECS on EC2 are part of their instance",
        {**ecs("EC2", "on-ec2"), "ec2.DescribeInstances": instances({"InstanceId": "i-2"})},
        {"ec2/instance i-2": M5_LARGE},
    ),
    Pair(
        "tasks of ECS on Fargate are on no instance of the account",
        ecs("FARGATE", "on-fargate"),
        {"ecs/task on-fargate": {"vcpu": 1.0, "memory": 2.0, "ssd ssd": 20.0}},
    ),
    Pair(
        "functions on managed instances are part of them",
        {
            "lambda.ListFunctions": {
                "Functions": [
                    {
                        "FunctionName": "f",
                        "FunctionArn": arn("lambda", "function:f"),
                        "MemorySize": 1769,
                        "CapacityProviderConfig": MANAGED,
                    }
                ]
            },
            "ec2.DescribeInstances": instances({"InstanceId": "i-3"}),
        },
        {"ec2/instance i-3": M5_LARGE},
    ),
    *(
        Pair(
            f"{service} is listed by RDS and by itself",
            own_lists(service, service),
            {
                f"{service}/db_instance {service}-1": R6G_LARGE,
                f"{service}/db_cluster {service}": {f"block aws/{service} per stored_gib": 1.0},
            },
        )
        for service in ("docdb", "neptune")
    ),
    Pair(
        "Aurora's volume is the cluster's",
        own_lists("aurora-mysql", "rds"),
        {
            "rds/db_instance rds-1": R6G_LARGE,
            "rds/db_cluster rds": {"block aws/aurora per stored_gib": 1.0},
        },
    ),
    Pair(
        "RDS Custom is EC2's instance, volume and snapshot",
        {
            "rds.DescribeDBInstances": {
                "DBInstances": [
                    database("custom-oracle-ee", "ora"),
                    database("custom-sqlserver-se", "mssql"),
                ]
            },
            "rds.DescribeDBClusters": {"DBClusters": [cluster("custom-oracle-rac", "rac")]},
            "rds.DescribeDBSnapshots": {
                "DBSnapshots": [
                    {
                        "DBSnapshotIdentifier": "ora-1",
                        "DBSnapshotArn": arn("rds", "snapshot:ora-1"),
                        "DBInstanceIdentifier": "ora",
                        "Engine": "custom-oracle-ee",
                        "AllocatedStorage": 100,
                        "Status": "available",
                    }
                ]
            },
            "ec2.DescribeInstances": instances({"InstanceId": "i-5", "Tags": CUSTOM_TAGS}),
            "ec2.DescribeVolumes": {
                "Volumes": [
                    {
                        "VolumeId": "vol-5",
                        "VolumeType": "gp3",
                        "Size": 100,
                        "State": "in-use",
                        "Tags": CUSTOM_TAGS,
                    }
                ],
            },
        },
        {"ec2/instance i-5": M5_LARGE, "ec2/volume vol-5": {"block aws/gp3": 100.0}},
    ),
    Pair(
        "an instance and its volume",
        {
            "ec2.DescribeInstances": instances(
                {
                    "InstanceId": "i-4",
                    "BlockDeviceMappings": [
                        {"DeviceName": "/dev/sda1", "Ebs": {"VolumeId": "vol-1"}}
                    ],
                }
            ),
            "ec2.DescribeVolumes": {
                "Volumes": [
                    {"VolumeId": "vol-1", "VolumeType": "gp3", "Size": 8, "State": "in-use"}
                ],
            },
        },
        {"ec2/instance i-4": M5_LARGE, "ec2/volume vol-1": {"block aws/gp3": 8.0}},
    ),
    Pair(
        "an image is its snapshots",
        {
            "ec2.DescribeImages": {
                "Images": [
                    {
                        "ImageId": "ami-1",
                        "BlockDeviceMappings": [{"Ebs": {"SnapshotId": "snap-1", "VolumeSize": 8}}],
                    }
                ]
            },
            "ec2.DescribeSnapshots": {
                "Snapshots": [
                    {
                        "SnapshotId": "snap-1",
                        "VolumeId": "vol-1",
                        "VolumeSize": 8,
                        "State": "completed",
                    }
                ]
            },
        },
        {"ec2/snapshot snap-1": {"snapshot aws/ebs-snapshot": 8.0}},
    ),
    Pair(
        "a replication group is the clusters in it",
        {
            "elasticache.DescribeReplicationGroups": {
                "ReplicationGroups": [{"MemberClusters": ["a-001", "a-002"]}]
            },
            "elasticache.DescribeCacheClusters": {
                "CacheClusters": [
                    {
                        "CacheClusterId": name,
                        "ARN": arn("elasticache", f"cluster:{name}"),
                        "CacheNodeType": "cache.r6g.large",
                        "NumCacheNodes": 1,
                        "ReplicationGroupId": "a",
                    }
                    for name in ("a-001", "a-002")
                ]
            },
        },
        {
            "elasticache/cache_cluster a-001": R6G_LARGE,
            "elasticache/cache_cluster a-002": R6G_LARGE,
        },
    ),
)


class Estate(AwsClient):
    """An account that answers as given, and with nothing to whatever else is asked."""

    def __init__(self, answers: Answers) -> None:
        super().__init__(TargetSettings(provider="aws"), CountingMeter())
        self._prepared = answers

    async def call(
        self,
        scope: Scope,
        api: str,
        operation: str,
        params: Mapping[str, Any],
        *,
        permissions: str = "",
        units: int = 0,
    ) -> Mapping[str, Any]:
        first = next(iter(params.values()), "")
        named = self._prepared.get(f"{api}.{operation} {first}")
        return self._prepared.get(f"{api}.{operation}", {}) if named is None else named

    async def answers(
        self,
        scope: Scope,
        api: str,
        operation: str,
        params: Mapping[str, Any],
        *,
        permissions: str = "",
        units: int = 0,
    ) -> AsyncIterator[Mapping[str, Any]]:
        yield await self.call(scope, api, operation, params)


async def counted(answers: Answers) -> tuple[list[Resource], dict[str, int]]:
    """Every resource of every listing, and the ledger of what no service reads."""
    client = Estate(answers)
    resources: list[Resource] = []
    unsupported: dict[str, int] = {}
    for listing in {id(each.listing): each.listing for each in PROVIDER.services}.values():
        specs = [each for each in PROVIDER.services if each.listing is listing]
        scope = Scope("aws", ACCOUNT) if listing.scope == "global" else PARIS
        swept = await sweep(client, listing, specs, scope)
        assert not swept.skipped
        resources += [resource for resource in swept.resources if resource.components]
        for (_, kind), number in swept.unsupported.items():
            unsupported[kind] = unsupported.get(kind, 0) + number
    return resources, unsupported


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.what)
async def test_whatever_shows_in_two_lists_counts_in_one(pair: Pair) -> None:
    resources, unsupported = await counted(pair.answers)
    assert {
        f"{resource.kind} {resource.name}": parts(resource) for resource in resources
    } == pair.counted
    assert len(resources) == len(pair.counted)
    assert unsupported == pair.unsupported


def together(answers: Iterable[Answers]) -> Answers:
    """One account that lists all that these list; each kind of thing on one page."""
    merged: dict[str, dict[str, Any]] = {}
    for each in answers:
        for operation, answer in each.items():
            page = merged.setdefault(operation, {})
            for name, value in answer.items():
                page[name] = [*page.get(name, ()), *value] if isinstance(value, list) else value
    return merged


async def test_an_account_that_holds_every_pair_counts_each_once() -> None:
    resources, unsupported = await counted(together(pair.answers for pair in PAIRS))
    expected = {name: held for pair in PAIRS for name, held in pair.counted.items()}
    assert {
        f"{resource.kind} {resource.name}": parts(resource) for resource in resources
    } == expected
    assert len(resources) == len(expected) == sum(len(pair.counted) for pair in PAIRS)
    assert len({resource.id for resource in resources}) == len(resources)
    assert unsupported == {
        kind: number for pair in PAIRS for kind, number in pair.unsupported.items()
    }
