"""From Contributions to a Snapshot: join resources, loads and intensity, integrate, and count. No
I/O.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect.contribution import Contribution
from cloud_carbon_exporter.collect.counters import AccountKey, Counters, Surroundings
from cloud_carbon_exporter.collect.ledger import take_stock
from cloud_carbon_exporter.collect.surroundings import Surveyor
from cloud_carbon_exporter.collect.timeline import SweepKey, Track
from cloud_carbon_exporter.model.estimate import estimate, total
from cloud_carbon_exporter.model.types import (
    AccountRow,
    Estimate,
    Footprint,
    Place,
    Resource,
    Row,
    Signal,
    Snapshot,
)

NOTHING = Estimate(0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A Footprint and what it was made from, so that the same is not estimated twice."""

    resource: Resource
    loads: Mapping[Signal, float]
    around: Surroundings
    footprint: Footprint


class Builder:
    """Builds one Snapshot after another; keeps between them what need not be computed again. One
    caller at a time.
    """

    def __init__(
        self,
        counters: Counters,
        surveyor: Surveyor,
        budget: Budget,
        *,
        stale_after: float,
        counting: bool,
        whole: bool = True,
    ) -> None:
        self._counters = counters
        self._surveyor = surveyor
        self._budget = budget
        self._stale_after = stale_after
        self._counting = counting
        self._whole = whole  # no other replica reads a part of the same targets
        self._kept: dict[str, _Kept] = {}
        self._seen_at: dict[SweepKey, float] = {}

    def build(self, now: float, contributions: Sequence[Contribution]) -> Snapshot:
        """All that is known at `now`."""
        self._surveyor.advance(now)
        for contribution in contributions:
            self._take(contribution, now)
        rounds = [one for contribution in contributions for one in contribution.rounds]
        self._counters.advance(now, frozenset[str]().union(*(one.released for one in rounds)))
        rows = tuple(self._rows(contributions, now))
        self._kept = {row.resource.id: self._kept[row.resource.id] for row in rows}
        extras = [contribution.extras for contribution in contributions]
        places = tuple(self._places(rows))
        ledger = take_stock(rows, contributions, now, self._stale_after, whole=self._whole)
        return Snapshot(
            taken_at=now,
            rows=rows,
            accounts=tuple(self._accounts(rows)),
            places=places,
            grid=self._surveyor.news(places),
            ledger=ledger.counts,
            listed=ledger.listed,
            covered=ledger.covered,
            listings=tuple(outcome for one in contributions for outcome in one.listings),
            measurements=tuple(outcome for one in contributions for outcome in one.measurements),
            targets=tuple(contribution.state for contribution in contributions),
            api=self._budget.use(),
            gauges={name: value for extra in extras for name, value in extra.gauges.items()},
            reported=tuple(reported for extra in extras for reported in extra.reported),
            months=tuple(self._counters.months.closed(now)) if self._counting else (),
            account_names={
                key: name for extra in extras for key, name in extra.account_names.items()
            },
            first_collection_done=all(contribution.tried for contribution in contributions),
        )

    def _take(self, contribution: Contribution, now: float) -> None:
        settle = contribution.target.provider.settle_seconds
        for key in contribution.gone:
            self._seen_at.pop(key, None)
            self._counters.observe(key, (), now, settle, contribution.waits)
        for fresh in contribution.sweeps:
            key, seen_at = fresh.key, fresh.seen_at
            resources = fresh.swept.resources
            twice = self._counters.observe(
                key, resources, seen_at, settle, contribution.waits, fresh.kept
            )
            if (
                self._seen_at.get(key) != seen_at
            ):  # each sweep says it once, however many Snapshots it stands in
                for kind, count in twice.items():
                    self._budget.skip(fresh.provider, kind, "duplicate", count)
            self._seen_at[key] = seen_at
        for one in contribution.rounds:
            for asked in one.asked:
                self._counters.asked(asked.resource_id, asked.until, asked.next_read)
            for read in one.measured:
                self._counters.record(
                    read.resource_id, read.signal, read.points, read.valid_seconds
                )

    def _rows(self, contributions: Iterable[Contribution], now: float) -> Iterator[Row]:
        for contribution in contributions:
            oldest = contribution.oldest(now, self._stale_after)
            for fresh in contribution.sweeps:
                for track in self._counters.present(fresh.key):
                    if track.seen_until >= oldest:
                        yield self._row(track, now)

    def _row(self, track: Track, now: float) -> Row:
        resource, loads, around = track.resource, track.loads(now), self._surveyor(track.resource)
        kept = self._kept.get(resource.id)
        if (
            kept is None
            or kept.resource is not resource
            or kept.loads != loads
            or kept.around is not around
        ):
            intensity = around.intensities[0] if around.intensities else None
            kept = _Kept(
                resource, loads, around, estimate(resource, loads, around.place, intensity)
            )
            self._kept[resource.id] = kept
        totals = track.totals() if self._counting else None
        return Row(resource, kept.footprint, kept.loads, totals, track.measured_at(now))

    def _accounts(self, rows: Iterable[Row]) -> Iterator[AccountRow]:
        watts: dict[AccountKey, list[Estimate]] = defaultdict(list)
        for row in rows:
            at = row.resource.location
            watts[at.provider, at.account_id, at.region, row.resource.kind].append(
                row.footprint.power_watts
            )
        totals = self._counters.accounts()
        for key in sorted(watts.keys() | totals.keys()):
            power = total(watts[key]) if key in watts else NOTHING
            yield AccountRow(*key, power, totals.get(key) if self._counting else None)

    def _places(self, rows: Iterable[Row]) -> Iterator[Place]:
        used = {(row.resource.location.provider, row.resource.location.region) for row in rows}
        for provider, region in sorted(used.union(self._surveyor.wanted)):
            yield self._surveyor.place(provider, region)
