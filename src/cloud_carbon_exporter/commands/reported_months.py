"""Providers' own figures of past months: from the state file, or a Prometheus."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from cloud_carbon_exporter.api_costs.calendar_month import month_bounds
from cloud_carbon_exporter.collect.report_history import ReportHistory
from cloud_carbon_exporter.history.prometheus import Ask
from cloud_carbon_exporter.model.months import ReportedMonth
from cloud_carbon_exporter.reporting.period.figures import Period
from cloud_carbon_exporter.storage.comparison_rows import SavedReport, read_comparison
from cloud_carbon_exporter.storage.state_lines import NewerVersion, parsed

log = logging.getLogger(__name__)

_DAY = 86_400
_LATE_DAYS = 100
"""How long after its end a month may still be reported: AWS' comes up to three months later."""

_FAMILY = "cloud_carbon_provider_reported_{}{{{}}}"


def months_of_state(file: str) -> Sequence[ReportedMonth]:
    """Months the state file has; none, and a line in the log, where it cannot be read.

    It is read and not claimed: what serves may go on writing it, and replaces it as a whole.
    """
    if not file:
        return ()
    try:
        rows = parsed(Path(file).read_bytes().splitlines(keepends=True)).get("comparison", [])
        saved = [row for row in read_comparison(rows) if isinstance(row, SavedReport)]
    except (OSError, NewerVersion, ValueError, TypeError, LookupError) as error:
        log.warning("providers' own figures are left out: %s cannot be read (%s)", file, error)
        return ()
    history = ReportHistory()
    history.resume(saved)
    return history.months()


async def months_of_prometheus(
    ask: Ask, selector: str, period: Period, now: float
) -> Sequence[ReportedMonth]:
    """Months as the exporter showed them, a day at a time; the last that was told stands.

    The exporter shows the newest month of each account alone, so they are looked for in the days
    after them. Raises CollectError.
    """
    months: dict[tuple[str, str, str, str, int], float] = {}
    at = period.start
    until = min(now, period.end + _LATE_DAYS * _DAY)
    while at < until:
        at = min(int(until), at + _DAY)
        months |= await _told(ask, selector, at)
    told: list[ReportedMonth] = []
    for (provider, account, source, method, start), grams in sorted(months.items()):
        end = month_bounds(start).end
        told.append(ReportedMonth(provider, account, source, method, start, end, grams, "", 0))
    return told


async def _told(ask: Ask, selector: str, at: float) -> dict[tuple[str, str, str, str, int], float]:
    """Grams by provider, account, source, method and start of the month, as shown at a moment."""
    starts: dict[tuple[tuple[str, str], ...], int] = {}
    for sample in await ask(_FAMILY.format("month_timestamp_seconds", selector), at):
        starts[_key(sample.labels)] = int(sample.value)
    grams: defaultdict[tuple[str, str, str, str, int], float] = defaultdict(float)
    if not starts:
        return grams
    for sample in await ask(_FAMILY.format("emissions_grams", selector), at):
        start = starts.get(_key(sample.labels))
        if start is not None:
            labels = sample.labels
            of = (labels.get("cloud_provider", ""), labels.get("cloud_account_id", ""))
            how = (labels.get("source", ""), labels.get("method", ""))
            grams[(*of, *how, start)] += sample.value
    return grams


def _key(labels: object) -> tuple[tuple[str, str], ...]:
    pairs = dict(labels) if isinstance(labels, dict) else {}
    return tuple(sorted((name, value) for name, value in pairs.items() if name != "__name__"))
