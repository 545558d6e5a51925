"""The made-up estate, counted over a day by a collector with a clock of its own, and its bill."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from cloud_carbon_exporter.bills.history import Asked, history
from cloud_carbon_exporter.commands.history_compare import comparison
from cloud_carbon_exporter.commands.history_live import Live
from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.history.counted import counted_hardware
from cloud_carbon_exporter.history.file import in_memory
from cloud_carbon_exporter.history.store import Store
from cloud_carbon_exporter.history.waiting import Waiting
from cloud_carbon_exporter.model.comparison import ComparedLine
from cloud_carbon_exporter.model.hours import DAY_SECONDS, HOUR_SECONDS
from cloud_carbon_exporter.providers.demo import PROVIDER, DemoClient, bill
from cloud_carbon_exporter.providers.demo.estate import build
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Listing, Meter, Provider, Raw, Scope
from cloud_carbon_exporter.service.opening import open_collector

DAY = int(datetime(2026, 11, 18, tzinfo=UTC).timestamp())
RESOURCES = 160
_LATE_HOURS = 3
"""Hours after the day in which monitoring may still tell of it."""

Listed = Callable[[Raw], Iterable[Raw]]
"""What a listing makes of an object: nothing, itself, more than one."""


def as_it_is(raw: Raw) -> Iterable[Raw]:
    return (raw,)


def _provider(now: Callable[[], float], listed: Listed) -> Provider:
    """Provider of the estate by a clock, whose listings may be at fault."""

    class Client(DemoClient):
        async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
            async for page in super().pages(listing, scope):
                yield [each for raw in page for each in listed(raw)]

    def client(settings: TargetSettings, meter: Meter) -> Client:
        return Client(settings, meter, now)

    return replace(PROVIDER, client=client)


async def counted(listed: Listed = as_it_is, every_seconds: float = 1800) -> Store:
    """Store of a day and the hour before it."""
    now = [float(DAY - HOUR_SECONDS)]
    arguments = ["-demo.enabled", f"-demo.resources={RESOURCES}", "-log.level=error"]
    settings = load(arguments, {}).settings
    provider = _provider(lambda: now[0], listed)
    with patch("cloud_carbon_exporter.service.opening.provider", lambda _: provider):
        collector = open_collector(settings, lambda _: None, clock=lambda: now[0])
    waiting, store = Waiting(), in_memory()
    try:
        while now[0] < DAY + DAY_SECONDS + _LATE_HOURS * HOUR_SECONDS:
            await collector.refresh()
            for part in collector.snapshot.hours:
                waiting.cover(part)
                waiting.hold(part)
            now[0] += every_seconds
    finally:
        await collector.close()
    store.add((), waiting.spans(), waiting.held())
    return store


def compared(store: Store, folder: Path) -> dict[tuple[str, str], ComparedLine]:
    """Lines of the comparison with the bill of the month, by kind and unit."""
    path = folder / "bill.csv"
    with path.open("w", encoding="utf-8") as stream:
        bill.write(build(0, RESOURCES), stream, [(2026, 11)])
    found = store.reader.held(DAY, DAY + DAY_SECONDS)
    hardware = counted_hardware(found, DAY, DAY + DAY_SECONDS)
    with history(Asked(str(path), ("provider", "account", "region", "kind"))) as told:
        lines = comparison(told, Live("the estate", hardware), by_region=False).lines
    return {(line.kind, line.unit): line for line in lines}
