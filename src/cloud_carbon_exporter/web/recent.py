"""Last hour by label, refresh by refresh: what the history, which keeps whole hours, cannot tell.

It lives in memory alone: after a restart it begins anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cloud_carbon_exporter.exposition.labels import tag_label
from cloud_carbon_exporter.history.series import LABELS, Series, tag_value
from cloud_carbon_exporter.model.hours import HOUR_SECONDS, group_of
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.types import Estimate

RECENT_SECONDS = HOUR_SECONDS
CLOSEST_SECONDS = 20
"""Between two points: a chart of an hour has no room for more, whatever the interval is."""

MOST_VALUES = 16
"""Values of a label that are kept apart, twice as many as are drawn: names may be without end."""

_MOST_TAGS = 20


class Rates(NamedTuple):
    """What a group draws and emits a second."""

    watts: float = 0.0
    operational: float = 0.0
    embodied: float = 0.0

    def plus(self, other: Rates) -> Rates:
        """Of both groups together."""
        return Rates(*map(sum, zip(self, other, strict=True)))

    @property
    def grams(self) -> float:
        """All emissions a second."""
        return self.operational + self.embodied


class Parts(NamedTuple):
    """The largest values of a label, and the `more` others together."""

    largest: Mapping[str, Rates]
    rest: Rates
    more: int


@dataclass(frozen=True, slots=True)
class RecentPoint:
    """One refresh. whole: each measure with its bounds; parts: by label."""

    taken_at: float
    whole: Mapping[str, Estimate]
    parts: Mapping[str, Parts]

    def by(self, label: str) -> Parts:
        """The parts by a label; where nothing has such a tag, all is one part without a name."""
        return self.parts.get(label) or Parts({"": together(self.parts["kind"])}, Rates(), 0)


def together(parts: Parts) -> Rates:
    """All parts in one."""
    return _sum([*parts.largest.values(), parts.rest])


def recent_point(snapshot: Snapshot) -> RecentPoint:
    """What one refresh found."""
    total = snapshot.total()
    whole = {
        "total": total.emissions_grams_per_second.estimate,
        "operational": total.operational_grams_per_second.estimate,
        "embodied": total.embodied_grams_per_second.estimate,
        "power": total.power_watts.estimate,
    }
    return RecentPoint(snapshot.taken_at, whole, _parts(_groups(snapshot.rows)))


def _groups(rows: Iterable[Row]) -> Mapping[Series, Rates]:
    """Rates by what resources have in common: a hundred thousand are a few thousand groups."""
    groups: dict[Series, list[float]] = {}
    for row in rows:
        footprint = row.footprint
        sums = groups.setdefault(Series(group_of(row.resource), footprint.basis), [0.0, 0.0, 0.0])
        sums[0] += footprint.power_watts.value
        if footprint.operational_grams_per_second is not None:
            sums[1] += footprint.operational_grams_per_second.value
        sums[2] += footprint.embodied_grams_per_second.value
    return {series: Rates(*sums) for series, sums in groups.items()}


def _parts(groups: Mapping[Series, Rates]) -> Mapping[str, Parts]:
    keys = dict.fromkeys(key for series in groups for key, _ in series.group.tags)
    labels: dict[str, Callable[[Series], str]] = dict(LABELS)
    for key in list(keys)[:_MOST_TAGS]:
        labels.setdefault(tag_label(key), tag_value(key))
    return {label: _by(groups, value_of) for label, value_of in labels.items()}


def _by(groups: Mapping[Series, Rates], value_of: Callable[[Series], str]) -> Parts:
    by_value: dict[str, Rates] = {}
    for series, rates in groups.items():
        value = value_of(series)
        known = by_value.get(value)
        by_value[value] = known.plus(rates) if known else rates
    ranked = sorted(by_value, key=lambda value: -by_value[value].grams)
    largest = {value: by_value[value] for value in ranked[:MOST_VALUES]}
    left = ranked[MOST_VALUES:]
    return Parts(largest, _sum([by_value[value] for value in left]), len(left))


def _sum(parts: Sequence[Rates]) -> Rates:
    return Rates(*map(sum, zip(*parts, strict=True))) if parts else Rates()


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
