"""Athena: workgroups by the bytes their queries scan, and capacity that is reserved."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB, hidden
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

WORK_GROUP, RESERVATION = "athena/work_group", "athena/capacity_reservation"
WORK_GROUP_STATES = states(running="ENABLED", stopped="DISABLED")
RESERVATION_STATES = states(
    running="PENDING ACTIVE UPDATE_PENDING", gone="CANCELLING CANCELLED FAILED"
)
VCPUS_PER_DPU, GIB_PER_DPU = 4, 16
"""Athena user guide: a data processing unit is 4 vCPUs and 16 GB of memory."""


def _arn(raw: Raw, scope: Scope) -> str:
    return arn("athena", scope.region, scope.account_id, f"workgroup/{raw['Name']}")


async def work_groups(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The workgroups with their tags."""
    return await tagged(client, scope, page, "athena:workgroup", lambda raw: _arn(raw, scope))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One workgroup. Every region has one from the start, called primary."""
    unknown = "AWS does not say what a query draws"
    per_byte = 1 / BYTES_PER_GIB
    return parse(raw, scope, _arn(raw, scope), raw["Name"]).described(
        running=(Component("requests", "scanned-gib", per_byte, per="bytes", assumed=unknown),),
        state=raw.get("State", ""),
        monitor={"WorkGroup": raw["Name"]},
        started=raw.get("CreationTime"),
    )


def describe_reservation(raw: Raw, scope: Scope) -> Description | None:
    """One capacity reservation: the processing units it was given, whether queries run or not."""
    name, units = raw["Name"], raw.get("AllocatedDpus") or 0
    # The list gives no ARN; this is how IAM names a reservation.
    id_ = arn("athena", scope.region, scope.account_id, f"capacity-reservation/{name}")
    return parse(raw, scope, id_, name).described(
        running=hidden(VCPUS_PER_DPU * units, GIB_PER_DPU * units) if units else (),
        state=raw.get("Status", ""),
        info={"host_type": f"{units} DPU"},
        started=raw.get("CreationTime"),
    )


SPECS = (
    ServiceSpec(
        kind=WORK_GROUP,
        listing=Listing(
            api="athena",
            operation="ListWorkGroups",
            scope="region",
            items="WorkGroups[]",
            kind_of=lambda raw: WORK_GROUP,
            permissions=("athena:ListWorkGroups",),
            expand=work_groups,
        ),
        states=WORK_GROUP_STATES,
        describe=describe,
        metrics=(rate("bytes", "AWS/Athena", "ProcessedBytes", {"WorkGroup": "WorkGroup"}),),
        reason=(
            "An assumed energy a byte scanned; a workgroup that publishes no metrics shows none."
        ),
    ),
    ServiceSpec(
        kind=RESERVATION,
        listing=Listing(
            api="athena",
            operation="ListCapacityReservations",
            scope="region",
            items="CapacityReservations[]",
            kind_of=lambda raw: RESERVATION,
            permissions=("athena:ListCapacityReservations",),
        ),
        states=RESERVATION_STATES,
        describe=describe_reservation,
        reason=(
            "The vCPUs and memory of the processing units reserved, 4 and 16 GB each; "
            "their load is not told."
        ),
    ),
)
