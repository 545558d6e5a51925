"""A clock, a bill and a log for tests of the Feed, and Feeds that ask the fake sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cloud_carbon_exporter.grid import Feed, GridSettings, preferences
from cloud_carbon_exporter.model.grid import Method
from tests.fakes.grid import TOKEN, GridApis

NOON = 1_790_078_400.0  # 2026-09-22 12:00 UTC
SECRETS = {
    "electricitymaps-token": TOKEN,
    "entsoe-token": TOKEN,
    "eia-key": TOKEN,
    "watttime-username": "user",
    "watttime-password": TOKEN,
}
PLACES = {  # a place whose grid each source knows, as (provider, region)
    "electricitymaps": ("aws", "eu-north-1"),
    "entsoe": ("aws", "eu-west-3"),
    "gb": ("aws", "eu-west-2"),
    "gb-regional": ("gcp", "europe-west2"),
    "rte": ("scaleway", "fr-par"),
    "energinet": ("aws", "eu-north-1"),
    "eia": ("aws", "us-east-1"),
    "watttime": ("aws", "us-west-1"),
    "prometheus": ("gcp", "europe-west9"),
}


@dataclass
class Clock:
    """A moment that moves when told to."""

    now: float = NOON + 1000

    def __call__(self) -> float:
        return self.now


@dataclass
class Told:
    """What a Feed counted and said."""

    calls: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    errors: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    said: dict[object, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def call(
        self, *, account_id: str, api: str, operation: str, outcome: str = "success", units: int = 0
    ) -> None:
        """A Meter."""
        self.calls[api, operation, outcome] += 1

    def error(self, provider: str, operation: str, reason: str) -> None:
        """A counter of errors."""
        self.errors[provider, operation, reason] += 1

    def failed(self, thing: object, error: object) -> None:
        """A log that says a change once."""
        if self.said.get(thing) != str(error):
            self.said[thing] = str(error)
            self.lines.append(str(error))

    def well(self, thing: object, text: str) -> None:
        """A log that says an end once."""
        if self.said.pop(thing, None) is not None:
            self.lines.append(f"{text}: works again")


def feed(
    words: Sequence[str],
    clock: Clock,
    told: Told,
    *,
    method: Method = "live",
    secrets: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
) -> Feed:
    """A Feed of the sources the words name."""
    settings = GridSettings(
        preferences(words), method, SECRETS if secrets is None else secrets, options or {}
    )
    return Feed(settings, told, told.error, told, clock)


def table(path: Path, *rows: str) -> str:
    """A file source of one's own; the word that names it."""
    path.write_text("\n".join(["zone,grams_per_kilowatt_hour,start,end", *rows]), encoding="utf-8")
    return f"file:{path}"


def value(
    of: Feed, source: str, clock: Clock, method: Method = "live"
) -> tuple[float, str, bool] | None:
    """Grams, source and whether estimated, in force now in the source's place."""
    spans = of.spans(PLACES[source], method)
    in_force = [span for span in spans if span.start <= clock.now < span.end]
    assert len(in_force) < 2
    for span in in_force:
        return span.grams_per_kilowatt_hour, span.source, span.estimated
    return None


__all__ = ["NOON", "PLACES", "SECRETS", "Clock", "GridApis", "Told", "feed", "table", "value"]
