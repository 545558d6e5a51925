"""Last hour by label, refresh by refresh: what the history, which keeps whole hours, cannot tell.

It lives in memory alone: after a restart it begins anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.types import Estimate

RECENT_SECONDS = 3600
CLOSEST_SECONDS = 20
"""Between two points: a chart of an hour has no room for more, whatever the interval is."""

LABELS = ("cloud_provider", "cloud_account_id", "cloud_region", "kind")


class Rates(NamedTuple):
    """What a group draws and emits a second."""

    watts: float = 0.0
    operational: float = 0.0
    embodied: float = 0.0

    def plus(self, other: Rates) -> Rates:
        """Of both groups together."""
        return Rates(*map(sum, zip(self, other, strict=True)))


ByLabel = Mapping[str, Mapping[str, Rates]]


@dataclass(frozen=True, slots=True)
class RecentPoint:
    """One refresh. whole: each measure with its bounds; groups: by label, then by its value."""

    taken_at: float
    whole: Mapping[str, Estimate]
    groups: ByLabel


def recent_point(snapshot: Snapshot) -> RecentPoint:
    """What one refresh found."""
    total = snapshot.total()
    whole = {
        "total": total.emissions_grams_per_second.estimate,
        "operational": total.operational_grams_per_second.estimate,
        "embodied": total.embodied_grams_per_second.estimate,
        "power": total.power_watts.estimate,
    }
    return RecentPoint(snapshot.taken_at, whole, _groups(snapshot))


def _groups(snapshot: Snapshot) -> ByLabel:
    groups: dict[str, defaultdict[str, Rates]] = {}
    for label in LABELS:
        groups[label] = defaultdict(Rates)
    for account in snapshot.accounts_now():
        rates = Rates(
            account.now.power_watts.value,
            account.now.operational_grams_per_second.value,
            account.now.embodied_grams_per_second.value,
        )
        values = (account.provider, account.account_id, account.region, account.kind)
        for label, value in zip(LABELS, values, strict=True):
            groups[label][value] = groups[label][value].plus(rates)
    return groups


@dataclass(slots=True)
class Recent:
    """Records Snapshots of the last hour; `record` may be called in another thread."""

    points: Sequence[RecentPoint] = ()

    def record(self, snapshot: Snapshot) -> None:
        """Take a Snapshot down, unless the one before is as good as it."""
        at = snapshot.taken_at
        # what lies ahead was taken under a clock that has been set back since
        kept = [point for point in self.points if at - RECENT_SECONDS <= point.taken_at < at]
        if kept and at - kept[-1].taken_at < CLOSEST_SECONDS:
            return
        self.points = (*kept, recent_point(snapshot))
