"""`report`: collect once, print, and say by the exit code whether anything failed.

With -since it is of a period, and `report_period` does it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

from cloud_carbon_exporter import logs
from cloud_carbon_exporter.collect.progress import say_progress
from cloud_carbon_exporter.commands import report_period, terminal, what_if
from cloud_carbon_exporter.commands.progress_bar import draw
from cloud_carbon_exporter.commands.report_advice import with_advice
from cloud_carbon_exporter.commands.report_by import labels_of, with_clusters
from cloud_carbon_exporter.config import Invocation, Settings
from cloud_carbon_exporter.config.advice_flags import ADVICE
from cloud_carbon_exporter.config.flags import REPORT_FORMAT, STRICT
from cloud_carbon_exporter.config.grid_flags import WHAT_IF
from cloud_carbon_exporter.config.period_flags import BY, SINCE
from cloud_carbon_exporter.errors import ExporterError
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.reporting import html, report, tables
from cloud_carbon_exporter.reporting.failures import failures
from cloud_carbon_exporter.reporting.sections import sections
from cloud_carbon_exporter.service.opening import missing_credentials, open_collector
from cloud_carbon_exporter.service.signals import run_once

log = logging.getLogger(__name__)

FORMS: Mapping[str, Callable[[Snapshot, tuple[str, ...]], str]] = {
    "text": lambda of, tags: report.as_text(of, tags, terminal.width(sys.stdout)),
    "json": report.as_json,
    "csv": report.as_csv,
    "markdown": report.as_markdown,
    "html": report.as_html,
}

GRID_PATIENCE_SECONDS = 30.0
"""A report has one moment: it waits for every source's answer, or its timeout."""


def run(invocation: Invocation) -> int:
    """Print the report. Returns 1 when nothing could be listed; with -strict when anything failed.

    Raises ExporterError when no target has credentials.
    """
    settings = invocation.settings
    logs.configure(settings.log_level, settings.log_format)
    for warning in settings.warnings:
        log.warning("%s", warning)
    if settings.options.holds(SINCE):
        return report_period.run(settings, lambda: run_once(collect(settings)))
    report_period.check_alone(settings)
    wish = what_if.read(settings.options[WHAT_IF])
    snapshot = run_once(collect(settings, wish.there))
    form = settings.options[REPORT_FORMAT]
    text = FORMS[form](snapshot, settings.tags)
    if wish != what_if.Wish():
        text = with_what_if(text, form, snapshot, wish, settings.tags)
    if by := labels_of(settings.options[BY]):
        told = what_if.sections(wish, snapshot) if wish != what_if.Wish() else ()
        text = with_clusters(text, form, snapshot, by, settings.tags, told)
    if settings.options[ADVICE]:
        text = with_advice(text, form, snapshot, settings)
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    return _code(snapshot, strict=settings.options[STRICT])


def _code(of: Snapshot, *, strict: bool) -> int:
    """Exit code of a report. A partial one is a success that says so in the log."""
    count = len(failures(of))
    if count and not strict and any(not listing.error for listing in of.listings):
        log.warning("the report is partial (errors: %d); -strict makes its exit code 1", count)
        return 0
    return 1 if count else 0


def with_what_if(
    text: str, form: str, snapshot: Snapshot, wish: what_if.Wish, tags: tuple[str, ...]
) -> str:
    """Report, and what the estate would come to otherwise.

    A CSV has no room for it: there it goes to stderr.
    """
    if form == "json":
        return json.dumps({**json.loads(text), **what_if.document(wish, snapshot)})
    told = what_if.sections(wish, snapshot)
    if form == "html":
        return html.as_html([*sections(snapshot, tags), *told])
    if form == "markdown":
        return f"{text}\n{tables.as_markdown(told)}"
    if form == "text":
        return f"{text}\n{tables.as_text(told, terminal.width(sys.stdout))}"
    sys.stderr.write(tables.as_text(told, terminal.width(sys.stderr)))
    return text


async def collect(settings: Settings, there: tuple[str, str] | None = None) -> Snapshot:
    """Snapshot of one collection of all targets. there: a region whose grid is wanted too."""
    # As in scrape mode nothing is counted: of one collection no energy is known.
    uncounted = replace(settings, mode="scrape")
    collector = open_collector(
        uncounted, lambda _: None, GRID_PATIENCE_SECONDS, places=(there,) if there else ()
    )
    telling: list[asyncio.Task[None]] = []
    if sys.stderr.isatty():
        telling.append(asyncio.create_task(draw(collector.target_progress, sys.stderr)))
    try:
        missing = await missing_credentials(collector.clients)
        if missing:
            raise ExporterError("; ".join(map(str, missing)))
        if not telling:
            telling.append(asyncio.create_task(say_progress(collector.target_progress)))
        await collector.refresh()
    finally:
        for task in telling:
            task.cancel()
        await asyncio.gather(*telling, return_exceptions=True)
        await collector.close()
    return collector.snapshot
