"""EKS clusters: the control plane. Nodes are EC2 instances; what Fargate runs shows nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import lists_by_name, one_by_one
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

CLUSTER, FARGATE_PROFILE = "eks/cluster", "eks/fargate_profile"
# FAILED is a cluster that could not be created: it has no control plane.
STATES = states(running="CREATING PENDING ACTIVE UPDATING", gone="DELETING FAILED")
TIERS = ("tier-xl", "tier-2xl", "tier-4xl", "tier-8xl", "tier-ultra")
"""Tiers of a provisioned control plane; standard, or none, is the one that scales by itself."""
_HOUR = 3600.0
_CLUSTER_SECONDS = 600.0


async def clusters(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The clusters described, and their Fargate profiles, which the ledger counts."""
    names = [str(raw["Name"]) for raw in page]
    described = await one_by_one(
        client,
        scope,
        "eks",
        "DescribeCluster",
        {name: {"name": name} for name in names},
        seconds=_CLUSTER_SECONDS,
        permission="eks:DescribeCluster",
    )
    profiles = await lists_by_name(
        client,
        scope,
        "eks",
        "ListFargateProfiles",
        "fargateProfileNames",
        {name: {"clusterName": name} for name in names},
        seconds=_HOUR,
        permission="eks:ListFargateProfiles",
    )
    objects: list[Raw] = [answer["cluster"] for answer in described.values()]
    for named in profiles.values():
        objects += [{"fargateProfileName": profile} for profile in named]
    return objects


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One control plane, the same for clusters of every size but where a tier of it is bought.

    That of a cluster registered from elsewhere is its owner's; that of a local cluster on an
    Outpost is instances of the account, which EC2 lists.
    """
    if raw.get("connectorConfig") or raw.get("outpostConfig"):
        return None
    unknown = "AWS does not say what it holds"
    tier = (raw.get("controlPlaneScalingConfig") or {}).get("tier") or ""
    part = f"aws/eks-control-plane/{tier}" if tier in TIERS else "aws/eks-control-plane"
    return parse(raw, scope, raw["arn"], raw["name"]).described(
        running=(Component("fixed", part, 1, assumed=unknown),),
        state=raw.get("status", ""),
        info={"host_type": tier},
        started=raw.get("createdAt"),
    )


SPEC = ServiceSpec(
    kind=CLUSTER,
    listing=Listing(
        api="eks",
        operation="ListClusters",
        scope="region",
        items="clusters[]",
        kind_of=lambda raw: FARGATE_PROFILE,
        permissions=("eks:ListClusters", "eks:DescribeCluster", "eks:ListFargateProfiles"),
        expand=clusters,
    ),
    accepts=lambda raw: "arn" in raw,
    states=STATES,
    describe=describe,
    reason=(
        "A control plane of unknown size, taken as five small servers, or as its tier; "
        "its nodes are EC2 instances, counted there."
    ),
)
