"""Settings of the grid: an order of preference of sources, per zone, with their secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
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
    """One source of the order.

    zone: the grid zone it is for; empty for all. argument: what followed its name.
    """

    source: Source
    argument: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class GridSettings:
    """Settings of the grid.

    preferences: the sources, the preferred first; the annual facts always follow. method: what
        emissions use. secrets, options: by name.
    compare: also expose what each of the other methods comes to.
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

    def preferred(self, zone: str, method: Method) -> Iterator[tuple[int, Preference]]:
        """Rank and preference of the sources that are to speak of a zone, the best first."""
        for rank, preference in enumerate(self.preferences):
            if preference.source.method == method and preference.zone in ("", zone):
                yield rank, preference


def preferences(words: Sequence[str]) -> tuple[Preference, ...]:
    """Preferences of `[ZONE=]source[:argument]` words.

    Raises ValueError for what is no source, or lacks its argument.
    """
    return tuple(_preference(word) for word in words if word != FACTS)


def _preference(word: str) -> Preference:
    of_zone = _OF_ZONE.fullmatch(word)
    zone, rest = (of_zone[1], of_zone[2]) if of_zone else ("", word)
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
