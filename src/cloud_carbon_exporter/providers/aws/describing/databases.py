"""Databases of RDS' API: listings, states and owners that RDS, DocumentDB and Neptune share.

DescribeDBInstances and DescribeDBClusters list all three: each object is read once, by its engine.
"""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import states
from cloud_carbon_exporter.providers.spec import Listing, Raw

# RDS user guide, "Viewing Amazon RDS DB instance status": billed, billed for storage, not billed.
# What is not billed is taken as gone: AWS has given the machine back, or not yet found one.
INSTANCE_STATES = states(
    running=(
        "available backing-up backtracking configuring-associated-roles"
        " configuring-enhanced-monitoring configuring-iam-database-auth configuring-log-exports"
        " converting-to-vpc delete-precheck incompatible-credentials incompatible-option-group"
        " incompatible-parameters maintenance modifying moving-to-vpc rebooting renaming"
        " resetting-master-credentials restore-error storage-config-upgrade storage-full"
        " storage-initialization storage-optimization upgrading"
    ),
    stopped="starting stopped stopping inaccessible-encryption-credentials-recoverable",
    gone=(
        "creating deleting failed inaccessible-encryption-credentials incompatible-network"
        " incompatible-restore insufficient-capacity"
    ),
)
# Aurora user guide, "Viewing DB cluster status", by the same three words.
CLUSTER_STATES = states(
    running=(
        "available backing-up backtracking failing-over maintenance migrating modifying"
        " preparing-data-migration promoting rebooting renaming resetting-master-credentials"
        " storage-full storage-optimization update-iam-db-auth upgrading"
    ),
    stopped="starting stopped stopping inaccessible-encryption-credentials-recoverable",
    gone=(
        "cloning-failed creating deleting inaccessible-encryption-credentials"
        " incompatible-network incompatible-restore insufficient-capacity migration-failed"
    ),
)

GIB_PER_CAPACITY_UNIT = 2.0
"""Aurora user guide: an ACU is about 2 GiB of memory, with CPU and network as instances have."""
GIB_PER_VCPU = 8.0
"""EC2 and RDS memory-optimised classes (r5, r6g, r7g), which Aurora runs on: 8 GiB a vCPU."""
SERVERLESS = "db.serverless"
# Engines this API lists although they are services of their own.
_OTHER_SERVICES = {"neptune": "neptune", "docdb": "docdb"}


# RDS user guide, RDS Custom: Oracle and SQL Server run on EC2 instances of the account, which bear
# the tag AWSRDSCustom; standby, volumes and snapshots are EC2's too, and it lists them all.
_CUSTOM = "custom-"


def owner_of(engine: str) -> str:
    """Service an engine belongs to."""
    return _OTHER_SERVICES.get(engine, "rds")


def outpost_of(instance: Raw) -> str:
    """ARN of the Outpost an instance stands on, as the subnets it may stand in tell; else empty."""
    for subnet in (instance.get("DBSubnetGroup") or {}).get("Subnets") or ():
        outpost = (subnet.get("SubnetOutpost") or {}).get("Arn")
        if outpost:
            return str(outpost)
    return ""


def is_listed_by_ec2(raw: Raw) -> bool:
    """Whether a database, cluster or snapshot is one of RDS Custom, all of which EC2 lists too."""
    return str(raw.get("Engine", "")).startswith(_CUSTOM)


def capacity_unit(load: str = "cpu_ratio") -> tuple[Component, ...]:
    """Hardware of one Aurora capacity unit; how many there are is measured."""
    unknown = "hardware of Aurora Serverless is not published"
    vcpus = GIB_PER_CAPACITY_UNIT / GIB_PER_VCPU
    return (
        Component("vcpu", "default", vcpus, load=load, per="capacity_units", assumed=unknown),
        Component("memory", "dram", GIB_PER_CAPACITY_UNIT, load=load, per="capacity_units"),
    )


def _instance_kind(raw: Raw) -> str:
    return f"{owner_of(raw.get('Engine', ''))}/db_instance"


def _cluster_kind(raw: Raw) -> str:
    return f"{owner_of(raw.get('Engine', ''))}/db_cluster"


DB_INSTANCES = Listing(
    api="rds",
    operation="DescribeDBInstances",
    scope="region",
    items="DBInstances[]",
    kind_of=_instance_kind,
    permissions=("rds:DescribeDBInstances",),
)
DB_CLUSTERS = Listing(
    api="rds",
    operation="DescribeDBClusters",
    scope="region",
    items="DBClusters[]",
    kind_of=_cluster_kind,
    permissions=("rds:DescribeDBClusters",),
)
