"""Sample lines of the per-resource families: the bulk of the text, so written with care for time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from zlib import crc32

from cloud_carbon_exporter.exposition.families import INFO, RESOURCE
from cloud_carbon_exporter.exposition.labels import LabelCache, pairs
from cloud_carbon_exporter.model.types import Row, Signal, Snapshot

Labelled = tuple[str, Row]
"""A row and the label pairs of its value series."""

Value = Callable[[Row], float | None]
Column = Callable[[Row], object]
"""The part of a row that a family is written from."""

ROWS_A_CHUNK = 3000
"""On average. About one MB of text: large enough to compress well, small beside what a refresh
holds anyway.
"""


def _operational(row: Row) -> float | None:
    emissions = row.footprint.operational_grams_per_second
    return None if emissions is None else emissions.value


def _total(name: str) -> Value:
    part = attrgetter(name)

    def value(row: Row) -> float | None:
        if row.totals is None:
            return None
        number: float = part(row.totals)
        return number if math.isfinite(number) else None

    return value


def _load(signal: Signal) -> Value:
    def value(row: Row) -> float | None:
        return row.loads.get(signal)

    return value


FOOTPRINT, LOADS, TOTALS = attrgetter("footprint"), attrgetter("loads"), attrgetter("totals")
RESOURCE_AND_FOOTPRINT = attrgetter("resource", "footprint")

GAUGES: dict[str, tuple[Column, Value]] = {
    "cloud_carbon_power_watts": (FOOTPRINT, attrgetter("footprint.power_watts.value")),
    "cloud_carbon_power_lower_watts": (FOOTPRINT, attrgetter("footprint.power_watts.lower")),
    "cloud_carbon_power_upper_watts": (FOOTPRINT, attrgetter("footprint.power_watts.upper")),
    "cloud_carbon_operational_emissions_grams_per_second": (FOOTPRINT, _operational),
    "cloud_carbon_embodied_emissions_grams_per_second": (
        FOOTPRINT,
        attrgetter("footprint.embodied_grams_per_second.value"),
    ),
    "cloud_carbon_cpu_utilisation_ratio": (LOADS, _load("cpu_ratio")),
    "cloud_carbon_gpu_utilisation_ratio": (LOADS, _load("gpu_ratio")),
}

COUNTERS: dict[str, Value] = {
    "cloud_carbon_energy_joules_total": _total("energy_joules"),
    "cloud_carbon_operational_emissions_grams_total": _total("operational_grams"),
    "cloud_carbon_embodied_emissions_grams_total": _total("embodied_grams"),
}


@dataclass(slots=True)
class Chunk:
    """Rows that are rendered together. full: their complete label pairs, whatever the value series
    carry.
    """

    rows: Sequence[Labelled]
    full: Sequence[str]
    _labels: Sequence[str] = field(init=False)
    _columns: dict[Column, Sequence[object]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._labels = [labels for labels, _ in self.rows]

    @property
    def name(self) -> str:
        """What no other chunk is called."""
        return self._labels[0]

    def made_of(self, column: Column) -> Sequence[Sequence[object]]:
        """All that the lines of a family are written from: labels, and a part of each row."""
        if column not in self._columns:
            self._columns[column] = [column(row) for _, row in self.rows]
        return [self._labels, self.full, self._columns[column]]


def labelled(
    snapshot: Snapshot, cache: LabelCache, slim: bool
) -> tuple[list[Labelled], Counter[tuple[str, str]]]:
    """Each row with its label text, and how many were left out, by provider and kind, as theirs was
    taken already.
    """
    texts = cache.texts([row.resource for row in snapshot.rows])
    if slim:
        texts = [pairs([("cloud_resource_id", row.resource.id)]) for row in snapshot.rows]
    unique = dict(
        zip(reversed(texts), reversed(snapshot.rows), strict=True)
    )  # the first of equals stays
    dropped: Counter[tuple[str, str]] = Counter()
    if len(unique) < len(texts):
        for text, row in zip(texts, snapshot.rows, strict=True):
            if unique[text] is not row:
                dropped[row.resource.location.provider, row.resource.kind] += 1
    return list(reversed(unique.items())), dropped


def chunks(rows: Sequence[Labelled], full: Sequence[str]) -> Iterator[Chunk]:
    """The rows in portions of about one MB of text.

    What a row is called decides whether a chunk ends with it, so a resource that comes or goes
    changes its own chunk and no other.
    """
    start = 0
    for end, (labels, _) in enumerate(rows, 1):
        if (
            crc32(labels.encode()) % ROWS_A_CHUNK == 0
            or end - start == 2 * ROWS_A_CHUNK
            or end == len(rows)
        ):
            yield Chunk(rows[start:end], full[start:end])
            start = end


def gauge_lines(value: Value, name: str, chunk: Chunk) -> list[str]:
    """Lines of a gauge: eight significant digits, far more than an estimate has."""
    return [
        f"{name}{{{labels}}} {number:.8g}\n"
        for labels, row in chunk.rows
        if (number := value(row)) is not None
    ]


def counter_lines(value: Value, name: str, chunk: Chunk) -> list[str]:
    """Lines of a counter: every digit, so that the smallest step shows."""
    return [
        f"{name}{{{labels}}} {number!r}\n"
        for labels, row in chunk.rows
        if (number := value(row)) is not None
    ]


def age_lines(name: str, taken_at: float, rows: Sequence[Labelled]) -> list[str]:
    """Lines of the age of what was measured; a clock ahead of ours is no negative age."""
    return [
        f"{name}{{{labels}}} {max(0.0, taken_at - row.measured_at):.8g}\n"
        for labels, row in rows
        if row.measured_at is not None and math.isfinite(row.measured_at)
    ]


_TAKEN = frozenset({*RESOURCE, "basis", "reason", "model_version"})


def info_lines(model_version: str, name: str, chunk: Chunk) -> list[str]:
    """Lines of the info family, which always carries the complete label pairs."""
    lines = []
    for (_, row), labels in zip(chunk.rows, chunk.full, strict=True):
        told = row.resource.info
        known = [(key, told.get(key, "")) for key in INFO[:3]]
        others = [
            (key, value)
            for key, value in sorted(told.items())
            if key not in INFO and key not in _TAKEN and key.isidentifier() and key.isascii()
        ]
        how = [
            ("basis", row.footprint.basis),
            ("reason", row.footprint.reason),
            ("model_version", model_version),
        ]
        lines.append(f"{name}{{{labels},{pairs([*known, *others, *how])}}} 1\n")
    return lines
