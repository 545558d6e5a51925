"""CloudFront distributions: what a request and a byte served from the edge take. They stand nowhere
in particular.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client import tagging
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

HOME = "us-east-1"
"""CloudFront developer guide: its metrics, and its tags, are kept in us-east-1 only."""
_DIMENSIONS = {"DistributionId": "DistributionId"}
_EVERYWHERE = {"Region": "Global"}


async def distributions(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The distributions with their tags."""
    if not client.settings.tags or not page:
        return page
    labels = await tagging.by_arn(client, scope.account_id, {HOME}, "cloudfront:distribution")
    return [{**raw, "Tags": labels.get(raw["ARN"], ())} for raw in page]


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One distribution. Disabled, it serves nothing and draws nothing."""
    aliases = (raw.get("Aliases") or {}).get("Items") or ()
    unknown = "AWS does not say what its edge draws"
    served = (
        Component("requests", "http", 1, per="requests", assumed=unknown),
        Component("network", "internet", 1, per="bytes"),
    )
    return Resource(
        id=raw["ARN"],
        kind="cloudfront/distribution",
        name=aliases[0] if aliases else raw["DomainName"],
        location=scope.location(),
        components=served if raw.get("Enabled", True) else (),
        tags=tags(raw.get("Tags")),
        monitor={"DistributionId": raw["Id"]},
        info=told(host_type=raw.get("PriceClass"), state=raw.get("Status")),
    )


SPEC = ServiceSpec(
    kind="cloudfront/distribution",
    listing=Listing(
        api="cloudfront",
        operation="ListDistributions",
        scope="global",
        items="DistributionList.Items[]",
        kind_of=lambda raw: "cloudfront/distribution",
        permissions=("cloudfront:ListDistributions",),
        expand=distributions,
    ),
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
