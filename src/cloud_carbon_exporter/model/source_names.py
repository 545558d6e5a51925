"""Names of sources: a short one for a label, from a closed set, and the text that it stands for.

A label is kept by all who read it, and is a key of every query: prose, with the year of a report in
it, would begin new series with each edition.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from cloud_carbon_exporter.model import facts

SEVERAL = "several"
"""Name of the mean of several zones, each from a source of its own."""

OTHER = "other"
"""Name of what has none; of what the exporter brings everything has one."""

_BETWEEN = " + "  # as grid.series joins the sources of a mean


@cache
def texts() -> Mapping[str, str]:
    """Every name, with what it stands for."""
    return {row["name"]: row["source"] for row in facts.rows("source_names")}


@cache
def _names() -> Mapping[str, str]:
    return {text: name for name, text in texts().items()}


def source_name(source: str) -> str:
    """Short name of a source that is told by its text, or by its name already."""
    if source in texts():
        return source
    named = _names().get(source)
    if named is not None:
        return named
    return SEVERAL if _BETWEEN in source else OTHER
