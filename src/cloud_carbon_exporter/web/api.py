"""/api/v1: the Snapshot as JSON, for the page and for other programs. All work is done off the event loop."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from typing import Any

from aiohttp import web

from cloud_carbon_exporter.model.types import Row, Snapshot
from cloud_carbon_exporter.web import documents, query
from cloud_carbon_exporter.web.settings import COLLECTOR, SETTINGS, WebSettings

_HEADERS = {"Cache-Control": "no-store"}


def answer(document: dict[str, Any], status: int = 200) -> web.Response:
    """A JSON answer."""
    return web.json_response(document, status=status, headers=_HEADERS)


def error(status: int, message: str, parameter: str = "") -> web.Response:
    """A JSON error: what is wrong, and with which parameter."""
    said = {"status": status, "message": message} | ({"parameter": parameter} if parameter else {})
    return answer({"error": said}, status)


def _snapshot_text(taken: Snapshot, settings: WebSettings) -> str:
    tags = settings.exposition.tags
    return json.dumps(documents.snapshot(taken, tags, settings.version, settings.source_url))


async def snapshot(request: web.Request) -> web.Response:
    """Totals, ledger and health."""
    taken, settings = request.app[COLLECTOR].snapshot, request.app[SETTINGS]
    text = await asyncio.to_thread(_snapshot_text, taken, settings)
    return web.Response(text=text, content_type="application/json", headers=_HEADERS)


def _resources_text(taken: Snapshot, asked: query.Query, tags: tuple[str, ...]) -> str:
    page = query.answer(taken.rows, asked, tags)
    document = {
        "taken_at": taken.taken_at,
        "matching": page.matching,
        "cursor": page.cursor,
        "resources": [documents.resource(row, tags) for row in page.rows],
    }
    return json.dumps(document)


async def resources(request: web.Request) -> web.Response:
    """One page of resources, filtered and sorted."""
    try:
        asked = query.parse(request.query)
    except query.BadQuery as bad:
        return error(400, str(bad), bad.parameter)
    taken, tags = request.app[COLLECTOR].snapshot, request.app[SETTINGS].exposition.tags
    text = await asyncio.to_thread(_resources_text, taken, asked, tags)
    return web.Response(text=text, content_type="application/json", headers=_HEADERS)


def _find(taken: Snapshot, identity: str) -> Row | None:
    return next((row for row in taken.rows if row.resource.id == identity), None)


def explanation(taken: Snapshot, row: Row, tags: tuple[str, ...]) -> dict[str, Any]:
    """A resource, and the sum its figures come from, line by line."""
    return {
        "taken_at": taken.taken_at,
        "resource": documents.resource(row, tags),
        "loads": dict(row.loads),
        "components": [dataclasses.asdict(component) for component in row.resource.components],
    }


async def explained(request: web.Request) -> web.Response:
    """How the figures of one resource came about."""
    taken, tags = request.app[COLLECTOR].snapshot, request.app[SETTINGS].exposition.tags
    identity = request.match_info["id"]
    row = await asyncio.to_thread(_find, taken, identity)
    if row is None:
        return error(404, f"no resource {identity!r} in the newest snapshot", "id")
    return answer(explanation(taken, row, tags))
