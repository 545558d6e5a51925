"""DocumentDB and Neptune: instances on one shared volume, as Aurora's. RDS' API lists both."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.databases import (
    CLUSTER_STATES,
    DB_CLUSTERS,
    DB_INSTANCES,
    INSTANCE_STATES,
    SERVERLESS,
    capacity_unit,
    owner_of,
)
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB, nodes
from cloud_carbon_exporter.providers.aws.describing.metrics import level, percent
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec


def describe_instance(raw: Raw, scope: Scope) -> Description | None:
    """One instance. The volume is its cluster's."""
    arn, size = raw["DBInstanceArn"], raw.get("DBInstanceClass") or ""
    instance = parse(raw, scope, arn, raw["DBInstanceIdentifier"], zone=raw.get("AvailabilityZone"))
    serverless = size == SERVERLESS
    return instance.described(
        running=capacity_unit() if serverless else nodes(size),
        state=raw.get("DBInstanceStatus", ""),
        monitor={"ServerlessInstance" if serverless else "DBInstanceIdentifier": instance.name},
        info={"host_type": size, "engine": raw.get("Engine")},
        started=raw.get("InstanceCreateTime"),
    )


def describe_cluster(raw: Raw, scope: Scope) -> Description | None:
    """One cluster: its volume, by the bytes in it."""
    cluster = parse(raw, scope, raw["DBClusterArn"], raw["DBClusterIdentifier"])
    drive = f"aws/{owner_of(raw['Engine'])}"
    return cluster.described(
        kept=(Component("block", drive, 1.0, per="stored_gib"),),
        state=raw.get("Status", ""),
        monitor={"DBClusterIdentifier": cluster.name},
        info={"engine": raw.get("Engine")},
        started=raw.get("ClusterCreateTime"),
    )


def specs(service: str, namespace: str, product: str) -> tuple[ServiceSpec, ServiceSpec]:
    """Specs of the instances and the clusters of a service that RDS lists among its own."""
    return _instances(service, namespace, product), _clusters(service, namespace, product)


def _instances(service: str, namespace: str, product: str) -> ServiceSpec:
    identifier = "DBInstanceIdentifier"
    capacity = Metric(
        into="capacity_units",
        namespace=namespace,
        name="ServerlessDatabaseCapacity",
        dimensions={identifier: "ServerlessInstance"},
    )
    return ServiceSpec(
        kind=f"{service}/db_instance",
        listing=DB_INSTANCES,
        accepts=lambda raw: owner_of(raw.get("Engine", "")) == service,
        states=INSTANCE_STATES,
        describe=describe_instance,
        metrics=(
            percent("cpu_ratio", namespace, "CPUUtilization", {identifier: identifier}),
            capacity,
        ),
        reason=(
            f"{product} instances by their class, or by capacity units; "
            "RDS lists them, and they are read there."
        ),
    )


def _clusters(service: str, namespace: str, product: str) -> ServiceSpec:
    identifier = {"DBClusterIdentifier": "DBClusterIdentifier"}
    return ServiceSpec(
        kind=f"{service}/db_cluster",
        listing=DB_CLUSTERS,
        accepts=lambda raw: owner_of(raw.get("Engine", "")) == service,
        states=CLUSTER_STATES,
        describe=describe_cluster,
        metrics=(
            level("stored_gib", namespace, "VolumeBytesUsed", identifier, scale=1 / BYTES_PER_GIB),
        ),
        reason=f"The bytes of {product}'s shared volume in the six copies it keeps.",
    )
