"""How long the last good figures of a failing sweep are served, and what of them is kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cloud_carbon_exporter.collect.sweep import Swept
from cloud_carbon_exporter.model.types import Resource


def oldest_shown(now: float, stale_after_seconds: float, interval_seconds: float) -> float:
    """What was last seen before this moment is shown no more.

    Where collections come as far apart as -collect.stale-after or further, one interval more: a
    collection that is not due yet has not failed to see anything.
    """
    patience = stale_after_seconds
    if interval_seconds >= stale_after_seconds:
        patience += interval_seconds
    return now - patience


def kept_of_failed_kinds(
    before: Swept | None, fresh: Swept, failing: Collection[str]
) -> Sequence[Resource]:
    """Resources of an earlier sweep that stay, as their kind could not be listed this time."""
    if before is None or not failing:
        return ()
    seen_again = {resource.id for resource in fresh.resources}
    return [
        resource
        for resource in before.resources
        if resource.kind in failing and resource.id not in seen_again
    ]
