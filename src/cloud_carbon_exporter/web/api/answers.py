"""Answers of /api/v1: the Snapshot as JSON. All work is done off the event loop."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from dataclasses import dataclass, field
from zlib import crc32

from aiohttp import web

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import NOWHERE
from cloud_carbon_exporter.model.explain import explain
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.sums import footprint_sum
from cloud_carbon_exporter.model.types import Place
from cloud_carbon_exporter.web.api import json_objects
from cloud_carbon_exporter.web.api.certainty import certainty
from cloud_carbon_exporter.web.api.json_objects import JsonObject
from cloud_carbon_exporter.web.api.resource_query import BadQuery, ResourceQuery, page_of, parse
from cloud_carbon_exporter.web.settings import SERVING, WebSettings

_HEADERS = {"Cache-Control": "no-store"}


def json_answer(body: JsonObject, status: int = 200) -> web.Response:
    """A JSON answer; compressed where it may be long, and its reader takes that."""
    if status == 200:
        return text_answer(json.dumps(body))
    return web.json_response(body, status=status, headers=_HEADERS)


def text_answer(text: str, content_type: str = "application/json") -> web.Response:
    """An answer that was written before, compressed where its reader takes that."""
    response = web.Response(text=text, content_type=content_type, headers=_HEADERS)
    response.enable_compression()
    return response


def error_answer(status: int, message: str, parameter: str = "") -> web.Response:
    """A JSON error: what is wrong, and with which parameter."""
    error: JsonObject = {"status": status, "message": message}
    if parameter:
        error["parameter"] = parameter
    return json_answer({"error": error}, status)


@dataclass(slots=True)
class SnapshotCache:
    """The JSON of the newest Snapshot, made once however many ask."""

    taken: Snapshot | None = None
    progress: str = ""
    text: str = ""
    making: asyncio.Lock = field(default_factory=asyncio.Lock)


SNAPSHOT_CACHE: web.AppKey[SnapshotCache] = web.AppKey("snapshot cache")
OPENAPI: web.AppKey[JsonObject] = web.AppKey("openapi")


def _snapshot_text(taken: Snapshot, progress: str, settings: WebSettings) -> str:
    tags = settings.exposition.tags
    told = json_objects.snapshot(taken, tags, settings.version, settings.source)
    return json.dumps({**told, "partial": progress, "certainty": certainty(taken)})


async def snapshot_answer(request: web.Request) -> web.Response:
    """Totals, ledger and health; 304 when the client has them already."""
    serving, cache = request.app[SERVING], request.app[SNAPSHOT_CACHE]
    taken, settings = serving.collector.snapshot, serving.settings
    # what a first collection waits for changes between two Snapshots, and is then the news
    progress = taken.progress and (serving.collector.progress or taken.progress)
    tag = f"{taken.taken_at}-{crc32(progress.encode()):x}" if progress else f"{taken.taken_at}"
    headers = {"Cache-Control": "no-cache", "ETag": f'"{tag}"'}
    if any(known.value == tag for known in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    async with cache.making:
        # The page of every open browser asks at once when a refresh ends: the first makes it, all
        # get it.
        if cache.taken is not taken or cache.progress != progress:
            cache.text = await asyncio.to_thread(_snapshot_text, taken, progress, settings)
            cache.taken, cache.progress = taken, progress
        text = cache.text
    response = web.Response(text=text, content_type="application/json", headers=headers)
    response.enable_compression()
    return response


async def openapi_answer(request: web.Request) -> web.Response:
    """The OpenAPI document."""
    return json_answer(request.app[OPENAPI])


def _resource(row: Row, tags: tuple[str, ...]) -> JsonObject:
    """A resource, what it emits altogether, and the loads that were read of it."""
    footprint = row.footprint
    emissions = None  # where no grid is known, embodied emissions alone are not all
    if footprint.operational_grams_per_second is not None:
        emissions = footprint_sum([footprint]).emissions_grams_per_second.estimate
    return {
        **json_objects.resource(row, tags),
        "emissions_grams_per_second": json_objects.estimate(emissions),
        "loads": dict(row.loads),
    }


def _resources_text(taken: Snapshot, query: ResourceQuery, tags: tuple[str, ...]) -> str:
    page = page_of(taken.rows, query, tags)
    return json.dumps(
        {
            "taken_at": taken.taken_at,
            "partial": taken.progress,
            "matching": page.matching,
            "cursor": page.cursor,
            "resources": [_resource(row, tags) for row in page.rows],
        }
    )


async def resources_answer(request: web.Request) -> web.Response:
    """One page of resources, filtered and sorted."""
    try:
        query = parse(request.query)
    except BadQuery as bad:
        return error_answer(400, str(bad), bad.parameter)
    serving = request.app[SERVING]
    taken, tags = serving.collector.snapshot, serving.settings.exposition.tags
    text = await asyncio.to_thread(_resources_text, taken, query, tags)
    response = web.Response(text=text, content_type="application/json", headers=_HEADERS)
    response.enable_compression()
    return response


def _row_of(taken: Snapshot, resource_id: str) -> Row | None:
    for row in taken.rows:
        if row.resource.id == resource_id:
            return row
    return None


def _place_of(taken: Snapshot, row: Row) -> Place:
    """The place of a row; without one PUE is 1 and no grid is known."""
    location = row.resource.location
    here = location.provider, facts.place_of(location)
    for place in taken.places:
        if (place.provider, place.region) == here:
            return place
    return NOWHERE


def explanation(taken: Snapshot, row: Row, tags: tuple[str, ...]) -> JsonObject:
    """A resource, and the sum its figures come from, line by line."""
    place = _place_of(taken, row)
    intensity = place.intensities[0] if place.intensities else None
    terms = explain(row.resource, row.loads, place, intensity)
    return {
        "taken_at": taken.taken_at,
        "resource": _resource(row, tags),
        "loads": dict(row.loads),
        "terms": list(map(dataclasses.asdict, terms)),
    }


async def explanation_answer(request: web.Request) -> web.Response:
    """How the figures of one resource came about."""
    serving = request.app[SERVING]
    taken, tags = serving.collector.snapshot, serving.settings.exposition.tags
    resource_id = request.match_info["id"]
    row = await asyncio.to_thread(_row_of, taken, resource_id)
    if row is None:
        return error_answer(404, f"no resource {resource_id!r} in the newest snapshot", "id")
    return json_answer(explanation(taken, row, tags))
