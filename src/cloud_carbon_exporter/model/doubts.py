"""Doubts: rows of the tables that are guesses, of which nothing that stands on them is free.

A basis is that of the weakest row. A row that stands in for a load which was not read is not meant:
that is what the basis `default` says.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from cloud_carbon_exporter.model import facts

ASSUMED = "assumed"
_PROCESSORS = "processors."


def doubt(ids: Iterable[str], of: str) -> str:
    """Reason where one of these rows is assumed: "assumed `of`"; empty where none is."""
    return f"{ASSUMED} {of}" if any(map(is_assumed, ids)) else ""


@cache
def is_assumed(fact: str) -> bool:
    """Whether the row of that id is a guess of ours; a processor is named by its row's name."""
    known = facts.figures().get(fact)
    if known is not None:
        return known.basis == ASSUMED
    return fact.removeprefix(_PROCESSORS) in _guessed_microarchitectures()


@cache
def _guessed_microarchitectures() -> frozenset[str]:
    """Those, and CPU models of those, that were never measured: estimated as others measure."""
    rows = facts.rows("processors")
    families = {
        row["name"]
        for row in rows
        if row["kind"] == "microarchitecture" and row["basis"] == ASSUMED
    }
    return frozenset(row["name"] for row in rows if row["microarchitecture"] in families) | families
