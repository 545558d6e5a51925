"""How long the last good figures of a failing sweep are served, and what of them is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, MutableMapping, Sequence

from cloud_carbon_exporter.collect.sweep import Swept
from cloud_carbon_exporter.errors import CollectError, NoList
from cloud_carbon_exporter.model.types import Resource

NO_LIST_SECONDS = 900.0
"""How long answers without their list are not believed where something was listed before.

Some of Google's APIs leave an empty list out, so that it must be believed in the end.
"""


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


def failures_to_show(
    before: Swept | None, fresh: Swept, missing_since: MutableMapping[str, float], now: float
) -> Mapping[str, CollectError]:
    """Failures of a sweep, less the missing lists that are believed to be empty ones.

    missing_since: kind -> when its list was missed first; kept up to date.
    """
    known = {} if before is None else before.counts
    failures: dict[str, CollectError] = {}
    doubted: set[str] = set()
    for kind, failure in fresh.failures.items():
        if isinstance(failure, NoList) and not known.get(kind):
            continue
        if isinstance(failure, NoList):
            doubted.add(kind)
            if now - missing_since.setdefault(kind, now) >= NO_LIST_SECONDS:
                continue
        failures[kind] = failure
    for kind in missing_since.keys() - doubted:
        del missing_since[kind]
    return failures
