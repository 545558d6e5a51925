"""Snapshots in chains: the first of a volume holds it whole, later ones what changed since.

No API tells how much that is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.spec import Raw


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
    unknown = "incremental: the bytes it keeps are not told"
    return Component("snapshot", f"{part}/incremental", size_gib, assumed=unknown)
