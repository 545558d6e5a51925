"""CloudWatch Logs: the bytes a log group keeps, and those it takes in."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB
from cloud_carbon_exporter.providers.aws.describing.metrics import daily_sum
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "logs/log_group"
_MILLISECONDS = 1000
# CloudWatch Logs user guide, log classes: DELIVERY keeps an event for two days, and only hands on.
_HANDS_ON = "DELIVERY"


def _arn(raw: Raw, scope: Scope) -> str:
    # The older member "arn" ends in ":*", which names what is in the group.
    path = f"log-group:{raw['logGroupName']}"
    told: str | None = raw.get("logGroupArn")
    return told or arn("logs", scope.region, scope.account_id, path)


async def groups(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The log groups with their tags, and the time each was made in seconds."""
    dated = [{**raw, "creationTime": _seconds(raw.get("creationTime"))} for raw in page]
    return await tagged(client, scope, dated, "logs:log-group", lambda raw: _arn(raw, scope))


def _seconds(milliseconds: float | None) -> float | None:
    # CloudWatch Logs API reference: alone among these APIs it writes milliseconds.
    return None if milliseconds is None else milliseconds / _MILLISECONDS


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One log group, of whatever class."""
    group = parse(raw, scope, _arn(raw, scope), raw["logGroupName"])
    stored_gib = (raw.get("storedBytes") or 0) / BYTES_PER_GIB
    log_class = raw.get("logGroupClass") or ""
    part = "delivered-gib" if log_class == _HANDS_ON else "logged-gib"
    unknown = "AWS does not say what a byte taken in draws"
    return group.described(
        running=(Component("requests", part, 1 / BYTES_PER_GIB, per="bytes", assumed=unknown),),
        kept=(Component("object", "aws/cloudwatch-logs", stored_gib),) if stored_gib else (),
        monitor={"LogGroupName": group.name},
        # CloudWatch Logs API reference: of events that never expire no number of days is told.
        info={"host_type": log_class, "retention": str(raw.get("retentionInDays") or "never")},
        started=raw.get("creationTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="logs",
        operation="DescribeLogGroups",
        scope="region",
        items="logGroups[]",
        kind_of=lambda raw: KIND,
        permissions=("logs:DescribeLogGroups",),
        expand=groups,
    ),
    describe=describe,
    # An account has log groups by the thousand: once a day is enough for what each takes in.
    metrics=(daily_sum("bytes", "AWS/Logs", "IncomingBytes", {"LogGroupName": "LogGroupName"}),),
    lasting=True,
    reason=(
        "The bytes it keeps, in the copies of object storage, and an assumed energy for each byte "
        "taken in; whether what is told is compressed is not said, and widens the interval."
    ),
)
