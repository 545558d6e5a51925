"""SageMaker Studio apps: the instance each of them runs on."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "sagemaker/app"
# Pending, its instance starts. An app that was deleted stays in the list for a day.
STATES = states(running="InService Pending", gone="Failed Deleting Deleted")
# Instance type of apps that run on AWS' own machines, at no charge.
_SHARED = "system"


def _owner(raw: Raw) -> str:
    return raw.get("UserProfileName") or raw.get("SpaceName") or ""


def _arn(raw: Raw, scope: Scope) -> str:
    path = "/".join((raw["DomainId"], _owner(raw), raw["AppType"].lower(), raw["AppName"]))
    return arn("sagemaker", scope.region, scope.account_id, f"app/{path}")


async def apps(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The apps with their tags."""
    return await tagged(client, scope, page, "sagemaker:app", lambda raw: _arn(raw, scope))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One app of a user or a space."""
    size = (raw.get("ResourceSpec") or {}).get("InstanceType", "")
    if size in ("", _SHARED):
        return None
    return parse(raw, scope, _arn(raw, scope), f"{_owner(raw)}/{raw['AppName']}").described(
        running=nodes(size),
        state=raw.get("Status", ""),
        info={"host_type": size, "engine": raw["AppType"]},
        started=raw.get("CreationTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="sagemaker",
        operation="ListApps",
        scope="region",
        items="Apps[]",
        kind_of=lambda raw: KIND,
        permissions=("sagemaker:ListApps",),
        expand=apps,
    ),
    states=STATES,
    describe=describe,
    reason=(
        "The instance it runs on; apps on AWS' own shared machines are left out, "
        "and no load is told."
    ),
)
