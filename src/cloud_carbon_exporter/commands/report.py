"""`report`: collect once, print, and say by the exit code whether anything failed."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Mapping
from typing import TextIO

from cloud_carbon_exporter import logs, report
from cloud_carbon_exporter.collect import Collector
from cloud_carbon_exporter.commands.opening import missing_credentials, open_collector
from cloud_carbon_exporter.config import Invocation, Settings
from cloud_carbon_exporter.errors import ExporterError
from cloud_carbon_exporter.model.types import Snapshot

log = logging.getLogger(__name__)

FORMS: Mapping[str, Callable[[Snapshot, tuple[str, ...]], str]] = {
    "text": report.as_text,
    "json": report.as_json,
    "csv": report.as_csv,
    "markdown": report.as_markdown,
}

_BAR = 30
_DRAWS_PER_SECOND = 10


def run(invocation: Invocation) -> int:
    """Print the report. Returns 1 when anything failed. Raises ExporterError when no target has credentials."""
    settings = invocation.settings
    logs.configure(settings.log_level, settings.log_format)
    for warning in settings.warnings:
        log.warning("%s", warning)
    snapshot = asyncio.run(collect(settings))
    text = FORMS[settings.options["format"]](snapshot, settings.tags)
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    return 1 if report.errors(snapshot) else 0


async def collect(settings: Settings) -> Snapshot:
    """One collection of all targets."""
    collector = open_collector(settings, lambda _: None)
    try:
        missing = await missing_credentials([run.client for run in collector.runs])
        if missing:
            raise ExporterError("; ".join(str(error) for error in missing))
        drawing = asyncio.create_task(_draw(collector, sys.stderr)) if sys.stderr.isatty() else None
        await collector.refresh()
        if drawing is not None:
            drawing.cancel()
            await asyncio.gather(drawing, return_exceptions=True)
        return collector.snapshot
    finally:
        await collector.close()


async def _draw(collector: Collector[None], screen: TextIO) -> None:
    """Show how far the sweeps are, until cancelled; then wipe it away."""
    try:
        while True:
            counts = [run.progress for run in collector.runs]
            screen.write(f"\r{bar(sum(done for done, _ in counts), sum(whole for _, whole in counts))}")
            screen.flush()
            await asyncio.sleep(1 / _DRAWS_PER_SECOND)
    finally:
        screen.write("\r\x1b[K")
        screen.flush()


def bar(done: int, whole: int) -> str:
    """A progress bar over sweeps."""
    filled = _BAR * done // whole if whole else 0
    return f"[{'#' * filled}{' ' * (_BAR - filled)}] {done}/{whole} sweeps"
