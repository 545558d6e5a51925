"""MemoryDB clusters: the nodes of all shards."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "memorydb/cluster"
STATES = states(
    running="creating available modifying updating snapshotting",
    gone="create-failed restore-failed deleting deleted",
)


async def clusters(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The clusters with their tags."""
    return await tagged(client, scope, page, "memorydb:cluster", lambda raw: str(raw["ARN"]))


def _node_count(raw: Raw) -> int:
    """Nodes of a cluster; of one that tells no details, a node a shard."""
    count = 0
    for shard in raw.get("Shards") or ():
        count += shard.get("NumberOfNodes") or len(shard.get("Nodes", ()))
    # Without its details a cluster tells no more than its number of shards.
    return count or raw.get("NumberOfShards") or 1


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One cluster: primaries and replicas of every shard."""
    cluster = parse(raw, scope, raw["ARN"], raw["Name"])
    return cluster.described(
        running=nodes(raw.get("NodeType") or "", _node_count(raw)),
        state=raw.get("Status", ""),
        monitor={"ClusterName": cluster.name},
        info={"host_type": raw.get("NodeType"), "engine": raw.get("Engine")},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="memorydb",
        operation="DescribeClusters",
        scope="region",
        items="Clusters[]",
        kind_of=lambda raw: KIND,
        params={"ShowShardDetails": True},
        permissions=("memorydb:DescribeClusters",),
        expand=clusters,
    ),
    states=STATES,
    describe=describe,
    metrics=(
        percent("cpu_ratio", "AWS/MemoryDB", "CPUUtilization", {"ClusterName": "ClusterName"}),
    ),
    reason=(
        "Each node of each shard as the instance its class is named after; "
        "its transaction log is not told."
    ),
)
