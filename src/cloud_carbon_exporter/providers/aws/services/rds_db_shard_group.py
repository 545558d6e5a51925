"""Aurora Limitless: capacity of a shard group with its standbys; its volume is the cluster's."""

from __future__ import annotations

from cloud_carbon_exporter.providers.aws.describing.databases import capacity_unit
from cloud_carbon_exporter.providers.aws.describing.hardware import per
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

KIND = "rds/db_shard_group"
STATES = states(running="creating available modifying rebooting", gone="deleting")


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One shard group: routers and shards, none of which is listed as an instance."""
    group = parse(raw, scope, raw["DBShardGroupArn"], raw["DBShardGroupIdentifier"])
    # Standbys are as large as what they stand by for.
    copies = 1 + (raw.get("ComputeRedundancy") or 0)
    most = raw.get("MaxACU")
    return group.described(
        running=per(
            capacity_unit(),
            "capacity_units",
            (raw.get("MinACU") or 0) * copies,
            None if most is None else most * copies,
        ),
        state=raw.get("Status", ""),
        monitor={"DBShardGroupIdentifier": group.name},
        info={"host_type": f"{raw.get('MinACU')} to {most} ACU"},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="rds",
        operation="DescribeDBShardGroups",
        scope="region",
        items="DBShardGroups[]",
        kind_of=lambda raw: KIND,
        permissions=("rds:DescribeDBShardGroups",),
    ),
    states=STATES,
    describe=describe,
    # Aurora user guide, "Monitoring Aurora PostgreSQL Limitless Database with Amazon CloudWatch":
    # the first counts writers, the second their standbys.
    metrics=tuple(
        Metric(
            into="capacity_units",
            namespace="AWS/RDS",
            name=name,
            dimensions={"DBShardGroupIdentifier": "DBShardGroupIdentifier"},
        )
        for name in ("DBShardGroupCapacity", "DBShardGroupComputeRedundancyCapacity")
    ),
    lasting=True,
    reason="The capacity units its routers and shards use, with their standbys, 2 GiB each.",
)
