"""MSK clusters: the brokers of provisioned ones and their volumes; serverless ones by a figure for
each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes, told
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec


def _resource(
    raw: Raw, scope: Scope, held: tuple[Component, ...], monitor: Mapping[str, str], size: str
) -> Resource:
    return Resource(
        id=raw["ClusterArn"],
        kind="msk/cluster" if "Provisioned" in raw else "msk/serverless_cluster",
        name=raw["ClusterName"],
        location=scope.location(),
        components=held,
        tags=dict(raw.get("Tags") or {}),
        monitor=monitor,
        info=told(host_type=size, state=raw.get("State")),
    )


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One provisioned cluster. Express brokers have no volume of their own: where their data lie is
    not told.
    """
    if raw.get("State") == "DELETING":
        return None
    provisioned: Mapping[str, Any] = raw["Provisioned"]
    group, brokers = provisioned["BrokerNodeGroupInfo"], provisioned["NumberOfBrokerNodes"]
    size, held = group["InstanceType"], nodes(group["InstanceType"], brokers)
    volume = (group.get("StorageInfo") or {}).get("EbsStorageInfo") or {}
    if volume.get("VolumeSize"):
        held = (*held, Component("block", "aws/gp2", float(volume["VolumeSize"]) * brokers))
    return _resource(raw, scope, held, {"ClusterName": raw["ClusterName"]}, size)


def describe_serverless(raw: Raw, scope: Scope) -> Resource | None:
    """One serverless cluster; its metrics are by topic, so nothing of it is measured."""
    if raw.get("State") == "DELETING":
        return None
    held = (
        Component(
            "fixed", "aws/msk-serverless", 1, assumed="hardware of MSK Serverless is not published"
        ),
    )
    return _resource(raw, scope, held, {}, "")


CLUSTERS = Listing(
    api="kafka",
    operation="ListClustersV2",
    scope="region",
    items="ClusterInfoList[]",
    kind_of=lambda raw: "msk/cluster",
    permissions=("kafka:ListClustersV2",),
)

SPECS = (
    ServiceSpec(
        kind="msk/cluster",
        listing=CLUSTERS,
        accepts=lambda raw: "Provisioned" in raw,
        describe=describe,
        metrics=tuple(
            # a series for each broker; the work of Kafka and that of the kernel for it add up
            Metric(
                into="cpu_ratio",
                namespace="AWS/Kafka",
                name=name,
                dimensions={"Cluster Name": "ClusterName"},
                spread="Broker ID",
                scale=0.01,
            )
            for name in ("CpuUser", "CpuSystem")
        ),
        permissions=("cloudwatch:ListMetrics",),
        reason="Brokers by their class at the mean of their load, and their volumes; controllers are not told.",
    ),
    ServiceSpec(
        kind="msk/serverless_cluster",
        listing=CLUSTERS,
        accepts=lambda raw: "Serverless" in raw,
        describe=describe_serverless,
        reason="A constant figure, assumed: neither its hardware nor a measure of the whole is published.",
    ),
)
