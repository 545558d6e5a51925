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
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib.resources import files

from cloud_carbon_exporter.model import place_names, storage
from cloud_carbon_exporter.model.figure import FIGURE_COLUMNS, Figure, parse_figure
from cloud_carbon_exporter.model.mean_place import mean_place
from cloud_carbon_exporter.model.types import Basis, CarbonIntensity, Estimate, Location, Place

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

    Never fails. Intensities: "location" first, then "market" where the provider publishes one; both
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
    overhead = pue(provider, region)
    guessed = f"assumed PUE of {key}" if row and overhead.basis == "assumed" else ""
    return Place(
        provider,
        region,
        _intensities_around(provider, around) if around else _intensities(row, own),
        _estimate(overhead, "measured" if row and not guessed else "assumed"),
        _estimate(wue) if wue else None,
        carbon_free.value if carbon_free else None,
        place_names.doubt(key) if around else guessed,
    )


def pue(provider: str, region: str) -> Figure:
    """Figure of a place's PUE: its own, else that of such places, else the provider's."""
    key = region.lower()
    row = _row(provider, key)
    own = figures().get(f"pue.{provider}/{row['region'] if row else key}")
    if own is not None:
        return own
    if key.endswith(place_names.ON_PREMISES):
        return figure("pue.on_premises")
    elsewhere = row is None and _region_around(provider, key) and not place_names.in_own_campus(key)
    if _kind(row) in _KINDS_APART or elsewhere:
        return figure("pue.edge")
    return figures().get(f"pue.{provider}") or figure("pue.default")


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


def _intensities(row: Row | None, own: str) -> tuple[CarbonIntensity, ...]:
    market = figures().get(f"market.{own}")
    if market is None:
        return (_location_intensity(row),)
    return _location_intensity(row), _annual((market,), _estimate(market), "market")


def _intensities_around(provider: str, region: str) -> tuple[CarbonIntensity, ...]:
    """The region's grid as the best guess for what lies elsewhere, as wide as all regions' grids.

    Half of the zones that have rows are within 17 % of their region's grid, and within 30 % of the
    world's; the farthest have a sixth of it (Auckland) and 17 times as much (Casablanca).
    """
    nearest = _location_intensity(_row(provider, region))
    grams = nearest.grams_per_kilowatt_hour
    anywhere = place(provider, "global").intensities[0].grams_per_kilowatt_hour
    lower, upper = min(grams.lower, anywhere.lower), max(grams.upper, anywhere.upper)
    return (
        replace(
            nearest, grams_per_kilowatt_hour=Estimate(grams.value, lower, upper, basis="assumed")
        ),
    )


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
        return dict(_weights(row["grid"])) if row else {}
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


def _weights(grid: str) -> Iterable[tuple[str, float]]:
    """ "ZONE" or "ZONE:0.7 OTHER:0.3"."""
    for part in grid.split():
        zone, _, weight = part.partition(":")
        yield zone, float(weight or 1)


def _location_intensity(row: Row | None) -> CarbonIntensity:
    if row is None:
        world = figure("grid.ember.WORLD")
        return _annual((world,), _estimate(world, "assumed"), "location")
    value = lower = upper = 0.0
    used: list[Figure] = []
    for zone, weight in _weights(row["grid"]):
        mean = figure(f"grid.electricitymaps.{zone}")
        value += mean.value * weight
        lower += mean.low * weight
        upper += mean.high * weight
        used.append(mean)
    lower, upper = min(lower, value), max(upper, value)
    for rival in map(figure, row["rivals"].split()):
        lower, upper = min(lower, rival.low), max(upper, rival.high)
        used.append(rival)
    margin = figure("grid.margin").value
    grams = Estimate(value, lower * (1 - margin), upper * (1 + margin))
    return _annual(tuple(used), grams, "location")


def _annual(used: tuple[Figure, ...], grams: Estimate, method: str) -> CarbonIntensity:
    return CarbonIntensity(
        grams,
        "market" if method == "market" else "location",
        used[0].source,
        used[0].year,
        facts=tuple(each.id for each in used),
    )


def _estimate(known: Figure, basis: Basis = "measured") -> Estimate:
    return Estimate(known.value, known.low, known.high, basis)
