"""ECS tasks on Fargate. Tasks on EC2 run on instances of the account and are counted there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import batches
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, told
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

_PER_CALL = 100
"""Clusters or tasks one Describe call takes."""
UNITS_PER_VCPU = 1024
MIB_PER_GIB = 1024
EPHEMERAL_GIB = 20
"""Fargate user guide: what a task has unless it asks for more."""
_GONE = frozenset({"DEPROVISIONING", "STOPPED", "DELETED"})
_CLUSTERS, _LIST, _TASKS = "ecs:DescribeClusters", "ecs:ListTasks", "ecs:DescribeTasks"


async def tasks(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The Fargate tasks of a page of clusters; a cluster where nothing runs costs no call of its
    own.
    """
    busy: list[tuple[str, bool]] = []
    for arns in batches([str(raw["Name"]) for raw in page], _PER_CALL):
        wanted = {"clusters": arns, "include": ["SETTINGS"]}
        answer = await client.call(scope, "ecs", "DescribeClusters", wanted, permissions=_CLUSTERS)
        busy += [
            (cluster["clusterArn"], _enhanced(cluster))
            for cluster in answer.get("clusters", ())
            if cluster.get("runningTasksCount") or cluster.get("pendingTasksCount")
        ]
    found = await asyncio.gather(
        *(_of_cluster(client, scope, arn, enhanced) for arn, enhanced in busy)
    )
    return [task for tasks in found for task in tasks]


def _enhanced(cluster: Raw) -> bool:
    """Whether Container Insights with enhanced observability is on: it measures each task by
    itself.
    """
    settings = {
        setting.get("name"): setting.get("value") for setting in cluster.get("settings", ())
    }
    return settings.get("containerInsights") == "enhanced"


async def _of_cluster(client: AwsClient, scope: Scope, cluster: str, enhanced: bool) -> list[Raw]:
    arns: list[str] = []
    wanted = {"cluster": cluster, "launchType": "FARGATE"}
    async for answer in client.answers(scope, "ecs", "ListTasks", wanted, permissions=_LIST):
        arns += answer.get("taskArns", ())
    found: list[Raw] = []
    for some in batches(arns, _PER_CALL):
        described = {"cluster": cluster, "tasks": some, "include": ["TAGS"]}
        answer = await client.call(scope, "ecs", "DescribeTasks", described, permissions=_TASKS)
        found += [{**task, "Enhanced": enhanced} for task in answer.get("tasks", ())]
    return found


def _monitor(raw: Raw, task: str, family: str) -> dict[str, str]:
    """Its own series where Container Insights keeps one, else the mean of the tasks of its service."""
    cluster, group = raw["clusterArn"].rpartition("/")[2], raw.get("group", "")
    if raw.get("Enhanced"):
        return {"InsightsClusterName": cluster, "TaskDefinitionFamily": family, "TaskId": task}
    if group.startswith("service:"):
        return {"ClusterName": cluster, "ServiceName": group.removeprefix("service:")}
    return {}


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One task: vCPUs and memory as asked for, and its scratch disk. One on EC2 is part of its
    instance.
    """
    if raw.get("launchType") != "FARGATE" or raw.get("lastStatus") in _GONE:
        return None
    task = raw["taskArn"].rpartition("/")[2]
    family = raw.get("taskDefinitionArn", "").rpartition("/")[2].partition(":")[0]
    attributes: dict[str, Any] = {
        one.get("name"): one.get("value") for one in raw.get("attributes", ())
    }
    architecture = attributes.get("ecs.cpu-architecture") or "x86_64"
    vcpus, memory_gib = float(raw["cpu"]) / UNITS_PER_VCPU, float(raw["memory"]) / MIB_PER_GIB
    disk_gib = (raw.get("ephemeralStorage") or {}).get("sizeInGiB") or EPHEMERAL_GIB
    return Resource(
        id=raw["taskArn"],
        kind="ecs/task",
        name=f"{family}/{task}" if family else task,
        location=scope.location(zone=raw.get("availabilityZone") or ""),
        components=(
            *hidden(vcpus, memory_gib, architecture),
            Component("ssd", "ssd", float(disk_gib)),
        ),
        tags=tags(raw.get("tags")),
        monitor=_monitor(raw, task, family),
        info=told(
            host_type=f"{vcpus:g} vCPU, {memory_gib:g} GiB",
            architecture=architecture,
            state=raw.get("lastStatus"),
            lifecycle=raw.get("capacityProviderName"),
        ),
    )


SPEC = ServiceSpec(
    kind="ecs/task",
    listing=Listing(
        api="ecs",
        operation="ListClusters",
        scope="region",
        items="clusterArns[]",
        kind_of=lambda raw: "ecs/task",
        permissions=("ecs:ListClusters", _CLUSTERS, _LIST, _TASKS),
        expand=tasks,
    ),
    describe=describe,
    metrics=(
        Metric(
            into="cpu_ratio",
            namespace="AWS/ECS",
            name="CPUUtilization",
            dimensions={"ClusterName": "ClusterName", "ServiceName": "ServiceName"},
            scale=0.01,
        ),
        Metric(
            into="cpu_ratio",
            namespace="ECS/ContainerInsights",
            name="TaskCpuUtilization",
            dimensions={
                "ClusterName": "InsightsClusterName",
                "TaskDefinitionFamily": "TaskDefinitionFamily",
                "TaskId": "TaskId",
            },
            scale=0.01,
        ),
    ),
    reason="Fargate tasks by the vCPUs and memory they ask for; on EC2 they are part of their instances.",
)
