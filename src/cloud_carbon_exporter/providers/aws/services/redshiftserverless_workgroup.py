"""Redshift Serverless workgroups: the processing units allocated, and the data of the namespace
they work on.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, per, told
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

GIB_PER_UNIT = 16.0
"""Redshift management guide: a Redshift processing unit (RPU) provides 16 GB of memory."""
GIB_PER_VCPU = 8.0
"""Of ra3 nodes; the vCPUs of a processing unit are not published."""
_HOUR = 3600.0
_MB_PER_GIB = 1024


async def workgroups(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The workgroups with their tags."""
    return await tagged(
        client, scope, page, "redshift-serverless:workgroup", lambda raw: str(raw["workgroupArn"])
    )


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One workgroup and its namespace: they belong to each other, one to one."""
    if raw.get("status") == "DELETING":
        return None
    name = raw["workgroupName"]
    unit = per(hidden(GIB_PER_UNIT / GIB_PER_VCPU, GIB_PER_UNIT), "capacity_units")
    return Resource(
        id=raw["workgroupArn"],
        kind="redshiftserverless/workgroup",
        name=name,
        location=scope.location(),
        components=(*unit, Component("block", "aws/redshift", 1.0, per="stored_gib")),
        tags=tags(raw.get("Tags")),
        monitor={"Workgroup": name, "Namespace": raw["namespaceName"]},
        info=told(state=raw.get("status")),
    )


SPEC = ServiceSpec(
    kind="redshiftserverless/workgroup",
    listing=Listing(
        api="redshift-serverless",
        operation="ListWorkgroups",
        scope="region",
        items="workgroups[]",
        kind_of=lambda raw: "redshiftserverless/workgroup",
        permissions=("redshift-serverless:ListWorkgroups",),
        expand=workgroups,
    ),
    describe=describe,
    metrics=(
        Metric(
            into="capacity_units",
            namespace="AWS/Redshift-Serverless",
            name="ComputeCapacity",
            dimensions={"Workgroup": "Workgroup"},
            absent=0,
        ),
        Metric(
            into="stored_gib",
            namespace="AWS/Redshift-Serverless",
            name="DataStorage",
            dimensions={"Namespace": "Namespace"},
            scale=1 / _MB_PER_GIB,
            period_seconds=_HOUR,
            valid_seconds=6 * _HOUR,
            every_seconds=_HOUR,
        ),
    ),
    reason="The processing units allocated, 16 GiB each, none while idle, and the bytes of its namespace.",
)
