"""Sample lines of the per-resource families: the bulk of the text, written with care for time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from cloud_carbon_exporter.exposition.family import Lines, RenderContext
from cloud_carbon_exporter.exposition.label_names import (
    HARDWARE_LABELS,
    INFO_LABELS,
    ORIGIN_LABELS,
    PROVIDER_ID,
)
from cloud_carbon_exporter.exposition.labels import pairs, word
from cloud_carbon_exporter.model.provider_ids import provider_id
from cloud_carbon_exporter.model.snapshot import Row

Value = Callable[[Row], float | None]
"""The number of a row; None where it has none."""

_OUR_LABELS = frozenset(INFO_LABELS)
_OF_WORDS = frozenset({"architecture", "cpu"})


# Comprehensions here: this is the hot loop of a refresh, a million lines for a large estate.
def gauge_lines(value: Value) -> Lines:
    """Lines of a gauge: eight significant digits, far more than an estimate has."""

    def lines(name: str, labels: Sequence[str], rows: Sequence[Row], _: RenderContext) -> list[str]:
        return [
            f"{name}{{{text}}} {number:.8g}\n"
            for text, row in zip(labels, rows, strict=True)
            if (number := value(row)) is not None
        ]

    return lines


def counter_lines(value: Value) -> Lines:
    """Lines of a counter: every digit, so that the smallest step shows."""

    def lines(name: str, labels: Sequence[str], rows: Sequence[Row], _: RenderContext) -> list[str]:
        return [
            f"{name}{{{text}}} {number!r}\n"
            for text, row in zip(labels, rows, strict=True)
            if (number := value(row)) is not None and math.isfinite(number)
        ]

    return lines


def measured_at_lines(
    name: str, labels: Sequence[str], rows: Sequence[Row], context: RenderContext
) -> list[str]:
    """Lines of when the newest utilisation used was measured."""
    return [
        f"{name}{{{text}}} {row.measured_at:.13g}\n"
        for text, row in zip(labels, rows, strict=True)
        if row.measured_at is not None and math.isfinite(row.measured_at)
    ]


def info_lines(
    name: str, labels: Sequence[str], rows: Sequence[Row], context: RenderContext
) -> list[str]:
    """Lines of the info family: what a provider tells of a resource, and how its figures came."""
    lines = []
    for text, row in zip(labels, rows, strict=True):
        footprint = row.footprint
        origin = (footprint.basis, footprint.hardware_basis, footprint.weakness)
        known_as = (PROVIDER_ID, provider_id(row.resource))
        info = [*_told(row), known_as, *zip(ORIGIN_LABELS, origin, strict=True)]
        lines.append(f"{name}{{{text},{pairs(info)}}} 1\n")
    return lines


def _told(row: Row) -> list[tuple[str, str]]:
    """What a provider tells of a resource, as labels: the hardware first, none of our own names."""
    info = row.resource.info
    others = filter(_is_label_name, sorted(info.keys() - _OUR_LABELS))
    return [(name, _as_label(name, info.get(name, ""))) for name in (*HARDWARE_LABELS, *others)]


def _as_label(name: str, told: str) -> str:
    """What is told, as a label: names of clouds as they are, names of products and sizes a word.

    "Xeon Platinum 8175M" and "2 vCPU, 4 GiB" are for people, who have them in the API; and AWS
    says arm64 of a machine and ARM64 of a task.
    """
    return word(told) if name in _OF_WORDS or " " in told else told


def _is_label_name(name: str) -> bool:
    return name.isidentifier() and name.isascii()
