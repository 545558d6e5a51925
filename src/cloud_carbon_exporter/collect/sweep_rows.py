"""Rows of one sweep and what is summed of them: kept while nothing of it changes.

Most of an estate is from one refresh to the next what it was; only what is not is summed anew.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import NamedTuple

from cloud_carbon_exporter.collect.account_sums import AccountKey, account_key
from cloud_carbon_exporter.collect.ledger import LedgerKey
from cloud_carbon_exporter.collect.sweep import SweepKey
from cloud_carbon_exporter.model.identity import same_objects
from cloud_carbon_exporter.model.snapshot import Row
from cloud_carbon_exporter.model.sums import FootprintSum, footprint_sum
from cloud_carbon_exporter.model.types import Footprint, Location


@dataclass(frozen=True, slots=True)
class SweepRows:
    """Rows of one sweep, their Footprints by account, region and kind, their count, their places.

    The Footprints of a key are the same list again as long as none of them has changed.
    """

    rows: Sequence[Row]
    footprints: Mapping[AccountKey, Sequence[Footprint]]
    counts: Mapping[LedgerKey, int]
    locations: frozenset[Location]


class _Summed(NamedTuple):
    """A sum, and the lists it was made of."""

    parts: Sequence[Sequence[Footprint]]
    total: FootprintSum


@dataclass(slots=True)
class RowSums:
    """What is kept of the rows of all sweeps, from one Snapshot to the next."""

    _by_sweep: dict[SweepKey, SweepRows] = field(default_factory=dict)
    _sums: dict[AccountKey, _Summed] = field(default_factory=dict)

    def take(self, rows_by_sweep: Mapping[SweepKey, Sequence[Row]]) -> Sequence[SweepRows]:
        """What these rows add up to, sweep by sweep; all others are forgotten."""
        now: dict[SweepKey, SweepRows] = {}
        for key, rows in rows_by_sweep.items():
            now[key] = _kept(self._by_sweep.get(key), rows)
        self._by_sweep = now
        return tuple(now.values())

    def by_account(self) -> Mapping[AccountKey, FootprintSum]:
        """The sum of each account, region and kind."""
        parts: defaultdict[AccountKey, list[Sequence[Footprint]]] = defaultdict(list)
        for of_sweep in self._by_sweep.values():
            for key, footprints in of_sweep.footprints.items():
                parts[key].append(footprints)
        sums: dict[AccountKey, _Summed] = {}
        for key, lists in parts.items():
            before = self._sums.get(key)
            if before is None or not same_objects(before.parts, lists):
                before = _Summed(lists, footprint_sum(chain.from_iterable(lists)))
            sums[key] = before
        self._sums = sums
        return {key: summed.total for key, summed in sums.items()}


def _kept(before: SweepRows | None, rows: Sequence[Row]) -> SweepRows:
    if before is None:
        return _of(rows, {})
    if same_objects(before.rows, rows):
        return before
    if same_objects(_shown(before.rows), _shown(rows)):
        return replace(before, rows=rows)  # counters went on, and nothing else
    return _of(rows, before.footprints)


def _shown(rows: Iterable[Row]) -> Sequence[object]:
    shown: list[object] = []
    for row in rows:
        shown += (row.resource, row.footprint)
    return shown


def _of(rows: Sequence[Row], before: Mapping[AccountKey, Sequence[Footprint]]) -> SweepRows:
    footprints: defaultdict[AccountKey, list[Footprint]] = defaultdict(list)
    counts: Counter[LedgerKey] = Counter()
    locations: set[Location] = set()
    for row in rows:
        resource, footprint = row.resource, row.footprint
        footprints[account_key(resource)].append(footprint)
        at = resource.location
        counts[LedgerKey(at.provider, at.account_id, resource.kind, footprint.basis)] += 1
        locations.add(at)
    kept: dict[AccountKey, Sequence[Footprint]] = {}
    for key, now in footprints.items():
        known = before.get(key, ())
        kept[key] = known if same_objects(known, now) else now
    return SweepRows(rows, kept, counts, frozenset(locations))
