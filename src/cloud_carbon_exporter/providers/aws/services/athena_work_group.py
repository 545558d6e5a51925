"""Athena: workgroups by the bytes their queries scan, and capacity that is reserved."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, told
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.names import arn, tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

VCPUS_PER_DPU, GIB_PER_DPU = 4, 16
"""Athena user guide: a data processing unit is 4 vCPUs and 16 GB of memory."""
_BYTES_PER_GIB = 1024**3
_GONE = frozenset({"CANCELLED", "CANCELLING", "FAILED"})


def _arn(raw: Raw, scope: Scope) -> str:
    return arn("athena", scope.region, scope.account_id, f"workgroup/{raw['Name']}")


async def work_groups(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The workgroups with their tags."""
    return await tagged(client, scope, page, "athena:workgroup", lambda raw: _arn(raw, scope))


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One workgroup. Every region has one from the start, called primary."""
    unknown = "AWS does not say what a query draws"
    scanned = Component("requests", "scanned-gib", 1 / _BYTES_PER_GIB, per="bytes", assumed=unknown)
    return Resource(
        id=_arn(raw, scope),
        kind="athena/work_group",
        name=raw["Name"],
        location=scope.location(),
        components=() if raw.get("State") == "DISABLED" else (scanned,),
        tags=tags(raw.get("Tags")),
        monitor={"WorkGroup": raw["Name"]},
        info=told(state=raw.get("State")),
    )


def describe_reservation(raw: Raw, scope: Scope) -> Resource | None:
    """One capacity reservation: the processing units it was given, whether queries run or not."""
    name, state, units = raw["Name"], raw.get("Status", ""), raw.get("AllocatedDpus") or 0
    if state in _GONE:
        return None
    return Resource(
        id=arn("athena", scope.region, scope.account_id, f"capacity-reservation/{name}"),
        kind="athena/capacity_reservation",
        name=name,
        location=scope.location(),
        components=hidden(VCPUS_PER_DPU * units, GIB_PER_DPU * units) if units else (),
        info=told(host_type=f"{units} DPU", state=state),
    )


SPECS = (
    ServiceSpec(
        kind="athena/work_group",
        listing=Listing(
            api="athena",
            operation="ListWorkGroups",
            scope="region",
            items="WorkGroups[]",
            kind_of=lambda raw: "athena/work_group",
            permissions=("athena:ListWorkGroups",),
            expand=work_groups,
        ),
        describe=describe,
        metrics=(rate("bytes", "AWS/Athena", "ProcessedBytes", {"WorkGroup": "WorkGroup"}),),
        reason="An assumed energy a byte scanned; a workgroup that publishes no metrics shows none.",
    ),
    ServiceSpec(
        kind="athena/capacity_reservation",
        listing=Listing(
            api="athena",
            operation="ListCapacityReservations",
            scope="region",
            items="CapacityReservations[]",
            kind_of=lambda raw: "athena/capacity_reservation",
            permissions=("athena:ListCapacityReservations",),
        ),
        describe=describe_reservation,
        reason="The vCPUs and memory of the processing units reserved, 4 and 16 GB each; their load is not told.",
    ),
)
