"""SageMaker Studio apps: the instance each of them runs on."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws._hardware import nodes, told
from cloud_carbon_exporter.providers.aws._names import arn
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_RUNNING = frozenset({"InService", "Pending"})
_SHARED = "system"
"""Instance type of apps that run on AWS' own machines, at no charge."""


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One app of a user or a space; an app that was deleted stays in the list for a day."""
    size = (raw.get("ResourceSpec") or {}).get("InstanceType", "")
    if raw.get("Status") not in _RUNNING or size in ("", _SHARED):
        return None
    owner, name = raw.get("UserProfileName") or raw.get("SpaceName") or "", raw["AppName"]
    path = "/".join((raw["DomainId"], owner, raw["AppType"].lower(), name))
    return Resource(
        id=arn("sagemaker", scope.region, scope.account_id, f"app/{path}"),
        kind="sagemaker/app",
        name=f"{owner}/{name}",
        location=scope.location(),
        components=nodes(size),
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
    ),
    describe=describe,
    reason="The instance it runs on; apps on AWS' own shared machines are left out, and no load is told.",
)
