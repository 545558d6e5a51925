"""Facts: every figure the model stands on, read from the packaged tables of `facts/`.

Its README names columns and licences. Tables are read once, when first asked for; after that
everything here is a pure look-up. A *figure
table* begins with the columns id,value,low,high,unit,basis,source,year; its ids are unique over all
such tables.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Mapping
from importlib.resources import files

from cloud_carbon_exporter.model import place_names, storage
from cloud_carbon_exporter.model.figure import FIGURE_COLUMNS, Figure, parse_figure
from cloud_carbon_exporter.model.intensities import (
    annual_intensities,
    estimate_of,
    widened,
    zone_weights,
)
from cloud_carbon_exporter.model.mean_place import mean_place
from cloud_carbon_exporter.model.types import Location, Place
from cloud_carbon_exporter.model.water import water_of

Row = Mapping[str, str]

_FOLDER = files("cloud_carbon_exporter") / "facts"
_ZONE_SUFFIX = re.compile(r"-?[a-z]$")
_KINDS_APART = frozenset({"local-zone", "wavelength-zone"})
_MAKER = re.compile(r"\b(?:amd|intel|nvidia|platinum|gold|silver|bronze)\b")
_NOISE = re.compile(r"\((?:r|tm)\)|[®™]|\b(?:cpu|processor|with|\d+-core)\b|@.*$")


@functools.cache
def rows(table: str) -> tuple[Row, ...]:
    """All rows of one table ("regions"), every cell as text; FileNotFoundError if there is none."""
    text = (_FOLDER / f"{table}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@functools.cache
def tables() -> tuple[str, ...]:
    """Names of all packaged tables."""
    names = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".csv") for name in names if name.endswith(".csv")))


@functools.cache
def figures() -> Mapping[str, Figure]:
    """All figures by id: the rows of all figure tables, and what classes of storage multiply to."""
    known: dict[str, Figure] = {}
    for table in tables():
        if _is_figure_table(table):
            known |= {row["id"]: parse_figure(row) for row in rows(table)}
    for storage_class in rows("storage_classes"):
        known |= {each.id: each for each in storage.figures_of(storage_class, known)}
    for local_drive in rows("local_drives"):
        known |= {each.id: each for each in storage.local_figures_of(local_drive, known)}
    return known


def _is_figure_table(table: str) -> bool:
    with (_FOLDER / f"{table}.csv").open(encoding="utf-8") as file:
        return file.readline().startswith(",".join(FIGURE_COLUMNS))


def figure(id: str) -> Figure:  # noqa: A002  the word of the tables
    """The figure of that id. KeyError if absent."""
    return figures()[id]


@functools.lru_cache(maxsize=4096)
def microarchitecture(cpu: str) -> str | None:
    """Microarchitecture of a CPU, as an API or a vendor names that; None if unknown.

    "Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz", "AMD Milan", "AMD EPYC 7543", "Cascade Lake".
    """
    name = " ".join(_NOISE.sub(" ", cpu.lower()).split())
    exact = _processors().get(name) or _processors().get(" ".join(_MAKER.sub(" ", name).split()))
    if exact:
        return exact
    for pattern, family in _cpu_patterns():
        if pattern.search(name):
            return family
    return None


@functools.cache
def _processors() -> Mapping[str, str]:
    return {row["name"].lower(): row["microarchitecture"] for row in rows("processors")}


@functools.cache
def _cpu_patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(row["pattern"]), row["microarchitecture"]) for row in rows("cpu_names")
    )


@functools.cache
def _region_rows() -> Mapping[tuple[str, str], Row]:
    return {(row["provider"], row["region"]): row for row in rows("regions")}


def regions(provider: str) -> tuple[str, ...]:
    """Names of all single regions known of a provider, in the table's order."""
    return _of_kind(provider, "region")


def zones(provider: str) -> tuple[str, ...]:
    """Names of all zones that have figures of their own."""
    return _of_kind(provider, "zone")


def _of_kind(provider: str, kind: str) -> tuple[str, ...]:
    return tuple(
        region
        for (owner, region), row in _region_rows().items()
        if owner == provider and row["kind"] == kind
    )


@functools.lru_cache(maxsize=4096)
def place_of(at: Location) -> str:
    """Name of the place whose figures hold where a Location is: most often its region.

    A zone with figures of its own, and one apart from its region, is a place of its own; so is the
    customer's building.
    """
    if at.zone in zones(at.provider):
        return at.zone
    return place_names.place_apart(at) or at.region


