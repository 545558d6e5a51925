"""EKS clusters: the control plane. Nodes are EC2 instances and counted there; what runs on Fargate
shows in no API.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_HOUR = 3600.0
_CLUSTER_SECONDS = 600.0


async def clusters(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
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
    profiles = await one_by_one(
        client,
        scope,
        "eks",
        "ListFargateProfiles",
        {name: {"clusterName": name} for name in names},
        seconds=_HOUR,
        permission="eks:ListFargateProfiles",
    )
    found: list[Raw] = [answer["cluster"] for answer in described.values()]
    return found + [
        {"fargateProfileName": profile}
        for each in profiles.values()
        for profile in each.get("fargateProfileNames", ())
    ]


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One control plane, the same for clusters of every size."""
    if raw.get("status") == "DELETING":
        return None
    return Resource(
        id=raw["arn"],
        kind="eks/cluster",
        name=raw["name"],
        location=scope.location(),
        components=(
            Component(
                "fixed", "aws/eks-control-plane", 1, assumed="AWS does not say what it holds"
            ),
        ),
        tags=dict(raw.get("tags") or {}),
        info=told(state=raw.get("status")),
    )


SPEC = ServiceSpec(
    kind="eks/cluster",
    listing=Listing(
        api="eks",
        operation="ListClusters",
        scope="region",
        items="clusters[]",
        kind_of=lambda raw: "eks/fargate_profile",
        permissions=("eks:ListClusters", "eks:DescribeCluster", "eks:ListFargateProfiles"),
        expand=clusters,
    ),
    accepts=lambda raw: "arn" in raw,
    describe=describe,
    reason="A control plane of unknown size, taken as five small servers; its nodes are EC2 instances, counted there.",
)
