"""Storage of clusters: Aurora's shared volume, or those of a Multi-AZ cluster's members."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.databases import (
    CLUSTER_STATES,
    DB_CLUSTERS,
    capacity_unit,
    is_listed_by_ec2,
    owner_of,
)
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB
from cloud_carbon_exporter.providers.aws.describing.metrics import level
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

# RDS user guide: a Multi-AZ DB cluster is a writer and two readers, each with its own storage.
_MULTI_AZ_MEMBERS = 3


def _is_aurora(raw: Raw) -> bool:
    return str(raw.get("Engine", "")).startswith("aurora")


def _storage(raw: Raw) -> Component:
    """Storage of a cluster; of Aurora the bytes in use, as its AllocatedStorage is always 1."""
    if _is_aurora(raw):
        return Component("block", "aws/aurora", 1.0, per="stored_gib")
    # AllocatedStorage is that of each member.
    members = len(raw.get("DBClusterMembers", ())) or _MULTI_AZ_MEMBERS
    drive = f"aws/{raw.get('StorageType') or 'io1'}"
    return Component("block", drive, float(raw.get("AllocatedStorage") or 0) * members)


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One cluster: its storage, and the capacity of Aurora Serverless v1, which lists none."""
    if is_listed_by_ec2(raw):
        return None
    name = raw["DBClusterIdentifier"]
    id_ = raw.get("DBClusterArn") or arn("rds", scope.region, scope.account_id, f"cluster:{name}")
    serverless = raw.get("EngineMode") == "serverless"
    monitor = {}
    if _is_aurora(raw):
        monitor["AuroraCluster"] = name
        if serverless:
            monitor["ServerlessCluster"] = name
    return parse(raw, scope, id_, name).described(
        running=capacity_unit() if serverless else (),
        kept=(_storage(raw),),
        state=raw.get("Status", ""),
        monitor=monitor,
        info={"host_type": raw.get("StorageType"), "engine": raw.get("Engine")},
        started=raw.get("ClusterCreateTime"),
    )


SPEC = ServiceSpec(
    kind="rds/db_cluster",
    listing=DB_CLUSTERS,
    accepts=lambda raw: owner_of(raw.get("Engine", "")) == "rds",
    states=CLUSTER_STATES,
    describe=describe,
    metrics=(
        level(
            "stored_gib",
            "AWS/RDS",
            "VolumeBytesUsed",
            {"DBClusterIdentifier": "AuroraCluster"},
            scale=1 / BYTES_PER_GIB,
        ),
        Metric(
            into="capacity_units",
            namespace="AWS/RDS",
            name="ServerlessDatabaseCapacity",
            dimensions={"DBClusterIdentifier": "ServerlessCluster"},
        ),
    ),
    reason=(
        "The bytes Aurora holds, in the copies it keeps, "
        "or a volume for each member of a Multi-AZ cluster."
    ),
)
