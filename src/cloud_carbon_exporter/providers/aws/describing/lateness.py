"""How late a datum of CloudWatch may come, where a silence is read as nothing.

What comes later than it is waited for was taken as 0. Where a silence is not taken for anything, a
late datum is simply read later.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

SETTLE_SECONDS = 600.0
"""How long after the fact CloudWatch has a datum. AWS promises nothing (S3 user guide: "delivered
on a best-effort basis"); 5 to 10 minutes, says "Cloud Metric Delay" of Datadog's documentation.
"""
_MINUTE = 60.0


class Late(NamedTuple):
    """How long after the period it is for a datum may come, and who says so."""

    seconds: float
    source: str


_BALANCERS = "sent in intervals of 60 seconds, as an AWS workshop on load balancers has it"
_UNSAID = "not found: taken as what is sent each minute"
LATE: Mapping[str, Late] = {
    "AWS/ApiGateway": Late(SETTLE_SECONDS, _UNSAID),
    "AWS/AppRunner": Late(SETTLE_SECONDS, _UNSAID),
    "AWS/ApplicationELB": Late(SETTLE_SECONDS, _BALANCERS),
    # It is not said which time a datum of a query bears. If its start: a query ends at the latest
    # after its timeout.
    "AWS/Athena": Late(
        SETTLE_SECONDS + 30 * _MINUTE, "Athena user guide, service quotas: DML query timeout"
    ),
    "AWS/AuroraDSQL": Late(SETTLE_SECONDS, _UNSAID),
    "AWS/Bedrock": Late(SETTLE_SECONDS, _UNSAID),
    # "up to 60 minutes", as users quote its developer guide on resource usage
    "AWS/Bedrock-AgentCore": Late(60 * _MINUTE, "AgentCore developer guide, as quoted by users"),
    "AWS/Bedrock/Batch": Late(SETTLE_SECONDS, _UNSAID),
    "AWS/BedrockMantle": Late(SETTLE_SECONDS, _UNSAID),
    "AWS/Cassandra": Late(SETTLE_SECONDS, _UNSAID),
    "AWS/ClientVPN": Late(
        SETTLE_SECONDS + 5 * _MINUTE, "Client VPN administrator guide: published every five minutes"
    ),
    "AWS/CloudFront": Late(SETTLE_SECONDS, _UNSAID),
    "AWS/DynamoDB": Late(SETTLE_SECONDS, _UNSAID),
    "AWS/ELB": Late(SETTLE_SECONDS, _BALANCERS),
    "AWS/EMRServerless": Late(SETTLE_SECONDS, _UNSAID),
    "AWS/ElastiCache": Late(SETTLE_SECONDS, _UNSAID),
    "AWS/Events": Late(SETTLE_SECONDS, "EventBridge user guide: best effort, no time is said"),
    "AWS/Firehose": Late(SETTLE_SECONDS, _UNSAID),
    "AWS/GatewayELB": Late(SETTLE_SECONDS, _BALANCERS),
    "AWS/Kinesis": Late(SETTLE_SECONDS, _UNSAID),
    # "The timestamp on a metric reflects when the function was invoked. Depending on the duration
    # of the invocation, this can be several minutes before the metric is emitted." An invocation
    # takes 15 minutes at most.
    "AWS/Lambda": Late(
        SETTLE_SECONDS + 15 * _MINUTE, "Lambda developer guide, viewing metrics; and its quotas"
    ),
    "AWS/Logs": Late(SETTLE_SECONDS, _UNSAID),
    "AWS/MWAA": Late(SETTLE_SECONDS, _UNSAID),
    "AWS/NATGateway": Late(SETTLE_SECONDS, "VPC user guide: sent each minute"),
    "AWS/NetworkELB": Late(SETTLE_SECONDS, _BALANCERS),
    "AWS/PrivateLinkEndpoints": Late(SETTLE_SECONDS, _UNSAID),
    "AWS/Redshift": Late(SETTLE_SECONDS, "Redshift management guide: collected each minute"),
    "AWS/Redshift-Serverless": Late(SETTLE_SECONDS, _UNSAID),
    "AWS/SNS": Late(SETTLE_SECONDS, "ten minutes, says New Relic of its integration; AWS nothing"),
    # "A delay of up to 15 minutes occurs in CloudWatch metrics when a queue is activated from an
    # inactive state."
    "AWS/SQS": Late(15 * _MINUTE, "SQS developer guide, CloudWatch metrics"),
    "AWS/SageMaker": Late(SETTLE_SECONDS, _UNSAID),
    "AWS/States": Late(SETTLE_SECONDS, "Step Functions developer guide: best effort"),
    "AWS/Transfer": Late(SETTLE_SECONDS, _UNSAID),
    "AWS/TransitGateway": Late(SETTLE_SECONDS, _UNSAID),
    "AWS/VPN": Late(SETTLE_SECONDS, _UNSAID),
}
"""Namespace -> how late, for each in which a metric's silence is taken as 0."""


def delay_seconds(namespace: str) -> float:
    """How much later than others the Points of a namespace are complete."""
    late = LATE.get(namespace)
    return 0.0 if late is None else late.seconds - SETTLE_SECONDS