@functools.lru_cache(maxsize=4096)
def place(provider: str, region: str) -> Place:
    """Figures of a region, zone, multi-region (its name, or its members joined by +) or "global".

    Never fails. Intensities: "location" first, then "direct", and "market" where there is one; all
    annual and endless. A place within a region, of which nothing more is known, has the region's
    grid within the bounds of all regions'. What is not known at all gets the world's mean grid and
    the provider's (else the industry's) PUE, wide. Both have the basis "assumed".
    """
    key = region.lower()
    row = _row(provider, key)
    members = _members(row, key)
    if members:
        parts = regions(provider) if members == ["*"] else members
        return mean_place(provider, region, tuple(place(provider, part) for part in parts))
    around = "" if row else _region_around(provider, key)
    own = f"{provider}/{row['region'] if row else key}"
    wue = figures().get(f"wue.{own}")
    carbon_free = figures().get(f"carbon_free_ratio.{own}")
    near = _row(provider, around) if around else row
    intensities = annual_intensities(near, figures().get(f"market.{own}"), figures())
    if around:
        intensities = widened(intensities, place(provider, "global").intensities)
    overhead = pue(provider, region)
    guessed = f"assumed PUE of {key}" if row and overhead.basis == "assumed" else ""
    return Place(
        provider,
        region,
        intensities,
        estimate_of(overhead, "measured" if row and not guessed else "assumed"),
        estimate_of(wue) if wue else None,
        carbon_free.value if carbon_free else None,
        place_names.doubt(key) if around else guessed,
        water_of(_own_or_usual("wue", provider, key), near["country"] if near else "", figures()),
    )


def knows(provider: str, region: str) -> bool:
    """Whether a place is known by its name: on its own, within a region, or member by member."""
    key = region.lower()
    row = _row(provider, key)
    if row or "+" not in key:
        return bool(row or _region_around(provider, key))
    return all(knows(provider, member) for member in key.split("+"))


def pue(provider: str, region: str) -> Figure:
    """Figure of a place's PUE: its own, else that of such places, else the provider's."""
    return _own_or_usual("pue", provider, region.lower())


def _own_or_usual(what: str, provider: str, key: str) -> Figure:
    """Figure of a place's own, else that of such places, else the provider's. what: pue, wue."""
    row = _row(provider, key)
    own = figures().get(f"{what}.{provider}/{row['region'] if row else key}")
    if own is not None:
        return own
    if key.endswith(place_names.ON_PREMISES):
        return figure(f"{what}.on_premises")
    elsewhere = row is None and _region_around(provider, key) and not place_names.in_own_campus(key)
    if _kind(row) in _KINDS_APART or elsewhere:
        return figure(f"{what}.edge")
    return figures().get(f"{what}.{provider}") or figure(f"{what}.default")


def _row(provider: str, key: str) -> Row | None:
    """Row of a place; a zone without one of its own has its region's (us-east-1a, europe-west1-b).

    The letter of a zone apart goes too: us-west-2-lax-1a and -1b stand in one city.
    """
    known = _region_rows()
    return known.get((provider, key)) or known.get((provider, _ZONE_SUFFIX.sub("", key)))


def _kind(row: Row | None) -> str:
    return row["kind"] if row else ""


def _region_around(provider: str, key: str) -> str:
    """The known region a place without a row of its own belongs to by its name; empty if none."""
    inside = key.removesuffix(place_names.ON_PREMISES)
    while inside:
        if _kind(_region_rows().get((provider, inside))) == "region":
            return inside
        inside = inside.rpartition("-")[0]
    return ""


def _members(row: Row | None, key: str) -> list[str]:
    """Regions a place is made of: as its row says, or joined by + where no row knows it."""
    if row:
        return row["members"].split()
    return key.split("+") if "+" in key else []


@functools.lru_cache(maxsize=4096)
def grid_zones(provider: str, region: str) -> Mapping[str, float]:
    """Grid zones that feed a region, with their weights (sum 1).

    Empty where the region is not known, or everywhere. A region of several zones or members has
    the mean of its members, in equal parts.
    """
    row = _region_rows().get((provider, region.lower()))
    members = _members(row, region.lower())
    if members == ["*"] or not (row or members):
        return {}
    if not members:
        return dict(zone_weights(row["grid"])) if row else {}
    zones_of_members: dict[str, float] = {}
    for member in members:
        for zone, weight in grid_zones(provider, member).items():
            zones_of_members[zone] = zones_of_members.get(zone, 0) + weight / len(members)
    return zones_of_members


@functools.cache
def zone_names(grid_source: str) -> Mapping[str, str]:
    """Names a source of live intensities has for grid zones; empty for one that has ours."""
    of_source = (row for row in rows("grid_zones") if row["grid_source"] == grid_source)
    return {row["zone"]: row["name"] for row in of_source}
