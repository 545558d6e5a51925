"""Reports of providers over the last months: each month as it was last told, and how often anew.

A provider restates: with a new version of its model it may tell months again that it had closed.
The newest answer stands, and that it differs is said.
"""

from __future__ import annotations

import logging
import math
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from cloud_carbon_exporter.model.months import ReportedMonth
from cloud_carbon_exporter.model.snapshot import ReportedEmissions
from cloud_carbon_exporter.storage.comparison_rows import SavedReport

log = logging.getLogger(__name__)

KEPT_MONTHS = 12
MOST_ROWS = 200_000
"""Rows that are kept at most, some 100 MB: thousands of accounts have less history."""


SAME_RATIO, SAME_GRAMS = 1e-6, 0.01
"""Two figures of a month that are no further apart are one figure, added up in another order."""


class ReportKey(NamedTuple):
    """A month of an account, as one source reports it."""

    start: float
    provider: str
    account_id: str
    source: str


class ReportHistory:
    """Reports by month. One caller at a time. version: another one after each change."""

    def __init__(self) -> None:
        self.version = 0
        self._reports: dict[ReportKey, SavedReport] = {}
        self._months: tuple[ReportedMonth, ...] | None = None
        self._dropped_until = -math.inf

    def take(self, rows: Iterable[ReportedEmissions]) -> None:
        """Put what is told in place of what was told of the same months."""
        told: defaultdict[ReportKey, list[ReportedEmissions]] = defaultdict(list)
        for row in rows:
            told[ReportKey(row.start, row.provider, row.account_id, row.source)].append(row)
        starts = sorted({key.start for key in chain(self._reports, told)})[-KEPT_MONTHS:]
        changed = False
        for key, report in told.items():
            # a source may tell more months than are kept: they are not taken to be dropped again
            if key.start >= max(starts[0], self._dropped_until):
                changed |= self._replace(key, tuple(report))
        if changed:
            self._drop_old()
            self._changed()

    def _replace(self, key: ReportKey, rows: tuple[ReportedEmissions, ...]) -> bool:
        """Whether that changed anything."""
        before = self._reports.get(key)
        if before is None:
            self._reports[key] = SavedReport(rows)
            return True
        if _same(before.rows, rows):
            return False
        self._reports[key] = SavedReport(rows, before.restated + 1)
        _say(key, before.rows, rows)
        return True

    def months(self) -> tuple[ReportedMonth, ...]:
        """The months by method, the oldest first; the same object until one changes."""
        if self._months is None:
            found = [month for report in self._reports.values() for month in _by_method(report)]
            self._months = tuple(sorted(found, key=lambda month: (month.start, month)))
        return self._months

    def rows(self) -> Sequence[ReportedEmissions]:
        """Everything that is kept."""
        rows: list[ReportedEmissions] = []
        for report in self._reports.values():
            rows += report.rows
        return rows

    def reports(self) -> Iterator[SavedReport]:
        """The reports, and how often each was restated."""
        yield from self._reports.values()

    def resume(self, saved: Iterable[SavedReport]) -> None:
        """Go on with the reports of an earlier process, and no others."""
        self._reports, self._dropped_until = {}, -math.inf
        for report in saved:
            row = report.rows[0]
            key = ReportKey(row.start, row.provider, row.account_id, row.source)
            self._reports[key] = report
        self._drop_old()
        self._changed()

    def _changed(self) -> None:
        self.version += 1
        self._months = None

    def _drop_old(self) -> None:
        starts = sorted({key.start for key in self._reports})
        rows = sum(len(report.rows) for report in self._reports.values())
        while len(starts) > 1 and (len(starts) > KEPT_MONTHS or rows > MOST_ROWS):
            oldest = starts.pop(0)
            self._dropped_until = max(self._dropped_until, starts[0])
            for key in [key for key in self._reports if key.start == oldest]:
                rows -= len(self._reports.pop(key).rows)


def _same(before: Sequence[ReportedEmissions], after: Sequence[ReportedEmissions]) -> bool:
    """Whether two reports of a month tell the same.

    Sums of floats differ in their last digits from one answer to the next: BigQuery adds in no
    fixed order, and Scaleway's kilograms have seven digits.
    """
    if len(before) != len(after):
        return False
    pairs = zip(sorted(before, key=_place), sorted(after, key=_place), strict=True)
    return all(_place(one) == _place(other) and _close(one, other) for one, other in pairs)


def _place(row: ReportedEmissions) -> tuple[str, ...]:
    return row.region, row.service, row.method, row.model_version


def _close(one: ReportedEmissions, other: ReportedEmissions) -> bool:
    of_one = one.grams, one.operational_grams, one.embodied_grams
    of_other = other.grams, other.operational_grams, other.embodied_grams
    for figure, another in zip(of_one, of_other, strict=True):
        if figure is None or another is None:
            if figure is not another:
                return False
        elif not math.isclose(figure, another, rel_tol=SAME_RATIO, abs_tol=SAME_GRAMS):
            return False
    return True


def _by_method(report: SavedReport) -> Iterator[ReportedMonth]:
    one = report.rows[0]
    grams: defaultdict[str, float] = defaultdict(float)
    for row in report.rows:
        grams[row.method] += row.grams
    for method, total in grams.items():
        yield ReportedMonth(
            one.provider,
            one.account_id,
            one.source,
            method,
            one.start,
            one.end,
            total,
            one.model_version,
            report.restated,
        )


def _say(
    key: ReportKey, before: Sequence[ReportedEmissions], after: Sequence[ReportedEmissions]
) -> None:
    versions = before[0].model_version, after[0].model_version
    by = f"model {versions[0]}, then {versions[1]}" if versions[0] != versions[1] else "same model"
    log.info(
        "%s %s: %s restates %s: %.0f g, then %.0f g of CO2eq by all its methods (%s)",
        key.provider,
        key.account_id,
        key.source,
        time.strftime("%B %Y", time.gmtime(key.start)),
        sum(row.grams for row in before),
        sum(row.grams for row in after),
        by,
    )
