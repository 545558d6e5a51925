"""SageMaker Studio apps: the instance each of them runs on."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes, told
from cloud_carbon_exporter.providers.aws.describing.names import arn, tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_RUNNING = frozenset({"InService", "Pending"})
_SHARED = "system"
"""Instance type of apps that run on AWS' own machines, at no charge."""


def _owner(raw: Raw) -> str:
    return raw.get("UserProfileName") or raw.get("SpaceName") or ""


def _arn(raw: Raw, scope: Scope) -> str:
    path = "/".join((raw["DomainId"], _owner(raw), raw["AppType"].lower(), raw["AppName"]))
    return arn("sagemaker", scope.region, scope.account_id, f"app/{path}")


async def apps(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The apps with their tags."""
    return await tagged(client, scope, page, "sagemaker:app", lambda raw: _arn(raw, scope))


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One app of a user or a space; an app that was deleted stays in the list for a day."""
    size = (raw.get("ResourceSpec") or {}).get("InstanceType", "")
    if raw.get("Status") not in _RUNNING or size in ("", _SHARED):
        return None
    return Resource(
        id=_arn(raw, scope),
        kind="sagemaker/app",
        name=f"{_owner(raw)}/{raw['AppName']}",
        location=scope.location(),
        components=nodes(size),
        tags=tags(raw.get("Tags")),
        info=told(host_type=size, engine=raw["AppType"], state=raw.get("Status")),
    )


SPEC = ServiceSpec(
    kind="sagemaker/app",
    listing=Listing(
        api="sagemaker",
        operation="ListApps",
        scope="region",
        items="Apps[]",
        kind_of=lambda raw: "sagemaker/app",
        permissions=("sagemaker:ListApps",),
        expand=apps,
    ),
    describe=describe,
    reason="The instance it runs on; apps on AWS' own shared machines are left out, and no load is told.",
)
