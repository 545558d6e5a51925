"""`history -to store`: hours of a bill put into the history file, where nothing was counted."""

from __future__ import annotations

import sqlite3
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from cloud_carbon_exporter.bills.history import Asked, history
from cloud_carbon_exporter.bills.hours import GROUPS, bill_hours, bill_spans
from cloud_carbon_exporter.bills.summary import summary
from cloud_carbon_exporter.commands import terminal
from cloud_carbon_exporter.config import history_flags as flags
from cloud_carbon_exporter.config.flag import Values
from cloud_carbon_exporter.config.flags import HISTORY_FILE
from cloud_carbon_exporter.errors import ConfigError, ExporterError
from cloud_carbon_exporter.history.file import HistoryFile
from cloud_carbon_exporter.history.series import BilledHours, Series, Span
from cloud_carbon_exporter.reporting import bills as report
from cloud_carbon_exporter.reporting.tables import as_text


def to_store(asked: Asked, options: Values) -> None:
    """Put a bill into the history file. Raises ConfigError; ExporterError where it fails."""
    path = options[HISTORY_FILE]
    if not path:
        raise ConfigError("-to: store needs -history.file, the one that serve keeps")
    tags = tuple(key for key in options[flags.BY] if key.startswith("tag:"))
    file = HistoryFile(Path(path))
    try:
        with history(replace(asked, by=(*GROUPS, *tags))) as told:
            spans = [Span(*span) for span in bill_spans(told)]
            rows = (
                BilledHours(Series(of.group, of.basis), of.amounts, of.hours)
                for of in bill_hours(told)
            )
            kept = file.store.bill(rows, spans)
            sections = report.sections(summary(told))
    except (sqlite3.Error, TimeoutError) as error:
        raise ExporterError(f"-history.file: {path} cannot be written: {error}") from None
    finally:
        file.store.close()
        file.close()
    sys.stdout.write(as_text(sections[1:], terminal.width(sys.stdout)))
    sys.stdout.write("\n")
    for span in spans:
        first, last = (
            datetime.fromtimestamp(at, UTC).isoformat(sep=" ", timespec="hours")[:13]
            for at in (span.first, span.last)
        )
        hours = kept[span.provider, span.account_id]
        sys.stdout.write(
            f"{span.provider} {span.account_id}: {hours.billed:,} hours by the bill from {first} "
            f"to {last} UTC, {hours.counted:,} that were counted stay as they are\n"
        )
