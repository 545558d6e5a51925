"""ECS tasks on Fargate. Tasks on EC2 run on instances of the account and are counted there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import batches
from cloud_carbon_exporter.providers.aws.describing.hardware import MIB_PER_GIB, hidden
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "ecs/task"
# ECS developer guide, task lifecycle.
STATES = states(
    running="PROVISIONING PENDING ACTIVATING RUNNING DEACTIVATING STOPPING",
    gone="DEPROVISIONING STOPPED DELETED",
)
# Clusters or tasks one Describe call takes.
_PER_CALL = 100
UNITS_PER_VCPU = 1024
EPHEMERAL_GIB = 20
"""Fargate user guide: what a task has unless it asks for more."""
_CLUSTERS, _LIST, _TASKS = "ecs:DescribeClusters", "ecs:ListTasks", "ecs:DescribeTasks"


class _Cluster(NamedTuple):
    """Cluster in which tasks run. enhanced: Container Insights measures each task by itself."""

    arn: str
    enhanced: bool


async def tasks(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The Fargate tasks of a page of clusters; a cluster where nothing runs costs no call."""
    busy: list[_Cluster] = []
    for arns in batches([str(raw["Name"]) for raw in page], _PER_CALL):
        wanted = {"clusters": arns, "include": ["SETTINGS"]}
        answer = await client.call(scope, "ecs", "DescribeClusters", wanted, permissions=_CLUSTERS)
        busy += map(_cluster, filter(_busy, answer.get("clusters", ())))
    by_cluster = await asyncio.gather(*(_of_cluster(client, scope, cluster) for cluster in busy))
    return [task for tasks in by_cluster for task in tasks]


def _busy(raw: Raw) -> bool:
    return bool(raw.get("runningTasksCount") or raw.get("pendingTasksCount"))


def _cluster(raw: Raw) -> _Cluster:
    """Cluster of an answer: whether Container Insights is on, with enhanced observability."""
    insights = {"name": "containerInsights", "value": "enhanced"}
    return _Cluster(raw["clusterArn"], insights in raw.get("settings", ()))


async def _of_cluster(client: AwsApi, scope: Scope, cluster: _Cluster) -> list[Raw]:
    arns: list[str] = []
    # Tasks of Fargate Spot are of this launch type as well.
    wanted = {"cluster": cluster.arn, "launchType": "FARGATE"}
    async for answer in client.answers(scope, "ecs", "ListTasks", wanted, permissions=_LIST):
        arns += answer.get("taskArns", ())
    described: list[Raw] = []
    for batch in batches(arns, _PER_CALL):
        params = {"cluster": cluster.arn, "tasks": batch, "include": ["TAGS"]}
        answer = await client.call(scope, "ecs", "DescribeTasks", params, permissions=_TASKS)
        described += [{**task, "Enhanced": cluster.enhanced} for task in answer.get("tasks", ())]
    return described


def _monitor(raw: Raw, task: str, family: str) -> dict[str, str]:
    """Series of a task: its own where Container Insights keeps one, else those of its service."""
    cluster, group = raw["clusterArn"].rpartition("/")[2], raw.get("group", "")
    if raw.get("Enhanced"):
        return {"InsightsClusterName": cluster, "TaskDefinitionFamily": family, "TaskId": task}
    if group.startswith("service:"):
        return {"ClusterName": cluster, "ServiceName": group.removeprefix("service:")}
    return {}


def _architecture(raw: Raw) -> str:
    """Architecture of a task's processor."""
    attributes: dict[str, Any] = {}
    for attribute in raw.get("attributes", ()):
        attributes[attribute.get("name")] = attribute.get("value")
    return attributes.get("ecs.cpu-architecture") or "x86_64"


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One task: vCPUs, memory and scratch disk as it asked. One on EC2 is part of its instance."""
    if raw.get("launchType") != "FARGATE":
        return None
    task_id = raw["taskArn"].rpartition("/")[2]
    family = raw.get("taskDefinitionArn", "").rpartition("/")[2].partition(":")[0]
    name = f"{family}/{task_id}" if family else task_id
    architecture = _architecture(raw)
    # Units and MiB, as text.
    vcpus, memory_gib = float(raw["cpu"]) / UNITS_PER_VCPU, float(raw["memory"]) / MIB_PER_GIB
    disk_gib = (raw.get("ephemeralStorage") or {}).get("sizeInGiB") or EPHEMERAL_GIB
    disk = Component("ssd", "ssd", float(disk_gib))
    return parse(raw, scope, raw["taskArn"], name, zone=raw.get("availabilityZone")).described(
        running=(*hidden(vcpus, memory_gib, architecture), disk),
        state=raw.get("lastStatus", ""),
        monitor=_monitor(raw, task_id, family),
        info={
            "host_type": f"{vcpus:g} vCPU, {memory_gib:g} GiB",
            "architecture": architecture,
            "lifecycle": raw.get("capacityProviderName"),
        },
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="ecs",
        operation="ListClusters",
        scope="region",
        items="clusterArns[]",
        kind_of=lambda raw: KIND,
        permissions=("ecs:ListClusters", _CLUSTERS, _LIST, _TASKS),
        expand=tasks,
    ),
    states=STATES,
    describe=describe,
    metrics=(
        percent(
            "cpu_ratio",
            "AWS/ECS",
            "CPUUtilization",
            {"ClusterName": "ClusterName", "ServiceName": "ServiceName"},
        ),
        percent(
            "cpu_ratio",
            "ECS/ContainerInsights",
            "TaskCpuUtilization",
            {
                "ClusterName": "InsightsClusterName",
                "TaskDefinitionFamily": "TaskDefinitionFamily",
                "TaskId": "TaskId",
            },
        ),
    ),
    reason=(
        "Fargate tasks by the vCPUs and memory they ask for; "
        "on EC2 they are part of their instances."
    ),
)
