"""Seam between a source of live grid intensities and the rest: what it is, and what it answers.

A module of this package exports one `SOURCE`: plain facts about the source, and a function that
turns one question into intensities. When to ask, how long an answer holds and who serves when it
fails is decided elsewhere, for all alike.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from cloud_carbon_exporter.errors import Malformed
from cloud_carbon_exporter.http.vector import Series


@dataclass(frozen=True, slots=True)
class ZoneIntensity:
    """Grams of CO2eq a kWh in a zone, the mean over [start, end), in Unix seconds.

    zone: in the source's own names, or ours. estimated: the source says that it was not measured
        (yet), or it was forecast. It still serves as the present.
    """

    zone: str
    start: float
    end: float
    grams_per_kilowatt_hour: float
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """One question over [since, now]. zone: in the source's own name, "" for all of them."""

    zone: str
    since: float
    now: float


class Web(Protocol):
    """What a source may do: ask its API, and know its secrets. Every failure is a CollectError."""

    argument: str
    """What followed the source's name in -grid.source: a path, or another base URL."""
    kept: dict[str, tuple[str, float]]
    """What a source keeps from one question to the next: a word, and until when it is good."""

    def secret(self, name: str) -> str:
        """A token or a password. Raises CredentialsMissing where none was configured."""
        ...

    def option(self, name: str) -> str:
        """What was configured beside -grid.source."""
        ...

    async def json(
        self,
        operation: str,
        path: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """GET, as JSON. `path` follows the source's base URL, and may be a whole URL."""
        ...

    async def text(
        self,
        operation: str,
        path: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """GET, as text."""
        ...

    async def samples(self, operation: str, query: str) -> Series:
        """An instant query of a Prometheus, which stands at the source's base URL."""
        ...


Fetch = Callable[[Web, Ask], Awaitable[Sequence[ZoneIntensity]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a source of live intensities is, where and when it is good, and how it is asked.

    name: in -grid.source and in the label `source`. base_url: where it answers. home: where its
        terms stand.
    zones: in words. licence, price, counts: for people; `counts` says which emissions its figures
        hold.
    measured: whether a value is measured, computed from what is measured, or estimated; in words.
    period_seconds: how long one value is for, and so how often it is asked. delay_seconds: how late
        it comes.
    hold_seconds: how long after its end the newest value still speaks for the present.
    identity: it knows grid zones by our names; others are translated by facts, and a zone without a
        name is not asked.
    whole: one answer holds all its zones.
    secrets: names of the tokens it needs. live, forecast: the questions it answers.
    """

    name: str
    base_url: str
    home: str
    zones: str
    licence: str
    price: str
    measured: str
    counts: str
    period_seconds: float
    delay_seconds: float
    hold_seconds: float
    live: Fetch
    forecast: Fetch | None = None
    method: Literal["live", "marginal"] = "live"
    identity: bool = False
    whole: bool = False
    secrets: tuple[str, ...] = ()


def field(of: Any, *path: str | int) -> Any:
    """What lies at a path of a decoded answer. Raises Malformed where it has another shape."""
    for key in path:
        try:
            of = of[key]
        except (KeyError, IndexError, TypeError):
            raise Malformed(f"the answer has no {'.'.join(map(str, path))}") from None
    return of


def number(of: Any) -> float:
    """A number as an API may write it. Raises Malformed."""
    if isinstance(of, bool) or not isinstance(of, int | float | str):
        raise Malformed("a figure of the answer is no number")
    try:
        return float(of)
    except ValueError:
        raise Malformed("a figure of the answer is no number") from None
