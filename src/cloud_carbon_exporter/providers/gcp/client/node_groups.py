"""Nodes of sole-tenant node groups, which tell what instances hold of them and what is free."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.providers.gcp.client.http import Call, Rest
from cloud_carbon_exporter.providers.spec import Raw

log = logging.getLogger(__name__)

PERMISSION = "compute.nodeGroups.get"
_TYPE, _HOST = "compute.googleapis.com/NodeGroup", "//compute.googleapis.com/"


async def nodes(rest: Rest, page: Sequence[Raw]) -> Mapping[str, Sequence[Raw]]:
    """Nodes of each group of a page, by the group's id; the group itself names no type of node.

    One that is refused is logged and left out. No API lists the nodes of several groups at once.
    """
    listed: dict[str, Sequence[Raw]] = {}
    for raw in page:
        name = raw.get("name", "")
        if raw.get("assetType") != _TYPE or not name.startswith(f"{_HOST}projects/"):
            continue
        try:
            listed[name.removeprefix("//")] = await _of_group(rest, name.removeprefix(_HOST))
        except CollectError as error:
            log.warning("nodes are not readable, their group is guessed: %s", error)
    return listed


async def _of_group(rest: Rest, path: str) -> Sequence[Raw]:
    call = Call(
        api="compute",
        operation="nodeGroups.listNodes",
        path=f"compute/v1/{path}/listNodes",
        account_id=path.split("/")[1],
        params=(("maxResults", "500"),),
        permissions=(PERMISSION,),
        body={},
    )
    nodes: list[Raw] = []
    async for page in rest.pages(call):
        nodes.extend(call.listed(page, "items"))
    return nodes
