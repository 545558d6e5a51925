"""The application over a collector that holds what it is given."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aiohttp import ClientSession
from tests.exposition import estate

from cloud_carbon_exporter.exposition import Exposition, render
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.web.api.advice_decisions import Decisions
from cloud_carbon_exporter.web.api.history import Remembered, nothing_remembered
from cloud_carbon_exporter.web.app import make_app
from cloud_carbon_exporter.web.listener import start
from cloud_carbon_exporter.web.settings import WebSettings
from cloud_carbon_exporter.web.trend import Trend

SETTINGS = WebSettings(
    exposition=estate.SETTINGS, version="1.2.3", source_url="https://example.org/source/v1.2.3"
)
PLAIN = {"Accept-Encoding": "identity"}


@dataclass
class Held:
    """A collector whose Snapshot the test sets; remembers how it was asked."""

    snapshot: Snapshot
    exposition: Exposition | None = None
    asked: list[float] = field(default_factory=list)
    next_snapshot: Snapshot | None = None
    progress: str = ""

    async def collect_for_scrape(self, timeout_seconds: float) -> None:
        self.asked.append(timeout_seconds)
        if self.next_snapshot is not None:
            self.snapshot = self.next_snapshot
            self.exposition = render(self.snapshot, estate.SETTINGS)


def held(snapshot: Snapshot) -> Held:
    return Held(snapshot, render(snapshot, estate.SETTINGS))


@contextlib.asynccontextmanager
async def served(
    collector: Held,
    settings: WebSettings = SETTINGS,
    trend: Trend | None = None,
    remembered: Remembered = nothing_remembered,
    decisions: Decisions | None = None,
) -> AsyncIterator[ClientSession]:
    """A client of the running application; its URLs are relative to it."""
    told = remembered, lambda: collector.snapshot.budgets
    app = make_app(settings, collector, trend, *told, decisions)
    runner = await start(app, "127.0.0.1", 0)
    port = runner.addresses[0][1]
    try:
        async with ClientSession(
            f"http://127.0.0.1:{port}", headers=PLAIN, auto_decompress=False
        ) as session:
            yield session
    finally:
        await runner.cleanup()


def address(client: ClientSession) -> str:
    """Where the application of a client listens, without a slash at the end."""
    return str(client._base_url).rstrip("/")
