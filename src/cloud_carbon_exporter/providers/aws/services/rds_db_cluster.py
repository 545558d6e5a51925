"""Storage of database clusters: Aurora's shared volume, and the volumes of a Multi-AZ cluster's
members.
"""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.describing.names import arn, tags
from cloud_carbon_exporter.providers.aws.services.rds_db_instance import capacity_unit, owner_of
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

_HOUR = 3600.0
_MULTI_AZ_MEMBERS = 3
"""A Multi-AZ DB cluster is one writer and two readers, each with storage of its own (RDS user
guide).
"""


def _is_aurora(raw: Raw) -> bool:
    return str(raw.get("Engine", "")).startswith("aurora")


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One cluster: its storage, and the capacity of Aurora Serverless v1, which shows no instances."""
    name = raw["DBClusterIdentifier"]
    serverless = raw.get("EngineMode") == "serverless"
    if _is_aurora(raw):  # AllocatedStorage is always 1 here; the bytes in use are measured
        held: tuple[Component, ...] = (Component("block", "aws/aurora", 1.0, per="stored_gib"),)
        monitor = {"AuroraCluster": name} | ({"ServerlessCluster": name} if serverless else {})
    else:
        members = len(raw.get("DBClusterMembers", ())) or _MULTI_AZ_MEMBERS
        part = f"aws/{raw.get('StorageType') or 'io1'}"
        held, monitor = (Component("block", part, float(raw["AllocatedStorage"]) * members),), {}
    if serverless and raw.get("Status") != "stopped":
        held = (*capacity_unit(), *held)
    info = {
        "host_type": raw.get("StorageType", ""),
        "engine": raw.get("Engine", ""),
        "state": raw.get("Status", ""),
    }
    return Resource(
        id=raw.get("DBClusterArn") or arn("rds", scope.region, scope.account_id, f"cluster:{name}"),
        kind="rds/db_cluster",
        name=name,
        location=scope.location(),
        components=held,
        tags=tags(raw.get("TagList")),
        monitor=monitor,
        info={key: value for key, value in info.items() if value},
    )


DB_CLUSTERS = Listing(
    api="rds",
    operation="DescribeDBClusters",
    scope="region",
    items="DBClusters[]",
    kind_of=lambda raw: f"{owner_of(raw.get('Engine', ''))}/db_cluster",
    permissions=("rds:DescribeDBClusters",),
)

SPEC = ServiceSpec(
    kind="rds/db_cluster",
    listing=DB_CLUSTERS,
    accepts=lambda raw: owner_of(raw.get("Engine", "")) == "rds",
    describe=describe,
    metrics=(
        Metric(
            into="stored_gib",
            namespace="AWS/RDS",
            name="VolumeBytesUsed",
            dimensions={"DBClusterIdentifier": "AuroraCluster"},
            scale=1 / 1024**3,
            period_seconds=_HOUR,
            valid_seconds=6 * _HOUR,
            every_seconds=_HOUR,
        ),
        Metric(
            into="capacity_units",
            namespace="AWS/RDS",
            name="ServerlessDatabaseCapacity",
            dimensions={"DBClusterIdentifier": "ServerlessCluster"},
        ),
    ),
    reason="The bytes Aurora holds, in the copies it keeps, or a volume for each member of a Multi-AZ cluster.",
)
