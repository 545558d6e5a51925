"""SageMaker HyperPod clusters: instances in an account of AWS, which no list of EC2 instances
shows.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one, tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.aws.describing.sagemaker import held
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_SECONDS = 300.0
_DESCRIBE = "sagemaker:DescribeCluster"


async def clusters(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
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


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One cluster: every instance of every group that has one now."""
    groups = [group for group in raw.get("InstanceGroups") or () if group.get("InstanceType")]
    types = dict.fromkeys(group["InstanceType"] for group in groups)
    return Resource(
        id=raw["ClusterArn"],
        kind="sagemaker/cluster",
        name=raw.get("ClusterName") or raw["ClusterArn"].rpartition("/")[2],
        location=scope.location(),
        components=tuple(
            part
            for group in groups
            for part in held(group["InstanceType"], group.get("CurrentCount") or 0)
        ),
        tags=tags(raw.get("Tags")),
        info=told(host_type=" ".join(types), state=raw.get("ClusterStatus")),
    )


SPEC = ServiceSpec(
    kind="sagemaker/cluster",
    listing=Listing(
        api="sagemaker",
        operation="ListClusters",
        scope="region",
        items="ClusterSummaries[]",
        kind_of=lambda raw: "sagemaker/cluster",
        permissions=("sagemaker:ListClusters", _DESCRIBE),
        expand=clusters,
    ),
    describe=describe,
    reason="The instances of its groups, which are no EC2 instances of the account; their load is not told.",
)
