"""Redshift Serverless workgroups: the units allocated, and the data of their namespace."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, per
from cloud_carbon_exporter.providers.aws.describing.metrics import level
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

KIND = "redshiftserverless/workgroup"
STATES = states(running="CREATING AVAILABLE MODIFYING", gone="DELETING")
GIB_PER_UNIT = 16.0
"""Redshift management guide: a Redshift processing unit (RPU) provides 16 GB of memory."""
GIB_PER_VCPU = 8.0
"""Of ra3 nodes; the vCPUs of a processing unit are not published."""
_MB_PER_GIB = 1024


async def workgroups(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The workgroups with their tags."""
    return await tagged(
        client, scope, page, "redshift-serverless:workgroup", lambda raw: str(raw["workgroupArn"])
    )


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One workgroup and its namespace: they belong to each other, one to one."""
    workgroup = parse(raw, scope, raw["workgroupArn"], raw["workgroupName"])
    return workgroup.described(
        running=per(hidden(GIB_PER_UNIT / GIB_PER_VCPU, GIB_PER_UNIT), "capacity_units"),
        kept=(Component("block", "aws/redshift", 1.0, per="stored_gib"),),
        state=raw.get("status", ""),
        # Capacity is told by workgroup, bytes by namespace.
        monitor={"Workgroup": workgroup.name, "Namespace": raw.get("namespaceName") or ""},
        started=raw.get("creationDate"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="redshift-serverless",
        operation="ListWorkgroups",
        scope="region",
        items="workgroups[]",
        kind_of=lambda raw: KIND,
        permissions=("redshift-serverless:ListWorkgroups",),
        expand=workgroups,
    ),
    states=STATES,
    describe=describe,
    metrics=(
        Metric(
            into="capacity_units",
            namespace="AWS/Redshift-Serverless",
            name="ComputeCapacity",
            dimensions={"Workgroup": "Workgroup"},
            absent=0,
        ),
        level(
            "stored_gib",
            "AWS/Redshift-Serverless",
            "DataStorage",
            {"Namespace": "Namespace"},
            scale=1 / _MB_PER_GIB,
        ),
    ),
    reason=(
        "The processing units allocated, 16 GiB each, none while idle, "
        "and the bytes of its namespace."
    ),
)
