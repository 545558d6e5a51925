"""RDS instances: classic, Multi-AZ, read replicas, members of Aurora and of Multi-AZ clusters,
Aurora Serverless v2.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.describing.names import arn, tags
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

GIB_PER_CAPACITY_UNIT = 2.0
"""Aurora user guide: each ACU is about 2 GiB of memory, with CPU and network as provisioned
instances have.
"""
GIB_PER_VCPU = 8.0
"""EC2 and RDS memory-optimised classes (r5, r6g, r7g), which Aurora runs on: 8 GiB a vCPU."""
OTHER_ENGINES = {"neptune": "neptune", "docdb": "docdb"}
"""Engines this API lists although they are services of their own."""


def owner_of(engine: str) -> str:
    """The service an engine belongs to."""
    return OTHER_ENGINES.get(engine, "rds")


def capacity_unit(load: str = "cpu_ratio") -> tuple[Component, ...]:
    """What one Aurora capacity unit holds; how many there are is measured."""
    unknown = "hardware of Aurora Serverless is not published"
    vcpus = GIB_PER_CAPACITY_UNIT / GIB_PER_VCPU
    return (
        Component("vcpu", "default", vcpus, load=load, per="capacity_units", assumed=unknown),
        Component("memory", "dram", GIB_PER_CAPACITY_UNIT, per="capacity_units"),
    )


def _features(raw: Raw) -> dict[str, int]:
    """coreCount and threadsPerCore where the customer changed them."""
    return {one["Name"]: int(one["Value"]) for one in raw.get("ProcessorFeatures", ())}


def _compute(raw: Raw) -> tuple[Component, ...]:
    features = _features(raw)
    cores, threads = features.get("coreCount"), features.get("threadsPerCore")
    vcpus = cores * threads if cores and threads else None
    return components(machine("aws", raw["DBInstanceClass"], vcpus=vcpus, threads_per_core=threads))


def _storage(raw: Raw) -> tuple[Component, ...]:
    """The volumes of an instance. A member of a cluster has none of its own: Aurora's is the
    cluster's.
    """
    volumes: list[dict[str, Any]] = [dict(raw), *raw.get("AdditionalStorageVolumes", ())]
    return tuple(
        Component(
            "block", f"aws/{volume.get('StorageType') or 'gp3'}", float(volume["AllocatedStorage"])
        )
        for volume in volumes
        if volume.get("AllocatedStorage")
    )


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One instance; with its standby, which the account holds too though it never shows as an
    instance.
    """
    name, engine, size = raw["DBInstanceIdentifier"], raw.get("Engine", ""), raw["DBInstanceClass"]
    in_cluster, serverless = bool(raw.get("DBClusterIdentifier")), size == "db.serverless"
    held: tuple[Component, ...] = () if in_cluster else _storage(raw)
    if raw.get("DBInstanceStatus") != "stopped":
        held = (*(capacity_unit() if serverless else _compute(raw)), *held)
    copies = 2 if raw.get("MultiAZ") and not in_cluster else 1
    held = tuple(replace(one, amount=one.amount * copies) for one in held)
    info = {"host_type": size, "engine": engine, "state": raw.get("DBInstanceStatus", "")}
    # CPUUtilization of a serverless instance is a share of its largest capacity, not of its present
    # one: no cpu_ratio.
    monitor = {"ServerlessInstance": name} if serverless else {"DBInstanceIdentifier": name}
    return Resource(
        id=raw.get("DBInstanceArn") or arn("rds", scope.region, scope.account_id, f"db:{name}"),
        kind="rds/db_instance",
        name=name,
        location=scope.location(zone=raw.get("AvailabilityZone") or ""),
        components=held,
        tags=tags(raw.get("TagList")),
        monitor=monitor,
        info={key: value for key, value in info.items() if value},
    )


DB_INSTANCES = Listing(
    api="rds",
    operation="DescribeDBInstances",
    scope="region",
    items="DBInstances[]",
    kind_of=lambda raw: f"{owner_of(raw.get('Engine', ''))}/db_instance",
    permissions=("rds:DescribeDBInstances",),
)

SPEC = ServiceSpec(
    kind="rds/db_instance",
    listing=DB_INSTANCES,
    accepts=lambda raw: owner_of(raw.get("Engine", "")) == "rds",
    describe=describe,
    metrics=(
        Metric(
            into="cpu_ratio",
            namespace="AWS/RDS",
            name="CPUUtilization",
            dimensions={"DBInstanceIdentifier": "DBInstanceIdentifier"},
            scale=0.01,
        ),
        Metric(
            into="capacity_units",
            namespace="AWS/RDS",
            name="ServerlessDatabaseCapacity",
            dimensions={"DBInstanceIdentifier": "ServerlessInstance"},
        ),
    ),
    reason="The class as hardware and its volumes, both twice with a Multi-AZ standby; serverless by capacity units.",
)
