"""Pools of WorkSpaces: desktops without an owner, lent for a session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one
from cloud_carbon_exporter.providers.aws.describing.desktops import desktop
from cloud_carbon_exporter.providers.aws.describing.hardware import times, volume
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "workspaces/workspaces_pool"
STATES = states(
    running="RUNNING STARTING STOPPING UPDATING", stopped="STOPPED", gone="CREATING DELETING"
)
_DAY = 86400.0
_BUNDLES = "workspaces:DescribeWorkspaceBundles"


async def bundles(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Mapping[str, Any]:
    """Bundles of the pools, by their ids: they tell the machine, and do not change."""
    wanted = {str(raw["BundleId"]) for raw in page if raw.get("BundleId")}
    answers = await one_by_one(
        client,
        scope,
        "workspaces",
        "DescribeWorkspaceBundles",
        {name: {"BundleIds": [name]} for name in sorted(wanted)},
        seconds=_DAY,
        permission=_BUNDLES,
    )
    known: dict[str, Any] = {}
    for name, answer in answers.items():
        for bundle in answer.get("Bundles", ()):
            known[name] = bundle
    return known


def describe(raw: Raw, scope: Scope) -> Description:
    """One pool: the desktops that wait or work; of one that stops by itself, those that work."""
    capacity = raw.get("CapacityStatus") or {}
    bundle = scope.catalogue.get(str(raw.get("BundleId")), {})
    # CapacityStatus: actual sessions are those that stream and those that are free to.
    word = "ActiveUserSessions" if raw.get("RunningMode") == "AUTO_STOP" else "ActualUserSessions"
    awake, there = capacity.get(word) or 0, capacity.get("ActualUserSessions") or 0
    size = (bundle.get("ComputeType") or {}).get("Name", "")
    root_gib = (bundle.get("RootStorage") or {}).get("Capacity")
    machines = times(desktop(size or "STANDARD"), awake) if awake else ()
    disks = times(volume(root_gib), there) if there else ()
    return parse(raw, scope, raw["PoolArn"], raw["PoolName"]).described(
        running=(*machines, *disks),
        state=raw.get("State", ""),
        info={"host_type": size, "lifecycle": raw.get("RunningMode")},
        started=raw.get("CreatedAt"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="workspaces",
        operation="DescribeWorkspacesPools",
        scope="region",
        items="WorkspacesPools[]",
        kind_of=lambda raw: KIND,
        permissions=("workspaces:DescribeWorkspacesPools", _BUNDLES),
        lookup=bundles,
    ),
    states=STATES,
    describe=describe,
    reason=(
        "A desktop of its bundle for each session there is room for; "
        "of a pool that stops by itself, for each that is used."
    ),
)
