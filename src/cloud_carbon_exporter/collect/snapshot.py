"""Snapshot: join resources, loads and intensities, integrate, and count. No I/O."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect.account_sums import AccountKey
from cloud_carbon_exporter.collect.comparison import Comparison, newest_only
from cloud_carbon_exporter.collect.contribution import Contribution, LastGood
from cloud_carbon_exporter.collect.counters import Counters
from cloud_carbon_exporter.collect.footprints import Footprints
from cloud_carbon_exporter.collect.ledger import take_stock
from cloud_carbon_exporter.collect.measure import Round
from cloud_carbon_exporter.collect.side_tasks import unless_it_fails
from cloud_carbon_exporter.collect.surroundings import Surroundings, SurroundingsIndex, place_key
from cloud_carbon_exporter.collect.sweep import SweepKey
from cloud_carbon_exporter.collect.sweep_rows import RowSums
from cloud_carbon_exporter.collect.timeline import Timeline
from cloud_carbon_exporter.model.grid import GridNews
from cloud_carbon_exporter.model.months import Calibration, OwnMonth
from cloud_carbon_exporter.model.snapshot import (
    AccountRow,
    Outcome,
    Refusal,
    ReportedEmissions,
    Row,
    Snapshot,
    totals_by_provider,
)
from cloud_carbon_exporter.model.sums import FootprintSum
from cloud_carbon_exporter.model.types import Location, Place, Resource, Signal
from cloud_carbon_exporter.providers.spec import Extras


class SnapshotBuilder:
    """Builds one Snapshot after another; keeps between them what need not be computed again.

    One caller at a time.
    """

    def __init__(
        self,
        counters: Counters,
        comparison: Comparison,
        surroundings: SurroundingsIndex,
        budget: Budget,
        *,
        stale_after: float,
        counting: bool,
        whole: bool = True,
    ) -> None:
        self._counters = counters
        self._comparison = comparison
        self._surroundings = surroundings
        self._budget = budget
        self._stale_after = stale_after
        self._counting = counting
        self._whole = whole  # no other replica reads a part of the same targets
        self._sums = RowSums()
        self._footprints = Footprints()
        self._taken: dict[SweepKey, LastGood] = {}
        self._released: dict[str, float] = {}  # what had its last read, up to when
        self._now = -math.inf
        self._changes_around = 0
        self._seen_at: dict[SweepKey, float] = {}

    def build(
        self, now: float, contributions: Sequence[Contribution], *, advance: bool = True
    ) -> Snapshot:
        """All that is known at `now`.

        advance: False for a look amid a first collection: counters stay where they are. What is
        shown of them is kept then, though nothing is saved before it has ended; and time since an
        earlier process waits for the Points and the grid of that time.
        """
        self._surroundings.advance(now)
        self._take_over(contributions, now)
        if advance:
            self._counters.advance(now, self._released)
            self._released = {}
        shown = self._shown(now, contributions)
        # last: what a Snapshot that fails would take with it, no history gets any more
        hours = self._counters.hours.take() if advance else ()
        return replace(shown, counted=advance, hours=hours if self._counting else ())

    def _shown(self, now: float, contributions: Sequence[Contribution]) -> Snapshot:
        rows_by_sweep = self._rows(contributions, now)
        rows = tuple(chain.from_iterable(rows_by_sweep.values()))
        parts = self._sums.take(rows_by_sweep)
        accounts = tuple(self._accounts(self._sums.by_account()))
        places = tuple(self._places(frozenset().union(*[part.locations for part in parts])))
        counts = [part.counts for part in parts]
        ledger = take_stock(rows, counts, contributions, now, self._stale_after, whole=self._whole)
        said = _together(contribution.extras for contribution in contributions)
        months = tuple(self._counters.months.closed(now)) if self._counting else ()
        # What scrape mode shows has no counters: each short-lived copy would begin them at 0 again.
        return Snapshot(
            taken_at=now,
            rows=rows,
            accounts=accounts,
            models=tuple(self._counters.tokens.rows(self._place_of, counted=self._counting)),
            totals=totals_by_provider(accounts),
            places=places,
            grid=self._grid_news(places),
            ledger=ledger.counts,
            listed=ledger.listed,
            covered=ledger.covered,
            listings=_joined(contribution.listings for contribution in contributions),
            measurements=_joined(contribution.measurements for contribution in contributions),
            targets=tuple(contribution.state for contribution in contributions),
            refused=_refused(contributions),
            api=self._budget.use(),
            gauges=said.gauges,
            reported=newest_only(said.reported),
            months=months,
            calibrations=self._calibrations(now, said.reported, months),
            reported_months=self._comparison.reports.months(),
            account_names=said.account_names,
            known_by=self._counters.known_by.ratios() if self._counting else {},
            first_collection_done=all(contribution.tried for contribution in contributions),
            listings_ended=sum(contribution.listings_ended for contribution in contributions),
            listings_known=sum(contribution.listings_known for contribution in contributions),
        )

    def _take_over(self, contributions: Iterable[Contribution], now: float) -> None:
        """Hand the counters what was seen and read."""
        for contribution in contributions:
            self._take_sweeps(contribution, now)
            while contribution.rounds:
                self._take_round(contribution.rounds[0])
                self._released |= contribution.rounds.pop(0).released

    def move(self, seconds: float) -> None:
        """The clock was set: what is remembered of when sweeps ended moves with it."""
        for key in self._seen_at:
            self._seen_at[key] += seconds

    def _take_sweeps(self, contribution: Contribution, now: float) -> None:
        settle = contribution.target.provider.settle_seconds
        for key in contribution.gone:
            self._seen_at.pop(key, None)
            self._taken.pop(key, None)
            self._counters.observe(key, (), now, settle, contribution.waits, whole=False)
        for last_good in contribution.sweeps:
            # Each target publishes for all: what the others have not listed anew tells nothing new.
            if _is_taken(last_good, self._taken.get(last_good.key)):
                continue
            duplicates = self._counters.observe(
                last_good.key,
                last_good.swept.resources,
                last_good.seen_at,
                settle,
                contribution.waits,
                last_good.kept,
                last_good.swept.endings,
                whole=not (last_good.swept.failures or last_good.swept.skipped),
            )
            self._count_duplicates(last_good, duplicates)
            if duplicates:  # they enter as soon as the sweep they stand in has them no more
                self._taken.pop(last_good.key, None)
            else:
                self._taken[last_good.key] = last_good

    def _count_duplicates(self, last_good: LastGood, duplicates: Mapping[str, int]) -> None:
        """Each sweep says them once, however many Snapshots it stands in."""
        if self._seen_at.get(last_good.key) != last_good.seen_at:
            for kind, count in duplicates.items():
                self._budget.skip(last_good.provider, kind, "duplicate", count)
        self._seen_at[last_good.key] = last_good.seen_at

    def _take_round(self, fresh: Round) -> None:
        for asked in fresh.asked:
            self._counters.asked(asked.resource_id, asked.until, asked.next_read, asked.delay)
        for series in fresh.measured:
            self._counters.record(
                series.resource_id,
                series.signal,
                series.points,
                series.valid_seconds,
                corrects=series.corrects,
            )

    def _rows(
        self, contributions: Iterable[Contribution], now: float
    ) -> Mapping[SweepKey, Sequence[Row]]:
        """Rows by sweep: the same objects again where nothing befell a resource."""
        around_holds = now >= self._now and self._changes_around == self._surroundings.changes
        self._now, self._changes_around = now, self._surroundings.changes
        if not around_holds:
            self._footprints.forget()
        rows_by_sweep: dict[SweepKey, Sequence[Row]] = {}
        for contribution in contributions:
            oldest = contribution.oldest(now, self._stale_after)
            for last_good in contribution.sweeps:
                rows: list[Row] = []
                for timeline in self._counters.present(last_good.key):
                    if timeline.seen_until < oldest:
                        continue
                    row = timeline.row
                    if row is None or now > timeline.row_holds_until or not around_holds:
                        row = self._row(timeline, now)
                    rows.append(row)
                rows_by_sweep[last_good.key] = rows
        return rows_by_sweep

    def _row(self, timeline: Timeline, now: float) -> Row:
        resource, loads, last = timeline.resource, timeline.loads(now), timeline.row
        around = self._surroundings.of(resource)
        if last is not None and _is_of(last, resource, loads, around):
            footprint, loads = last.footprint, last.loads
        else:
            last, rates = None, timeline.rates
            footprint = self._footprints.of(resource, loads, around)
            if rates is not None and rates.loads == loads:
                loads = rates.loads  # one object for both: mostly the last piece is the newest
        totals = timeline.totals.frozen() if self._counting else None
        row = Row(resource, footprint, loads, totals, timeline.measured_at(now))
        if row == last:
            row = last
        timeline.show(row, now)
        return row

    def _accounts(self, footprints: Mapping[AccountKey, FootprintSum]) -> Iterator[AccountRow]:
        totals, water = self._counters.accounts(), self._counters.water.totals()
        held = self._counters.held.totals()
        for key in sorted(footprints.keys() | totals.keys()):
            now = footprints.get(key) or FootprintSum()
            counted = (totals.get(key), water.get(key), held.get(key, {}))
            yield AccountRow(*key, now, *(counted if self._counting else ()))

    def _calibrations(
        self, now: float, reported: Sequence[ReportedEmissions], months: Sequence[OwnMonth]
    ) -> tuple[Calibration, ...]:
        """Ratios to what providers report; none where other replicas count a part of it."""
        found: tuple[Calibration, ...] = ()
        with unless_it_fails("the comparison with what providers report"):
            self._comparison.reports.take(reported)
            if self._whole:
                found = self._comparison.calibrations(now, months)
        return found

    def _place_of(self, resource: Resource) -> Place:
        return self._surroundings.of(resource).place

    def _grid_news(self, places: Sequence[Place]) -> GridNews:
        news = GridNews()
        with unless_it_fails("the news of the grid"):
            news = self._surroundings.news(places)
        return news

    def _places(self, locations: Iterable[Location]) -> Iterator[Place]:
        places = {(at.provider, at.region) for at in locations}
        places.update(map(place_key, locations))
        for provider, region in sorted(places.union(self._surroundings.wanted)):
            yield self._surroundings.place(provider, region)


def _is_taken(last_good: LastGood, taken: LastGood | None) -> bool:
    """Whether the counters have it already."""
    if taken is None or taken.swept is not last_good.swept:
        return False
    return taken.seen_at == last_good.seen_at and taken.kept == last_good.kept


def _is_of(
    row: Row, resource: Resource, loads: Mapping[Signal, float], around: Surroundings
) -> bool:
    """Whether its Footprint still holds. What has not changed is the same object (see `sweep`)."""
    errors, intensity = row.footprint.errors, next(iter(around.intensities), None)
    if errors is None or errors.place is not around.place or errors.intensity is not intensity:
        return False
    return row.resource is resource and row.loads == loads


def _joined(parts: Iterable[Sequence[Outcome]]) -> tuple[Outcome, ...]:
    outcomes: list[Outcome] = []
    for part in parts:
        outcomes += part
    return tuple(outcomes)


def _refused(contributions: Iterable[Contribution]) -> tuple[Refusal, ...]:
    return tuple(chain.from_iterable(contribution.refused for contribution in contributions))


def _together(parts: Iterable[Extras]) -> Extras:
    """What all targets add beside their resources, but for what the ledger counts."""
    gauges: dict[str, float] = {}
    reported: list[ReportedEmissions] = []
    names: dict[tuple[str, str], str] = {}
    for extras in parts:
        gauges |= extras.gauges
        reported += extras.reported
        names |= extras.account_names
    return Extras(gauges=gauges, reported=tuple(reported), account_names=names)
