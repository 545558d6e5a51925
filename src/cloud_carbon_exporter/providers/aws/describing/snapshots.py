"""Snapshots: in chains, of which no API tells how much changed since the first; or each whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.hardware import MIB_PER_GIB
from cloud_carbon_exporter.providers.description import states
from cloud_carbon_exporter.providers.spec import Raw

# ElastiCache and MemoryDB API reference, Snapshot.
STATES = states(running="creating available restoring copying", gone="deleting")
_UNKNOWN = "incremental: the bytes it keeps are not told"
_GIB = {"KB": 1024.0**-2, "MB": 1024.0**-1, "GB": 1.0, "TB": 1024.0}
_SIZE = re.compile(r"\s*([\d.]+)\s*([KMGT]B)\s*", re.IGNORECASE)


def gib_of(told: Any) -> float:
    """GiB of a size that ElastiCache and MemoryDB write in words: "6 MB"; 0 where none is told.

    Raises ValueError for what is no size.
    """
    if not told:
        return 0.0
    match = _SIZE.fullmatch(str(told))
    if match is None:
        raise ValueError(f"no size: {told!r}")
    return float(match[1]) * _GIB[match[2].upper()]


def with_first(
    snapshots: Sequence[Raw], source_of: Callable[[Raw], str], started: Callable[[Raw], Any]
) -> Sequence[Raw]:
    """Snapshots, each with whether it is the oldest of its source: of all pages, in no order."""
    oldest: dict[str, Raw] = {}
    for raw in snapshots:
        source = source_of(raw)
        if source not in oldest or started(raw) < started(oldest[source]):
            oldest[source] = raw
    return [{**raw, "First": oldest[source_of(raw)] is raw} for raw in snapshots]


def held(part: str, size_gib: float, first: bool) -> Component:
    """Size of a snapshot: in full where it is the first, else a share, of nothing up to all."""
    if first:
        return Component("snapshot", part, size_gib)
    return Component("snapshot", f"{part}/incremental", size_gib, assumed=_UNKNOWN)


def added_or_all(part: str, added_mib: float | None, all_mib: float | None) -> Component:
    """Bytes a snapshot added to those before it; where they are not told, a share of all it has."""
    if added_mib is None:
        return held(part, (all_mib or 0) / MIB_PER_GIB, first=False)
    return Component("snapshot", part, added_mib / MIB_PER_GIB)
