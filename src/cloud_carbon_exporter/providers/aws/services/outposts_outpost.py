"""Outposts as their owner's account sees them: what their servers draw beyond the instances on
them.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_HOUR = 3600.0
_ASSETS = "outposts:ListAssets"


async def outposts(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The Outposts with what stands in their racks."""
    params = {str(raw["OutpostId"]): {"OutpostIdentifier": raw["OutpostId"]} for raw in page}
    answers = await one_by_one(
        client, scope, "outposts", "ListAssets", params, seconds=_HOUR, permission=_ASSETS
    )
    return [{**raw, "Assets": answers.get(raw["OutpostId"], {}).get("Assets", ())} for raw in page]


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One Outpost of this account. Its instances and volumes are listed, and counted, as those of
    the region.
    """
    if raw.get("OwnerId", scope.account_id) != scope.account_id:
        return None
    servers = sum(asset.get("AssetType") == "COMPUTE" for asset in raw["Assets"])
    unknown = (
        "how much of an Outpost's servers no instance holds is not told, nor the grid it stands on"
    )
    return Resource(
        id=raw["OutpostArn"],
        kind="outposts/outpost",
        name=raw.get("Name") or raw["OutpostId"],
        location=scope.location(zone=raw.get("AvailabilityZone") or ""),
        components=(Component("fixed", "aws/outposts-server", servers, assumed=unknown),)
        if servers
        else (),
        tags=dict(raw.get("Tags") or {}),
        info=told(host_type=raw.get("SupportedHardwareType"), state=raw.get("LifeCycleStatus")),
    )


SPEC = ServiceSpec(
    kind="outposts/outpost",
    listing=Listing(
        api="outposts",
        operation="ListOutposts",
        scope="region",
        items="Outposts[]",
        kind_of=lambda raw: "outposts/outpost",
        permissions=("outposts:ListOutposts", _ASSETS),
        expand=outposts,
    ),
    describe=describe,
    reason="An assumed overhead for each of its servers; its instances and volumes are listed with the region's.",
)
