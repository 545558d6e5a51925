"""Athena workgroups, by the bytes their queries scan."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws._client import AwsClient
from cloud_carbon_exporter.providers.aws._expand import tagged
from cloud_carbon_exporter.providers.aws._hardware import told
from cloud_carbon_exporter.providers.aws._metrics import rate
from cloud_carbon_exporter.providers.aws._names import arn, tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_BYTES_PER_GIB = 1024**3


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


SPEC = ServiceSpec(
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
)
