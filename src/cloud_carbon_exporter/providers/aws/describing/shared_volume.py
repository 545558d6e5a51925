"""DocumentDB and Neptune: instances on one shared volume, as Aurora. RDS lists both, so they are
read there, once.
"""

from __future__ import annotations

from functools import partial

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes, told
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.aws.services.rds_db_cluster import DB_CLUSTERS
from cloud_carbon_exporter.providers.aws.services.rds_db_instance import (
    DB_INSTANCES,
    capacity_unit,
    owner_of,
)
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

_HOUR = 3600.0
SERVERLESS = "db.serverless"


def describe_instance(service: str, raw: Raw, scope: Scope) -> Resource | None:
    """One instance. Stopped with its cluster it holds nothing; the volume is the cluster's."""
    name, size, state = (
        raw["DBInstanceIdentifier"],
        raw["DBInstanceClass"],
        raw.get("DBInstanceStatus"),
    )
    held = () if state == "stopped" else capacity_unit() if size == SERVERLESS else nodes(size)
    return Resource(
        id=raw["DBInstanceArn"],
        kind=f"{service}/db_instance",
        name=name,
        location=scope.location(zone=raw.get("AvailabilityZone") or ""),
        components=held,
        tags=tags(raw.get("TagList")),
        monitor={"ServerlessInstance" if size == SERVERLESS else "DBInstanceIdentifier": name},
        info=told(host_type=size, engine=raw.get("Engine"), state=state),
    )


def describe_cluster(service: str, raw: Raw, scope: Scope) -> Resource | None:
    """One cluster: its volume, by the bytes in it."""
    name = raw["DBClusterIdentifier"]
    return Resource(
        id=raw["DBClusterArn"],
        kind=f"{service}/db_cluster",
        name=name,
        location=scope.location(),
        components=(Component("block", f"aws/{service}", 1.0, per="stored_gib"),),
        tags=tags(raw.get("TagList")),
        monitor={"DBClusterIdentifier": name},
        info=told(engine=raw.get("Engine"), state=raw.get("Status")),
    )


def specs(service: str, namespace: str, product: str) -> tuple[ServiceSpec, ServiceSpec]:
    """The instances and the clusters of a service that RDS lists among its own."""
    return _instances(service, namespace, product), _clusters(service, namespace, product)


def _instances(service: str, namespace: str, product: str) -> ServiceSpec:
    load = Metric(
        into="cpu_ratio",
        namespace=namespace,
        name="CPUUtilization",
        dimensions={"DBInstanceIdentifier": "DBInstanceIdentifier"},
        scale=0.01,
    )
    capacity = Metric(
        into="capacity_units",
        namespace=namespace,
        name="ServerlessDatabaseCapacity",
        dimensions={"DBInstanceIdentifier": "ServerlessInstance"},
    )
    return ServiceSpec(
        kind=f"{service}/db_instance",
        listing=DB_INSTANCES,
        accepts=lambda raw: owner_of(raw.get("Engine", "")) == service,
        describe=partial(describe_instance, service),
        metrics=(load, capacity),
        reason=f"{product} instances by their class, or by capacity units; RDS lists them, and they are read there.",
    )


def _clusters(service: str, namespace: str, product: str) -> ServiceSpec:
    volume = Metric(
        into="stored_gib",
        namespace=namespace,
        name="VolumeBytesUsed",
        dimensions={"DBClusterIdentifier": "DBClusterIdentifier"},
        scale=1 / 1024**3,
        period_seconds=_HOUR,
        valid_seconds=6 * _HOUR,
        every_seconds=_HOUR,
    )
    return ServiceSpec(
        kind=f"{service}/db_cluster",
        listing=DB_CLUSTERS,
        accepts=lambda raw: owner_of(raw.get("Engine", "")) == service,
        describe=partial(describe_cluster, service),
        metrics=(volume,),
        reason=f"The bytes of {product}'s shared volume in the six copies it keeps.",
    )
