"""/api/v1: the Snapshot as JSON, for the page and for other programs. All work is done off the
event loop.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from cloud_carbon_exporter.model.estimate import NOWHERE
from cloud_carbon_exporter.model.explain import explain
from cloud_carbon_exporter.model.types import Place, Row, Snapshot
from cloud_carbon_exporter.web import documents, query
from cloud_carbon_exporter.web.history import HISTORY
from cloud_carbon_exporter.web.settings import SERVING, WebSettings

_HEADERS = {"Cache-Control": "no-store"}


def answer(document: dict[str, Any], status: int = 200) -> web.Response:
    """A JSON answer."""
    return web.json_response(document, status=status, headers=_HEADERS)


def error(status: int, message: str, parameter: str = "") -> web.Response:
    """A JSON error: what is wrong, and with which parameter."""
    said = {"status": status, "message": message} | ({"parameter": parameter} if parameter else {})
    return answer({"error": said}, status)


@dataclass(slots=True)
class Cache:
    """The JSON of the newest Snapshot, made once however many ask."""

    taken: Snapshot | None = None
    text: str = ""
    making: asyncio.Lock = field(default_factory=asyncio.Lock)


CACHE: web.AppKey[Cache] = web.AppKey("cache")


def _snapshot_text(taken: Snapshot, settings: WebSettings) -> str:
    tags = settings.exposition.tags
    return json.dumps(documents.snapshot(taken, tags, settings.version, settings.source))


async def snapshot(request: web.Request) -> web.Response:
    """Totals, ledger and health; 304 when the client has them already."""
    serving, cache = request.app[SERVING], request.app[CACHE]
    taken, settings = serving.collector.snapshot, serving.settings
    tag = f"{taken.taken_at}-{taken.first_collection_done}"
    headers = {"Cache-Control": "no-cache", "ETag": f'"{tag}"'}
    if any(each.value == tag for each in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    async with cache.making:
        if cache.taken is not taken:
            cache.text = await asyncio.to_thread(_snapshot_text, taken, settings)
            cache.taken = taken
        text = cache.text
    response = web.Response(text=text, content_type="application/json", headers=headers)
    response.enable_compression()
    return response


async def history(request: web.Request) -> web.Response:
    """The course of the totals since the start."""
    return answer(request.app[HISTORY].document())


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
    serving = request.app[SERVING]
    taken, tags = serving.collector.snapshot, serving.settings.exposition.tags
    text = await asyncio.to_thread(_resources_text, taken, asked, tags)
    return web.Response(text=text, content_type="application/json", headers=_HEADERS)


def _find(taken: Snapshot, identity: str) -> Row | None:
    return next((row for row in taken.rows if row.resource.id == identity), None)


def _place_of(taken: Snapshot, row: Row) -> Place | None:
    at = row.resource.location
    return next(
        (
            place
            for place in taken.places
            if (place.provider, place.region) == (at.provider, at.region)
        ),
        None,
    )


def explanation(taken: Snapshot, row: Row, tags: tuple[str, ...]) -> dict[str, Any]:
    """A resource, and the sum its figures come from, line by line; without its place, PUE is 1 and
    no grid is known.
    """
    place = _place_of(taken, row) or NOWHERE
    intensity = place.intensities[0] if place.intensities else None
    return {
        "taken_at": taken.taken_at,
        "resource": documents.resource(row, tags),
        "loads": dict(row.loads),
        "terms": [
            dataclasses.asdict(term) for term in explain(row.resource, row.loads, place, intensity)
        ],
    }


async def explained(request: web.Request) -> web.Response:
    """How the figures of one resource came about."""
    serving = request.app[SERVING]
    taken, tags = serving.collector.snapshot, serving.settings.exposition.tags
    identity = request.match_info["id"]
    row = await asyncio.to_thread(_find, taken, identity)
    if row is None:
        return error(404, f"no resource {identity!r} in the newest snapshot", "id")
    return answer(explanation(taken, row, tags))
