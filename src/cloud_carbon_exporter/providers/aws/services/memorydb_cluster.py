"""MemoryDB clusters: the nodes of all shards."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes, told
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec


async def clusters(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The clusters with their tags."""
    return await tagged(client, scope, page, "memorydb:cluster", lambda raw: str(raw["ARN"]))


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One cluster: primaries and replicas of every shard."""
    if raw.get("Status") == "deleting":
        return None
    name, size = raw["Name"], raw["NodeType"]
    shards = raw.get("Shards") or ()
    count = sum(shard.get("NumberOfNodes") or len(shard.get("Nodes", ())) for shard in shards)
    return Resource(
        id=raw["ARN"],
        kind="memorydb/cluster",
        name=name,
        location=scope.location(),
        components=nodes(size, count or raw["NumberOfShards"]),
        tags=tags(raw.get("Tags")),
        monitor={"ClusterName": name},
        info=told(host_type=size, engine=raw.get("Engine"), state=raw.get("Status")),
    )


SPEC = ServiceSpec(
    kind="memorydb/cluster",
    listing=Listing(
        api="memorydb",
        operation="DescribeClusters",
        scope="region",
        items="Clusters[]",
        kind_of=lambda raw: "memorydb/cluster",
        params={"ShowShardDetails": True},
        permissions=("memorydb:DescribeClusters",),
        expand=clusters,
    ),
    describe=describe,
    metrics=(
        Metric(
            into="cpu_ratio",
            namespace="AWS/MemoryDB",
            name="CPUUtilization",
            dimensions={"ClusterName": "ClusterName"},
            scale=0.01,
        ),
    ),
    reason="Each node of each shard as the instance its class is named after; its transaction log is not told.",
)
