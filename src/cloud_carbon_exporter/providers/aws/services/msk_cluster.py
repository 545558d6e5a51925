"""MSK clusters: brokers of provisioned ones and their volumes; serverless ones by a figure each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.hardware import (
    BYTES_PER_GIB,
    nodes,
    times,
    volume,
)
from cloud_carbon_exporter.providers.aws.describing.metrics import level, percent
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

PROVISIONED, SERVERLESS = "msk/cluster", "msk/serverless_cluster"
# MSK developer guide, cluster states: FAILED is a cluster that could not be created.
STATES = states(
    running="CREATING ACTIVE HEALING MAINTENANCE REBOOTING_BROKER UPDATING",
    gone="DELETING FAILED",
)

_TIERED = "TIERED"


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One provisioned cluster.

    Express brokers have no volume of their own: where their data lie is not told.
    """
    cluster = parse(raw, scope, raw["ClusterArn"], raw["ClusterName"])
    provisioned: Mapping[str, Any] = raw["Provisioned"]
    group, brokers = provisioned["BrokerNodeGroupInfo"], provisioned["NumberOfBrokerNodes"]
    # VolumeSize is that of each broker.
    disk = (group.get("StorageInfo") or {}).get("EbsStorageInfo") or {}
    monitor = {"ClusterName": cluster.name}
    tier: tuple[Component, ...] = ()
    # What topics have moved off their brokers, which MSK keeps once, in storage of its own.
    if provisioned.get("StorageMode") == _TIERED:
        monitor["TieredClusterName"] = cluster.name
        tier = (Component("object", "aws/s3", 1.0, per="stored_gib"),)
    return cluster.described(
        running=nodes(group["InstanceType"], brokers),
        kept=(*times(volume(disk.get("VolumeSize"), "aws/gp2"), brokers), *tier),
        state=raw.get("State", ""),
        monitor=monitor,
        info={"host_type": group["InstanceType"]},
        started=raw.get("CreationTime"),
    )


def describe_serverless(raw: Raw, scope: Scope) -> Description | None:
    """One serverless cluster; its metrics are by topic, so nothing of it is measured."""
    unknown = "hardware of MSK Serverless is not published"
    return parse(raw, scope, raw["ClusterArn"], raw["ClusterName"]).described(
        running=(Component("fixed", "aws/msk-serverless", 1, assumed=unknown),),
        state=raw.get("State", ""),
        started=raw.get("CreationTime"),
    )


CLUSTERS = Listing(
    api="kafka",
    operation="ListClustersV2",
    scope="region",
    items="ClusterInfoList[]",
    kind_of=lambda raw: PROVISIONED,
    permissions=("kafka:ListClustersV2",),
)

SPECS = (
    ServiceSpec(
        kind=PROVISIONED,
        listing=CLUSTERS,
        accepts=lambda raw: "Provisioned" in raw,
        states=STATES,
        describe=describe,
        # A series for each broker; the work of Kafka and that of the kernel for it add up.
        metrics=(
            *(
                percent(
                    "cpu_ratio",
                    "AWS/Kafka",
                    name,
                    {"Cluster Name": "ClusterName"},
                    spread="Broker ID",
                )
                for name in ("CpuUser", "CpuSystem")
            ),
            level(
                "stored_gib",
                "AWS/Kafka",
                "RemoteLogSizeBytes",
                {"Cluster Name": "TieredClusterName"},
                scale=1 / BYTES_PER_GIB,
                spread="Broker ID",
            ),
        ),
        permissions=("cloudwatch:ListMetrics",),
        reason=(
            "Brokers by their class at the mean of their load, their volumes and what is tiered; "
            "controllers are not told."
        ),
    ),
    ServiceSpec(
        kind=SERVERLESS,
        listing=CLUSTERS,
        accepts=lambda raw: "Serverless" in raw,
        states=STATES,
        describe=describe_serverless,
        reason=(
            "A constant figure, assumed: "
            "neither its hardware nor a measure of the whole is published."
        ),
    ),
)
