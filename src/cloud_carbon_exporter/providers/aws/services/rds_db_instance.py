"""RDS instances: alone, with a standby, replicas, members of clusters, Aurora Serverless v2.

Those of RDS Custom are EC2 instances and volumes of the account, and counted as such.
"""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.databases import (
    DB_INSTANCES,
    INSTANCE_STATES,
    SERVERLESS,
    capacity_unit,
    is_listed_by_ec2,
    outpost_of,
    owner_of,
)
from cloud_carbon_exporter.providers.aws.describing.hardware import times
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

DEDICATED_LOG_GIB = 1024.0
"""RDS user guide, dedicated log volume: a second volume of the same kind, always of this size."""


def _features(raw: Raw) -> dict[str, int]:
    """coreCount and threadsPerCore where the customer changed them."""
    changed = raw.get("ProcessorFeatures", ())
    return {feature["Name"]: int(feature["Value"]) for feature in changed}


def _class(raw: Raw) -> str:
    """Class of an instance; empty where none is told: it is taken as a middling one."""
    return raw.get("DBInstanceClass") or ""


def _compute(raw: Raw) -> tuple[Component, ...]:
    """Machine of an instance's class, or a capacity unit of a serverless one."""
    if _class(raw) == SERVERLESS:
        return capacity_unit()
    features = _features(raw)
    cores, threads = features.get("coreCount"), features.get("threadsPerCore")
    vcpus = cores * threads if cores and threads else None
    return components(machine("aws", _class(raw), vcpus=vcpus, threads_per_core=threads))


def _storage(raw: Raw) -> tuple[Component, ...]:
    """Volumes of an instance, further ones of Oracle and SQL Server among them."""
    volumes: list[Component] = []
    for volume in (raw, *raw.get("AdditionalStorageVolumes", ())):
        if volume.get("AllocatedStorage"):
            drive = f"aws/{volume.get('StorageType') or 'gp3'}"
            volumes.append(Component("block", drive, float(volume["AllocatedStorage"])))
    if raw.get("DedicatedLogVolume"):
        drive = f"aws/{raw.get('StorageType') or 'io1'}"
        volumes.append(Component("block", drive, DEDICATED_LOG_GIB))
    return tuple(volumes)


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One instance, and its standby, which is held too though no list shows it."""
    if is_listed_by_ec2(raw):
        return None
    name = raw["DBInstanceIdentifier"]
    id_ = raw.get("DBInstanceArn") or arn("rds", scope.region, scope.account_id, f"db:{name}")
    # A member of a cluster has no storage of its own: the cluster's is listed there. Nor has it a
    # standby: the other members are listed too.
    in_cluster = bool(raw.get("DBClusterIdentifier"))
    copies = 2 if raw.get("MultiAZ") and not in_cluster else 1
    # CPUUtilization of a serverless instance is a share of its largest capacity, not of its present
    # one: no cpu_ratio is read of it.
    serverless = _class(raw) == SERVERLESS
    zone, outpost = raw.get("AvailabilityZone"), outpost_of(raw)
    return parse(raw, scope, id_, name, zone=zone, outpost=outpost).described(
        running=times(_compute(raw), copies),
        kept=() if in_cluster else times(_storage(raw), copies),
        state=raw.get("DBInstanceStatus", ""),
        monitor={"ServerlessInstance" if serverless else "DBInstanceIdentifier": name},
        info={"host_type": _class(raw), "engine": raw.get("Engine")},
        started=raw.get("InstanceCreateTime"),
    )


SPEC = ServiceSpec(
    kind="rds/db_instance",
    listing=DB_INSTANCES,
    accepts=lambda raw: owner_of(raw.get("Engine", "")) == "rds",
    states=INSTANCE_STATES,
    describe=describe,
    metrics=(
        percent(
            "cpu_ratio",
            "AWS/RDS",
            "CPUUtilization",
            {"DBInstanceIdentifier": "DBInstanceIdentifier"},
        ),
        Metric(
            into="capacity_units",
            namespace="AWS/RDS",
            name="ServerlessDatabaseCapacity",
            dimensions={"DBInstanceIdentifier": "ServerlessInstance"},
        ),
    ),
    reason=(
        "The class as hardware and its volumes, both twice with a Multi-AZ standby; "
        "serverless by capacity units; RDS Custom counts as EC2 instances."
    ),
)
