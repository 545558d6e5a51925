"""Pages and errors as Scaleway's gateway answers them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

LARGEST_PAGE = {"instance": 100, "product-catalog": 1000}


def page(
    request: web.Request, path: str, items: str, objects: list[Any] | dict[str, Any]
) -> web.Response:
    """One page, counted in the header by Instances and in the body by all others."""
    api = path.split("/", 1)[0]
    size_name = "per_page" if api == "instance" else "page_size"
    size = min(int(request.query.get(size_name, "20")), LARGEST_PAGE.get(api, 100))
    number = int(request.query.get("page", "1"))
    keys: Sequence[Any] = list(objects)
    chosen = keys[(number - 1) * size : number * size]
    content = {key: objects[key] for key in chosen} if isinstance(objects, dict) else chosen
    total = len(objects)
    uncounted = api == "instance" or "server-types" in path
    body = {items: content} if uncounted else {items: content, "total_count": total}
    return web.json_response(
        body, headers={"X-Total-Count": str(total)} if api == "instance" else {}
    )


def events(
    request: web.Request, by_region: Mapping[str, list[dict[str, Any]]] | None, region: str
) -> web.Response:
    """A page of the audit trail, whose token says where the next begins."""
    if by_region is None:
        return error(403, "permissions_denied", "insufficient permissions")
    if region not in by_region:
        return error(404, "unknown_resource", "no audit trail here")
    query = request.query
    assert query["resource_type"] == "instance_server" and query["status"] == "200"
    assert query["order_by"] == "recorded_at_desc"
    first, size = int(query.get("page_token", "0")), int(query["page_size"])
    listed = by_region[region][first : first + size]
    more = first + size < len(by_region[region])
    return web.json_response(
        {"events": listed, "next_page_token": str(first + size) if more else None}
    )


def in_states(
    request: web.Request, objects: list[Any] | dict[str, Any]
) -> list[Any] | dict[str, Any]:
    """Of the runs of jobs those in the states asked for, newest first."""
    states = request.query.getall("states", [])
    if not states or not isinstance(objects, list):
        return objects
    asked = [run for run in objects if run["state"] in states]
    assert request.query["order_by"] == "created_at_desc"
    return sorted(asked, key=lambda run: str(run["created_at"]), reverse=True)


def error(status: int, kind: str, message: str) -> web.Response:
    return web.json_response({"type": kind, "message": message}, status=status)
