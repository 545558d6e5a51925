"""CloudFront distributions: what a request and a byte served take, at no place in particular."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client import tagging
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "cloudfront/distribution"
STATES = states(running="Deployed InProgress", stopped="Disabled")
HOME = "us-east-1"
"""CloudFront developer guide: its metrics, and its tags, are kept in us-east-1 only."""
_DIMENSIONS = {"DistributionId": "DistributionId"}
# CloudFront writes each series with this dimension, wherever it served from.
_EVERYWHERE = {"Region": "Global"}


async def distributions(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The distributions with their tags."""
    if not client.settings.tags or not page:
        return page
    labels = await tagging.by_arn(client, scope.account_id, {HOME}, "cloudfront:distribution")
    return [{**raw, "Tags": labels.get(raw["ARN"], ())} for raw in page]


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One distribution. Disabled, it serves nothing and draws nothing."""
    aliases = (raw.get("Aliases") or {}).get("Items") or ()
    name = aliases[0] if aliases else raw.get("DomainName") or raw["Id"]
    status = raw.get("Status", "")
    unknown = "AWS does not say what its edge draws"
    return parse(raw, scope, raw["ARN"], name).described(
        running=(
            Component("requests", "http", 1, per="requests", assumed=unknown),
            Component("network", "internet", 1, per="bytes"),
        ),
        # Status only says whether the settings have reached the edge, "off" among them: whether
        # it serves stands in Enabled.
        state=status if raw.get("Enabled", True) else "Disabled",
        monitor={"DistributionId": raw["Id"]},
        info={"host_type": raw.get("PriceClass"), "state": status},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="cloudfront",
        operation="ListDistributions",
        scope="global",
        items="DistributionList.Items[]",
        kind_of=lambda raw: KIND,
        permissions=("cloudfront:ListDistributions",),
        expand=distributions,
    ),
    states=STATES,
    describe=describe,
    metrics=(
        rate("requests", "AWS/CloudFront", "Requests", _DIMENSIONS, fixed=_EVERYWHERE, region=HOME),
        rate(
            "bytes",
            "AWS/CloudFront",
            "BytesDownloaded",
            _DIMENSIONS,
            fixed=_EVERYWHERE,
            region=HOME,
        ),
    ),
    reason="An assumed energy a request, and a published one a byte brought to the reader.",
)
