"""DAX clusters: nodes of a class, at the mean load of all."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes, told
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_GONE = frozenset({"deleting", "deleted"})


async def clusters(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The clusters with their tags."""
    return await tagged(client, scope, page, "dax:cache", lambda raw: str(raw["ClusterArn"]))


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One cluster with all its nodes."""
    name, size, state = raw["ClusterName"], raw["NodeType"], raw.get("Status", "")
    if state in _GONE:
        return None
    zones = {node.get("AvailabilityZone") or "" for node in raw.get("Nodes") or ()}
    return Resource(
        id=raw["ClusterArn"],
        kind="dax/cluster",
        name=name,
        location=scope.location(zone=zones.pop() if len(zones) == 1 else ""),
        components=nodes(size, raw["TotalNodes"]),
        tags=tags(raw.get("Tags")),
        monitor={"ClusterId": name},
        info=told(host_type=size, state=state),
    )


SPEC = ServiceSpec(
    kind="dax/cluster",
    listing=Listing(
        api="dax",
        operation="DescribeClusters",
        scope="region",
        items="Clusters[]",
        kind_of=lambda raw: "dax/cluster",
        permissions=("dax:DescribeClusters",),
        expand=clusters,
    ),
    describe=describe,
    metrics=(percent("cpu_ratio", "AWS/DAX", "CPUUtilization", {"ClusterId": "ClusterId"}),),
    reason="Each node as the instance its class is named after, at the mean load of all.",
)
