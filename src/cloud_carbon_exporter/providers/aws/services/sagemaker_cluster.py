"""SageMaker HyperPod clusters: instances in an account of AWS, which no list of EC2 shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one, tagged
from cloud_carbon_exporter.providers.aws.describing.file_servers import (
    GIB_PER_TEBIBYTE,
    file_servers,
    lustre_memory_gib,
)
from cloud_carbon_exporter.providers.aws.describing.hardware import times, volume
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.aws.describing.sagemaker import Fleet, held, mixed, types
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "sagemaker/cluster"
# How many instances are there the answer tells in every state, CurrentCount, also while they come
# and go.
STATES = states(running="Creating InService Updating SystemUpdating RollingBack Failed Deleting")
_SECONDS = 300.0
_DESCRIBE = "sagemaker:DescribeCluster"


async def clusters(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The clusters with their groups of instances."""
    names = {str(raw["ClusterName"]): {"ClusterName": raw["ClusterName"]} for raw in page}
    answers = await one_by_one(
        client, scope, "sagemaker", "DescribeCluster", names, seconds=_SECONDS, permission=_DESCRIBE
    )
    return await tagged(
        client,
        scope,
        list(answers.values()),
        "sagemaker:cluster",
        lambda raw: str(raw["ClusterArn"]),
    )


def _fleets(group: Mapping[str, Any]) -> tuple[Fleet, ...]:
    """Instances of a group: of one type, or of several, each told by itself (a flexible group)."""
    count = group.get("CurrentCount") or 0
    if group.get("InstanceType"):
        return (Fleet(group["InstanceType"], count),)
    told = [
        (detail.get("InstanceType") or "", detail.get("CurrentCount") or 0)
        for detail in group.get("InstanceTypeDetails") or ()
    ]
    choice = group.get("InstanceRequirements") or {}
    wanted = choice.get("CurrentInstanceTypes") or choice.get("DesiredInstanceTypes") or ()
    return mixed(told, count, wanted)


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One cluster: every instance of every group that has one now."""
    fleets: list[Fleet] = []
    for name in ("InstanceGroups", "RestrictedInstanceGroups"):
        for group in raw.get(name) or ():
            fleets += _fleets(group)
    arn = raw["ClusterArn"]
    return parse(raw, scope, arn, raw.get("ClusterName") or arn.rpartition("/")[2]).described(
        running=held(fleets),
        state=raw.get("ClusterStatus", ""),
        info={"host_type": types(fleets)},
        started=raw.get("CreationTime"),
        kept=_storage(raw),
    )


def _storage(raw: Raw) -> tuple[Component, ...]:
    """Volumes of the instances, beside the disks of their types, and Lustre that AWS keeps."""
    given: list[Component] = []
    shared = (raw.get("RestrictedInstanceGroupsConfig") or {}).get("SharedEnvironmentConfig") or {}
    given += _lustre(shared.get("CurrentFSxLustreConfig") or {})
    groups = (*(raw.get("InstanceGroups") or ()), *(raw.get("RestrictedInstanceGroups") or ()))
    for group in groups:
        count = float(group.get("CurrentCount") or 0)
        for storage in group.get("InstanceStorageConfigs") or ():
            ebs = storage.get("EbsVolumeConfig") or {}
            given += times(volume(ebs.get("VolumeSizeInGB")), count)
        given += _lustre((group.get("EnvironmentConfig") or {}).get("FSxLustreConfig") or {})
    return tuple(given)


def _lustre(config: Raw) -> tuple[Component, ...]:
    """File system of a restricted group, in an account of AWS, so that FSx does not list it."""
    size_gib = float(config.get("SizeInGiB") or 0)
    if not size_gib:
        return ()
    settings = {"DeploymentType": "PERSISTENT_2", **config}
    memory_gib = lustre_memory_gib(settings, "SSD", size_gib / GIB_PER_TEBIBYTE)
    return (Component("file", "aws/fsx/lustre", size_gib), *file_servers(memory_gib))


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="sagemaker",
        operation="ListClusters",
        scope="region",
        items="ClusterSummaries[]",
        kind_of=lambda raw: KIND,
        permissions=("sagemaker:ListClusters", _DESCRIBE),
        expand=clusters,
    ),
    states=STATES,
    describe=describe,
    reason=(
        "The instances of its groups and their storage, which no list of EC2 or FSx shows; "
        "their load is not told."
    ),
)
