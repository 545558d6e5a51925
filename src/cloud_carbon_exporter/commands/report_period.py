"""`report -since`: a period that was counted, from the history file, a demo, or a Prometheus."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cloud_carbon_exporter.commands import terminal
from cloud_carbon_exporter.commands.reported_months import months_of_prometheus, months_of_state
from cloud_carbon_exporter.config import Settings
from cloud_carbon_exporter.config import period_flags as flags
from cloud_carbon_exporter.config.flags import REPORT_FORMAT, STRICT
from cloud_carbon_exporter.errors import ConfigError, ExporterError
from cloud_carbon_exporter.exposition.labels import tag_label
from cloud_carbon_exporter.history.file import in_memory
from cloud_carbon_exporter.history.prometheus import CannotTell, PrometheusHistory
from cloud_carbon_exporter.history.prometheus_web import PrometheusWeb
from cloud_carbon_exporter.history.query import (
    whole_hours,
)
from cloud_carbon_exporter.history.reader import TooManySums
from cloud_carbon_exporter.history.reading import asking, reading
from cloud_carbon_exporter.history.series import LABELS, By, Series
from cloud_carbon_exporter.masking import masked
from cloud_carbon_exporter.model.hours import HOUR_SECONDS
from cloud_carbon_exporter.model.months import ReportedMonth
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.push.sending import read_headers
from cloud_carbon_exporter.reporting import html, tables
from cloud_carbon_exporter.reporting.period import documents
from cloud_carbon_exporter.reporting.period.compute import Asked, period_report
from cloud_carbon_exporter.reporting.period.figures import Period, PeriodReport, Source
from cloud_carbon_exporter.reporting.period.sections import sections
from cloud_carbon_exporter.service.demo_past import past_of
from cloud_carbon_exporter.version import model_version

_BACK_SECONDS = {"h": HOUR_SECONDS, "d": 24 * HOUR_SECONDS, "w": 7 * 24 * HOUR_SECONDS}
_NAMES = {
    "provider": "cloud_provider",
    "account": "cloud_account_id",
    "region": "cloud_region",
    "kind": "kind",
    "basis": "basis",
}
"""Labels by the short names -by takes."""

WHOLE = 0.9999
"""Share from which on a period is whole to -strict."""

FORMS: Mapping[str, Callable[[PeriodReport], str]] = {
    "text": lambda of: tables.as_text(sections(of), terminal.width(sys.stdout)),
    "json": documents.as_json,
    "csv": documents.as_csv,
    "markdown": lambda of: tables.as_markdown(sections(of)),
    "html": lambda of: html.as_html(sections(of)),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """What a period is read from.

    reported: providers' figures of a period. units: functional units by a query.
    """

    source: Source
    reported: Callable[[Period], Sequence[ReportedMonth]]
    units: Callable[[str, Period], float]


def run(settings: Settings, collect: Callable[[], Snapshot]) -> int:
    """Print the report of a period. Returns 1 with -strict where not all of it was counted.

    collect: one collection, for a demo, whose past is made up. Raises ExporterError.
    """
    now = time.time()
    period, by = _period(settings, now), _by(settings)
    try:
        with _opened(settings, collect, period) as opened:
            asked = Asked(
                period,
                by,
                settings.grid_method,
                model_version(),
                *_units(settings, opened, period),
                opened.reported(period),
            )
            report = period_report(opened.source, asked, now)
    except CannotTell as cannot:
        raise ConfigError(str(cannot)) from None
    except (ValueError, TooManySums, sqlite3.Error) as error:
        raise ExporterError(f"report of a period: {error}") from None
    _check_tags(report)
    text = FORMS[settings.options[REPORT_FORMAT]](report)
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    return int(settings.options[STRICT] and report.counted.ratio < WHOLE)


def check_alone(settings: Settings) -> None:
    """Refuse flags of a period where none is asked for. Raises ConfigError."""
    for flag in flags.PERIOD_FLAGS:
        if settings.options.holds(flag):
            raise ConfigError(f"-{flag.name} is of a period: say -since as well")


def _period(settings: Settings, now: float) -> Period:
    """Whole hours of the period. Raises ConfigError."""
    since = _moment(flags.SINCE.name, settings.options[flags.SINCE], now)
    until = now // HOUR_SECONDS * HOUR_SECONDS
    if said := settings.options[flags.UNTIL]:
        until = _moment(flags.UNTIL.name, said, now)
    if until <= since:
        raise ConfigError("-until: does not lie behind -since")
    if since > now:
        raise ConfigError("-since: lies in the future, of which nothing is counted")
    return Period(*whole_hours(since, until))


def _moment(name: str, text: str, now: float) -> float:
    if back := re.fullmatch(r"(\d+)([hdw])", text):
        return max(0.0, now - int(back[1]) * _BACK_SECONDS[back[2]])
    try:
        at = datetime.fromisoformat(f"{text}-01" if len(text) == len("2026-10") else text)
        return max(0.0, (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        raise ConfigError(f'-{name}: "{text}" is no day of the calendar') from None


def _by(settings: Settings) -> Mapping[str, By]:
    """Labels of the breakdown, by their names in metrics."""
    chosen: dict[str, By] = {}
    for word in settings.options[flags.BY]:
        name = _NAMES.get(word, word)
        if name in LABELS:
            chosen[name] = LABELS[name]
        else:
            label = name if name.startswith("tag_") else tag_label(name)
            chosen[label] = _tag(label)
    return chosen


def _tag(label: str) -> By:
    """Value of the tag that is exported under a label."""

    def value(series: Series) -> str:
        values = [value for key, value in series.group.tags if tag_label(key) == label]
        return values[0] if values else ""

    return value


def _check_tags(report: PeriodReport) -> None:
    """Raises ConfigError for a tag that nothing has: it was misspelt, or never kept."""
    for place, label in enumerate(report.by):
        known = label in LABELS or any(group.labels[place] for group in report.groups)
        if not known:
            raise ConfigError(
                f"-by: nothing that was counted has {label}; allowed: {', '.join(_NAMES)}, or a "
                "key that stood in -metrics.tags while it was counted"
            )


def _units(settings: Settings, opened: Opened, period: Period) -> tuple[str, float]:
    asked = settings.options[flags.FUNCTIONAL_UNITS]
    if asked is None:
        return "", 0.0
    units = opened.units(asked.query, period) if asked.query else asked.units
    if units <= 0:
        raise ConfigError(f"-functional-units: of {asked.unit} there were none in the period")
    return asked.unit, units


@contextmanager
def _opened(
    settings: Settings, collect: Callable[[], Snapshot], period: Period
) -> Iterator[Opened]:
    """What the settings name. Raises ConfigError where they name nothing, or twice."""
    url, file = settings.options[flags.FROM_PROMETHEUS], settings.history_file
    if url:
        with _prometheus(settings, url) as opened:
            yield opened
        return
    demo = {target.provider for target in settings.targets} == {"demo"}
    if not file and not demo:
        raise ConfigError(
            "-since needs what was counted: -history.file, which serve keeps, or -from.prometheus"
        )
    reported = months_of_state(settings.state_file)
    if file:
        with reading(Path(file)) as reader:
            by_bill = ", in part by a bill" if reader.has_bill(period.start, period.end) else ""
            source = Source(f"the history file {Path(file).name}{by_bill}", asking(reader))
            yield Opened(source, lambda _: reported, _no_query)
        return
    store = in_memory()
    store.fill(past_of(settings)(collect()))
    source = Source("a past made up for the demo", asking(store.reader))
    yield Opened(source, lambda _: reported, _no_query)


def _no_query(query: str, period: Period) -> float:
    raise ConfigError("-functional-units: a query needs -from.prometheus; allowed: a count")


@contextmanager
def _prometheus(settings: Settings, url: str) -> Iterator[Opened]:
    if not re.match(r"https?://", url):
        raise ConfigError("-from.prometheus: what is given is no URL of http or https")
    headers = read_headers(settings.options[flags.FROM_HEADERS_FILE], "query")
    web = PrometheusWeb(url, headers)
    selector = settings.options[flags.FROM_SELECTOR].strip("{} ")
    past = PrometheusHistory(web.samples, selector)
    with asyncio.Runner() as runner:

        def units(query: str, period: Period) -> float:
            asked = query.replace("$range", f"{period.seconds}s")
            samples = runner.run(web.samples(asked, period.end))
            return sum(sample.value for sample in samples)

        def reported(period: Period) -> Sequence[ReportedMonth]:
            return runner.run(months_of_prometheus(web.samples, selector, period, time.time()))

        name = f"Prometheus at {masked(url)}"
        source = Source(name, lambda query: runner.run(past.find(query)), False, "day")
        try:
            yield Opened(source, reported, units)
        finally:
            runner.run(web.close())
