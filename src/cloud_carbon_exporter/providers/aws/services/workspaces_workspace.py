"""WorkSpaces: the desktop's machine while it runs, and its two volumes as long as it exists."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.desktops import desktop
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "workspaces/workspace"
STATES = states(
    running=(
        "PENDING AVAILABLE IMPAIRED UNHEALTHY REBOOTING STARTING REBUILDING RESTORING"
        " MAINTENANCE ADMIN_MAINTENANCE UPDATING"
    ),
    stopped="STOPPING STOPPED SUSPENDED ERROR",
    gone="TERMINATING TERMINATED",
)


def _arn(raw: Raw, scope: Scope) -> str:
    return arn("workspaces", scope.region, scope.account_id, f"workspace/{raw['WorkspaceId']}")


async def workspaces(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The desktops with their tags."""
    return await tagged(client, scope, page, "workspaces:workspace", lambda raw: _arn(raw, scope))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One desktop."""
    workspace_id, settings = raw["WorkspaceId"], raw.get("WorkspaceProperties") or {}
    name = raw.get("WorkspaceName") or raw.get("UserName") or workspace_id
    bundle = settings.get("ComputeTypeName", "")
    # The root volume and the user's.
    disk_gib = (settings.get("RootVolumeSizeGib") or 0) + (settings.get("UserVolumeSizeGib") or 0)
    return parse(raw, scope, _arn(raw, scope), name).described(
        running=desktop(bundle or "STANDARD"),
        kept=(Component("block", "aws/gp3", float(disk_gib)),),
        state=raw.get("State", ""),
        monitor={"WorkspaceId": workspace_id},
        info={"host_type": bundle, "lifecycle": settings.get("RunningMode")},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="workspaces",
        operation="DescribeWorkspaces",
        scope="region",
        items="Workspaces[]",
        kind_of=lambda raw: KIND,
        permissions=("workspaces:DescribeWorkspaces",),
        expand=workspaces,
    ),
    states=STATES,
    describe=describe,
    metrics=(percent("cpu_ratio", "AWS/WorkSpaces", "CPUUsage", {"WorkspaceId": "WorkspaceId"}),),
    reason=(
        "The vCPUs and memory of its bundle at their measured load, while it runs, and its volumes."
    ),
)
