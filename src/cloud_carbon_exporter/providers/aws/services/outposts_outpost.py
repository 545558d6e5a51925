"""Outposts as their owner sees them: what their servers draw beyond the instances on them."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import lists_by_name
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "outposts/outpost"
# What stands in a rack changes seldom.
_HOUR = 3600.0
_ASSETS = "outposts:ListAssets"


async def outposts(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The Outposts with what stands in their racks."""
    params = {str(raw["OutpostId"]): {"OutpostIdentifier": raw["OutpostId"]} for raw in page}
    assets = await lists_by_name(
        client, scope, "outposts", "ListAssets", "Assets", params, seconds=_HOUR, permission=_ASSETS
    )
    return [{**raw, "Assets": assets.get(raw["OutpostId"], ())} for raw in page]


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One Outpost of this account; instances and volumes on it are listed as those of the region.

    No table of states: how much of it runs is told by the servers that stand in its racks.
    """
    if raw.get("OwnerId", scope.account_id) != scope.account_id:
        return None
    name, zone = raw.get("Name") or raw["OutpostId"], raw.get("AvailabilityZone")
    servers = sum(asset.get("AssetType") == "COMPUTE" for asset in raw["Assets"])
    unknown = "how much of an Outpost's servers no instance holds is not told"
    overhead = (Component("fixed", "aws/outposts-server", servers, assumed=unknown),)
    arn = raw["OutpostArn"]
    return parse(raw, scope, arn, name, zone=zone, outpost=arn).described(
        running=overhead if servers else (),
        state=raw.get("LifeCycleStatus", ""),
        info={"host_type": raw.get("SupportedHardwareType")},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="outposts",
        operation="ListOutposts",
        scope="region",
        items="Outposts[]",
        kind_of=lambda raw: KIND,
        permissions=("outposts:ListOutposts", _ASSETS),
        expand=outposts,
    ),
    describe=describe,
    reason=(
        "An assumed overhead for each of its servers; "
        "its instances and volumes are listed with the region's."
    ),
)
