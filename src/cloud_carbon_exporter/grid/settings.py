"""What was configured of the grid: an order of preference of sources, per zone, with their secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cloud_carbon_exporter.grid.sources import SOURCES
from cloud_carbon_exporter.grid.spec import Source
from cloud_carbon_exporter.model.grid import Method

FACTS = "facts"
_OF_ZONE = re.compile(r"([A-Z]{2}(?:-[A-Z0-9]+)*)=(.*)")
_NEEDS_ARGUMENT = {
    "file": "a path or a URL, as in file:grid.csv",
    "prometheus": "a URL, as in prometheus:http://host:9090",
}


@dataclass(frozen=True, slots=True)
class Preference:
    """One source of the order. zone: the grid zone it is for; empty for all. argument: what
    followed its name.
    """

    source: Source
    argument: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class GridSettings:
    """preferences: the sources, the preferred first; the annual facts always follow. method: what
    emissions use.

    secrets, options: by name. compare: also expose what each of the other methods comes to.
    patience_seconds: how long the first answers are waited for before the annual facts serve alone.
    places: (provider, region) that are wanted though nothing stands there.
    """

    preferences: tuple[Preference, ...] = ()
    method: Method = "location"
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    compare: bool = False
    patience_seconds: float = 5
    places: tuple[tuple[str, str], ...] = ()


def preferences(words: Sequence[str]) -> tuple[Preference, ...]:
    """Read `[ZONE=]source[:argument]` words. Raises ValueError for what is no source, or lacks its
    argument.
    """
    return tuple(_preference(word) for word in words if word != FACTS)


def _preference(word: str) -> Preference:
    found = _OF_ZONE.fullmatch(word)
    zone, rest = (found[1], found[2]) if found else ("", word)
    name, _, argument = rest.partition(":")
    source = SOURCES.get(name)
    if source is None:
        told = word.partition(":")[0]  # what follows may hold a password
        raise ValueError(f'holds "{told}", which is no source')
    if name in _NEEDS_ARGUMENT and not argument:
        raise ValueError(f'holds "{name}:", which lacks {_NEEDS_ARGUMENT[name]}')
    if argument and name != "file" and not argument.startswith(("http://", "https://")):
        raise ValueError(f'holds "{name}:...": what follows is not a URL')
    return Preference(source, argument, zone)
