"""Intensity over time, from several sources: which of them holds at each moment, and what several
zones make. Pure.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from cloud_carbon_exporter.grid.spec import Reading
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.types import CarbonIntensity, Estimate


@dataclass(frozen=True, slots=True)
class Piece:
    """An intensity over [start, end), and who says so. Pieces of one sequence ascend and do not
    overlap.
    """

    start: float
    end: float
    grams_per_kilowatt_hour: float
    source: str
    estimated: bool = False


def pieces(readings: Sequence[Reading], source: str, hold_seconds: float) -> list[Piece]:
    """Readings, ascending by start, as Pieces: each ends where the next begins, or `hold_seconds`
    after its own end.
    """
    found = []
    for rank, reading in enumerate(readings):
        later = readings[rank + 1].start if rank + 1 < len(readings) else math.inf
        end = min(later, reading.end + hold_seconds)
        if reading.start < end:
            found.append(
                Piece(
                    reading.start, end, reading.grams_per_kilowatt_hour, source, reading.estimated
                )
            )
    return found


def overlay(layers: Sequence[Sequence[Piece]]) -> list[Piece]:
    """At each moment the first layer that has a Piece there."""
    layers = [layer for layer in layers if layer]
    if len(layers) < 2:
        return list(layers[0]) if layers else []
    found: list[tuple[Piece, Piece]] = []  # as cut, and as it was
    for start, end, at in _spans(layers):
        first = next((piece for piece in at if piece is not None), None)
        if first is None:
            continue
        if found and found[-1][1] is first and found[-1][0].end == start:
            found[-1] = (replace(found[-1][0], end=end), first)
        else:
            found.append((replace(first, start=start, end=end), first))
    return [cut for cut, _ in found]


def blend(weighted: Sequence[tuple[float, Sequence[Piece]]]) -> list[Piece]:
    """The weighted mean of several zones, where all of them are known. Weights sum to 1."""
    if len(weighted) == 1:
        return list(weighted[0][1])
    found = []
    for start, end, at in _spans([layer for _, layer in weighted]):
        known = [piece for piece in at if piece is not None]
        if len(known) < len(weighted):
            continue
        grams = sum(
            weight * piece.grams_per_kilowatt_hour
            for (weight, _), piece in zip(weighted, known, strict=True)
        )
        source = " + ".join(dict.fromkeys(piece.source for piece in known))
        found.append(Piece(start, end, grams, source, any(piece.estimated for piece in known)))
    return found


def _spans(layers: Sequence[Sequence[Piece]]) -> Iterator[tuple[float, float, list[Piece | None]]]:
    """The spans between all beginnings and ends, with what each layer has there."""
    starts = [[piece.start for piece in layer] for layer in layers]
    bounds = sorted(
        {bound for layer in layers for piece in layer for bound in (piece.start, piece.end)}
    )
    for start, end in pairwise(bounds):
        at = []
        for layer, begins in zip(layers, starts, strict=True):
            rank = bisect_right(begins, start) - 1
            at.append(layer[rank] if rank >= 0 and start < layer[rank].end else None)
        yield start, end, at


def at_moment(sequence: Sequence[Piece], moment: float) -> Piece | None:
    """The Piece in force at a moment."""
    return next((piece for piece in reversed(sequence) if piece.start <= moment < piece.end), None)


def intensity(piece: Piece, method: Method) -> CarbonIntensity:
    """A Piece as the model takes it, with the interval the facts state for live values."""
    margin = figure(f"grid.live.{'estimated' if piece.estimated else 'measured'}_margin")
    grams = piece.grams_per_kilowatt_hour
    estimate = Estimate(grams, grams * (1 - margin.value), grams * (1 + margin.value))
    start, end, estimated = piece.start, piece.end, piece.estimated
    return CarbonIntensity(
        estimate, method, piece.source, None, start, end, estimated, (margin.id,)
    )


def timeline(
    sequence: Sequence[Piece], method: Method, annual: CarbonIntensity, now: float
) -> tuple[CarbonIntensity, ...]:
    """All of time, as the counters take it: the Pieces that have begun by `now`, newest first,
    `annual` between them.

    The first is the one in force now, and every moment is covered exactly once.
    """
    begun = [piece for piece in sequence if piece.start <= now]
    found: list[CarbonIntensity] = []
    covered = -math.inf
    for piece in begun:
        if covered < piece.start:
            found.append(replace(annual, start=covered, end=piece.start))
        found.append(intensity(piece, method))
        covered = piece.end
    found.reverse()
    if covered < math.inf:
        rest = replace(annual, start=covered, end=math.inf)
        found.insert(0 if covered <= now else len(found), rest)
    return tuple(found)
