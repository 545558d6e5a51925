"""/api/v1/treemap: the estate now, in groups and what is in them, each with what it emits."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from aiohttp import web

from cloud_carbon_exporter.exposition.labels import tag_label, tag_pairs
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.web.api.answers import error_answer, json_answer
from cloud_carbon_exporter.web.api.json_objects import JsonObject
from cloud_carbon_exporter.web.api.measures import (
    BY_DEFAULT,
    MEASURE_DEFAULT,
    MEASURES,
    check_parameters,
    one_named,
)
from cloud_carbon_exporter.web.api.resource_query import WORDS, BadQuery
from cloud_carbon_exporter.web.settings import SERVING

PARAMETERS = ("by", "measure")
MOST_GROUPS = 12
MOST_PARTS = 12
"""Groups, and parts of one, that are told by name; what is left of them is one more."""

_LABELS = ("cloud_provider", "cloud_account_id", "cloud_region", "kind", "basis")


@dataclass(slots=True)
class _Tile:
    """What a tile stands for: sums over its resources."""

    resources: int = 0
    watts: float = 0.0
    operational: float = 0.0
    embodied: float = 0.0

    def add(self, other: _Tile) -> None:
        """Take another tile in."""
        self.resources += other.resources
        self.watts += other.watts
        self.operational += other.operational
        self.embodied += other.embodied

    def size(self, measure: str) -> float:
        """Its size in one measure."""
        if measure == "power":
            return self.watts
        sizes = {"operational": self.operational, "embodied": self.embodied}
        return sizes.get(measure, self.operational + self.embodied)


def _tile(row: Row) -> _Tile:
    footprint = row.footprint
    grams = footprint.operational_grams_per_second
    return _Tile(
        1,
        footprint.power_watts.value,
        grams.value if grams else 0.0,
        footprint.embodied_grams_per_second.value,
    )


def _told(name: str | None, tile: _Tile, measure: str) -> JsonObject:
    """A tile as JSON. name: null for all that have none of their own."""
    return {
        "name": name,
        "resources": tile.resources,
        "value": tile.size(measure),
        "power_watts": tile.watts,
        "operational_emissions_grams_per_second": tile.operational,
        "embodied_emissions_grams_per_second": tile.embodied,
    }


def _sum(tiles: Iterable[_Tile]) -> _Tile:
    whole = _Tile()
    for tile in tiles:
        whole.add(tile)
    return whole


def _largest(tiles: Mapping[str, _Tile], most: int, measure: str) -> list[JsonObject]:
    ranked = sorted(tiles, key=lambda name: (-tiles[name].size(measure), name))
    told = [_told(name, tiles[name], measure) for name in ranked[:most]]
    if left := ranked[most:]:
        told.append(_told(None, _sum(tiles[name] for name in left), measure))
    return told


def _label_value(by: str, tags: tuple[str, ...]) -> Callable[[Row], str]:
    if by in WORDS:
        return WORDS[by]
    return lambda row: dict(tag_pairs(row.resource.tags, tags)).get(by, "")


def treemap(taken: Snapshot, by: str, measure: str, tags: tuple[str, ...]) -> list[JsonObject]:
    """Groups by one label, the largest first, each with its parts: its services, or its regions."""
    outer = _label_value(by, tags)
    within = "cloud_region" if by == "kind" else "kind"
    inner = WORDS[within]
    groups: defaultdict[str, defaultdict[str, _Tile]] = defaultdict(lambda: defaultdict(_Tile))
    for row in taken.rows:
        groups[outer(row)][inner(row)].add(_tile(row))
    wholes = {name: _sum(parts.values()) for name, parts in groups.items()}
    told = _largest(wholes, MOST_GROUPS, measure)
    for group in told:
        parts = groups[group["name"]] if group["name"] is not None else {}
        group["parts"] = _largest(parts, MOST_PARTS, measure)
    return told


def treemap_labels(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Labels the estate may be grouped by."""
    return (*_LABELS, *dict.fromkeys(map(tag_label, tags)))


async def treemap_answer(request: web.Request) -> web.Response:
    """The estate in tiles."""
    serving = request.app[SERVING]
    taken, tags = serving.collector.snapshot, serving.settings.exposition.tags
    try:
        check_parameters(request.query, PARAMETERS)
        by = one_named(request.query, "by", treemap_labels(tags), BY_DEFAULT)
        measure = one_named(request.query, "measure", tuple(MEASURES), MEASURE_DEFAULT)
    except BadQuery as bad:
        return error_answer(400, str(bad), bad.parameter)
    groups = await asyncio.to_thread(treemap, taken, by, measure, tags)
    body = {
        "taken_at": taken.taken_at,
        "by": by,
        "within": "cloud_region" if by == "kind" else "kind",
        "measure": measure,
        "unit": MEASURES[measure].unit,
        "groups": groups,
    }
    return json_answer(body)
