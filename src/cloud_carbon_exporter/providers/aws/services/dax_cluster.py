"""DAX clusters: nodes of a class, at the mean load of all."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "dax/cluster"
STATES = states(running="creating available modifying", gone="deleting deleted")


async def clusters(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The clusters with their tags."""
    return await tagged(client, scope, page, "dax:cache", lambda raw: str(raw["ClusterArn"]))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One cluster with all its nodes."""
    # A cluster has no zone of its own: it stands where all its nodes do, if that is one zone.
    zones = {node.get("AvailabilityZone") or "" for node in raw.get("Nodes") or ()}
    zone = zones.pop() if len(zones) == 1 else ""
    cluster = parse(raw, scope, raw["ClusterArn"], raw["ClusterName"], zone=zone)
    return cluster.described(
        running=nodes(raw.get("NodeType") or "", raw.get("TotalNodes") or 1),
        state=raw.get("Status", ""),
        monitor={"ClusterId": cluster.name},
        info={"host_type": raw.get("NodeType")},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="dax",
        operation="DescribeClusters",
        scope="region",
        items="Clusters[]",
        kind_of=lambda raw: KIND,
        permissions=("dax:DescribeClusters",),
        expand=clusters,
    ),
    states=STATES,
    describe=describe,
    metrics=(percent("cpu_ratio", "AWS/DAX", "CPUUtilization", {"ClusterId": "ClusterId"}),),
    reason="Each node as the instance its class is named after, at the mean load of all.",
)
