"""SageMaker HyperPod clusters: instances in an account of AWS, which no list of EC2 shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one, tagged
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
    )


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
        "The instances of its groups, which are no EC2 instances of the account; "
        "their load is not told."
    ),
)
