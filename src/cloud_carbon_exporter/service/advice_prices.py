"""Prices of advice: the bill of -advice.bill, read again where it has changed.

The room that reads bills is imported when one is named: its libraries are an extra.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from importlib import import_module
from pathlib import Path

from cloud_carbon_exporter.advice.prices import wanted
from cloud_carbon_exporter.collect.advice_book import AdviceBook
from cloud_carbon_exporter.collect.side_tasks import unless_it_fails
from cloud_carbon_exporter.errors import ConfigError, ExporterError
from cloud_carbon_exporter.model.advice import Advice
from cloud_carbon_exporter.model.billed import Prices
from cloud_carbon_exporter.service.newest import Collecting

log = logging.getLogger(__name__)

EVERY_SECONDS = 600.0
"""How often it is looked whether the bill, or what is advised, has changed."""

EXTRA = (
    "-advice.bill reads bills with libraries that are not installed: "
    "pip install 'cloud-carbon-exporter[history]'"
)
_LIBRARIES = ("ibis", "duckdb", "pyarrow", "pandas", "numpy", "sqlglot")


def prices_of(path: str, advice: Sequence[Advice]) -> Prices | None:
    """What the bill tells of what is advised; None where none is named.

    Raises ConfigError for one that cannot be read.
    """
    if not path:
        return None
    try:
        import_module("cloud_carbon_exporter.bills.prices")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _LIBRARIES:
            raise
        raise ConfigError(EXTRA) from None
    from cloud_carbon_exporter.bills.prices import prices_in

    try:
        return prices_in(path, "auto", wanted(advice))
    except ExporterError as error:
        raise ConfigError(f"-advice.bill: {path} {error}") from None


async def keep_priced(path: str, collector: Collecting, book: AdviceBook) -> None:
    """Read the bill when it, or what is advised, has changed; for ever.

    A bill that cannot be read is told of once a change, and the prices before it stay.
    """
    if not path:
        book.prices = None
    read: tuple[Collection[str], Collection[tuple[str, float]]] | None = None
    while path:
        with unless_it_fails("reading prices of advice"):
            advice = collector.snapshot.advice
            now = (wanted(advice), await asyncio.to_thread(_stamps, path))
            if advice and now != read:
                read = now
                try:
                    book.prices = await asyncio.to_thread(prices_of, path, advice)
                except ConfigError as error:
                    log.warning("%s", error)
        await asyncio.sleep(EVERY_SECONDS)


def _stamps(path: str) -> Collection[tuple[str, float]]:
    """Files of a bill, and when each was written."""
    root = Path(path)
    files = [file for file in root.rglob("*") if file.is_file()] if root.is_dir() else [root]
    stamps: set[tuple[str, float]] = set()
    for file in files:
        if file.exists():
            stamps.add((str(file), file.stat().st_mtime))
    return stamps
