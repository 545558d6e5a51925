"""Comparison with what providers report: our months by service, their months, and the ratios."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from cloud_carbon_exporter.collect.report_history import ReportHistory
from cloud_carbon_exporter.collect.service_months import ServiceMonths
from cloud_carbon_exporter.model.calibration import calibrations
from cloud_carbon_exporter.model.months import Calibration, OwnMonth, ServiceMonth
from cloud_carbon_exporter.model.snapshot import ReportedEmissions
from cloud_carbon_exporter.storage.comparison_rows import SavedReport, own_row, read_comparison
from cloud_carbon_exporter.storage.rows import Row

_AGAIN_SECONDS = 3600.0
"""Months that are over hardly change: late Points, a life that is told late."""


class Comparison:
    """Months of both sides, kept over a restart, and what follows from them.

    One caller at a time.
    """

    def __init__(self, services: ServiceMonths) -> None:
        self._services = services
        self.reports = ReportHistory()
        self._calibrations: tuple[Calibration, ...] = ()
        self._made_from = -1
        self._made_at = -math.inf

    def calibrations(self, now: float, months: Sequence[OwnMonth]) -> tuple[Calibration, ...]:
        """Ratios as they stand, made anew with a new report, and once an hour."""
        if not months:
            return ()
        is_old = not 0 <= now - self._made_at < _AGAIN_SECONDS
        if is_old or self._made_from != self.reports.version:
            self._made_at, self._made_from = now, self.reports.version
            self._calibrations = calibrations(months, self._services.all(), self.reports.rows())
        return self._calibrations

    def dump(self) -> Iterator[Row]:
        """Rows of everything a restart must not lose."""
        for month in self._services.all():
            yield own_row(month)
        for report in self.reports.reports():
            yield report.row()

    def load(self, rows: Iterable[Row]) -> None:
        """Take back what `dump` gave. Raises ValueError or TypeError for anything else."""
        own: list[ServiceMonth] = []
        reports: list[SavedReport] = []
        for saved in read_comparison(rows):
            if isinstance(saved, SavedReport):
                reports.append(saved)
            else:
                own.append(saved)
        self._services.resume(own)
        self.reports.resume(reports)
        self._made_at = -math.inf


def newest_only(rows: Iterable[ReportedEmissions]) -> tuple[ReportedEmissions, ...]:
    """Rows of the newest month of each account and source."""
    newest: dict[tuple[str, str, str], float] = {}
    kept = tuple(rows)
    for row in kept:
        key = row.provider, row.account_id, row.source
        newest[key] = max(row.start, newest.get(key, row.start))
    return tuple(
        row for row in kept if row.start == newest[row.provider, row.account_id, row.source]
    )
