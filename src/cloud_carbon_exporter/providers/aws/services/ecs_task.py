"""ECS tasks on Fargate. Tasks on EC2 run on instances of the account and are counted there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import batches, told
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
_ENDED = "ended task"
# ECS API reference, ListTasks: what has stopped is listed for at least an hour.
_LISTED_SECONDS = 3600.0
_CLUSTERS, _LIST, _TASKS = "ecs:DescribeClusters", "ecs:ListTasks", "ecs:DescribeTasks"


class _Cluster(NamedTuple):
    """Cluster in which tasks run, or ran.

    enhanced: Container Insights measures each task by itself. busy: some run or are about to.
    """

    arn: str
    enhanced: bool
    busy: bool


async def tasks(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The Fargate tasks of a page of clusters, and those that have stopped of late.

    A cluster where nothing runs costs one call: a task may have come and gone since the last.
    """
    clusters: list[_Cluster] = []
    for arns in batches([str(raw["Name"]) for raw in page], _PER_CALL):
        wanted = {"clusters": arns, "include": ["SETTINGS"]}
        answer = await client.call(scope, "ecs", "DescribeClusters", wanted, permissions=_CLUSTERS)
        clusters += map(_cluster, told(answer, "clusters", scope, "DescribeClusters"))
    by_cluster = await asyncio.gather(
        *(_of_cluster(client, scope, cluster) for cluster in clusters)
    )
    return [task for tasks in by_cluster for task in tasks]


def _cluster(raw: Raw) -> _Cluster:
    """Cluster of an answer: whether Container Insights is on, with enhanced observability."""
    insights = {"name": "containerInsights", "value": "enhanced"}
    busy = bool(raw.get("runningTasksCount") or raw.get("pendingTasksCount"))
    return _Cluster(raw["clusterArn"], insights in raw.get("settings", ()), busy)


async def _of_cluster(client: AwsApi, scope: Scope, cluster: _Cluster) -> list[Raw]:
    running = await _listed(client, scope, cluster, "RUNNING") if cluster.busy else []
    stopped = await _listed(client, scope, cluster, "STOPPED")
    # a task told to stop since the first list is in both
    wanted = dict.fromkeys((*running, *stopped))
    described: dict[str, Raw] = {}
    for arn in wanted:
        ended = client.cache.last((_ENDED, arn))
        if ended is not None:
            described[arn] = ended
    unknown = [arn for arn in wanted if arn not in described]
    for batch in batches(unknown, _PER_CALL):
        params = {"cluster": cluster.arn, "tasks": batch, "include": ["TAGS"]}
        answer = await client.call(scope, "ecs", "DescribeTasks", params, permissions=_TASKS)
        for task in told(answer, "tasks", scope, "DescribeTasks"):
            described[task["taskArn"]] = task
            if task.get("lastStatus") == "STOPPED":  # nothing of it changes any more
                client.cache.keep((_ENDED, task["taskArn"]), _LISTED_SECONDS, task)
    return [{**task, "Enhanced": cluster.enhanced} for task in described.values()]


async def _listed(client: AwsApi, scope: Scope, cluster: _Cluster, status: str) -> list[str]:
    """ARNs of the tasks of a cluster that are to run, or that are to have stopped."""
    arns: list[str] = []
    # Tasks of Fargate Spot are of this launch type as well.
    wanted = {"cluster": cluster.arn, "launchType": "FARGATE", "desiredStatus": status}
    async for answer in client.answers(scope, "ecs", "ListTasks", wanted, permissions=_LIST):
        arns += answer.get("taskArns", ())
    return arns


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
    # API reference, Task: units and MiB, also where the definition was written in vCPUs and GB.
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
        # Fargate pricing: from the start of the image's download to the end of the task.
        started=raw.get("pullStartedAt") or raw.get("startedAt"),
        ended=raw.get("stoppedAt") or raw.get("executionStoppedAt"),
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
