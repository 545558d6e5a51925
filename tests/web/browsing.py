"""Estates for the page, and a browser to look at it with."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from shutil import which
from typing import TYPE_CHECKING, Any

from tests.exposition import estate
from tests.web.serving import Held, address, held, served

from cloud_carbon_exporter import config
from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.exposition import Settings
from cloud_carbon_exporter.history.file import in_memory
from cloud_carbon_exporter.history.query import summed
from cloud_carbon_exporter.model.errors import Factor
from cloud_carbon_exporter.model.snapshot import Outcome, Snapshot, TargetState
from cloud_carbon_exporter.model.sums import FootprintSum
from cloud_carbon_exporter.service.demo_past import past_of
from cloud_carbon_exporter.service.opening import open_collector
from cloud_carbon_exporter.web.api.advice_decisions import Decisions
from cloud_carbon_exporter.web.api.history import Remembered, nothing_remembered
from cloud_carbon_exporter.web.settings import WebSettings
from cloud_carbon_exporter.web.trend import Trend

if TYPE_CHECKING:
    from playwright.async_api import Browser, ConsoleMessage, Page, Request

SETTINGS = WebSettings(exposition=Settings(tags=("team", "env")), version="1.2.3")

NOTHING = replace(estate.EMPTY, taken_at=estate.TAKEN_AT, first_collection_done=True)
DENIED = (
    "aws 111111111111 eu-west-3 DescribeInstances: UnauthorizedOperation "
    "(grant ec2:DescribeInstances)"
)
FAILING = replace(
    NOTHING,
    targets=(TargetState("prod", "aws", False, "ExpiredToken: the security token has expired"),),
    listings=tuple(
        Outcome("aws", "111111111111", region, "ec2/instance", DENIED, 1.5)
        for region in ("eu-west-3", "us-east-1")
    ),
    measurements=(
        Outcome("aws", "111111111111", "eu-west-3", "ec2/instance", "Throttled: rate exceeded"),
    ),
    api=estate.API,
)


def _demo_settings() -> config.Settings:
    return load(["-demo.enabled=true", "-metrics.tags=team,env"], {}).settings


def demo_past(snapshot: Snapshot) -> Remembered:
    """Thirty days of the demo estate, as the program has them when it starts."""
    store = in_memory()
    store.fill(past_of(_demo_settings())(snapshot))
    return lambda query: summed(store.reader.find(query.since, query.until, query.step), query)


async def demo_snapshot() -> Snapshot:
    """The demo estate after one collection."""
    settings = _demo_settings()
    collector = open_collector(settings, lambda _: None)
    try:
        await collector.refresh()
        return collector.snapshot
    finally:
        await collector.close()


def rising_trend(snapshot: Snapshot, points: int) -> Trend:
    """A trend that ends in the Snapshot, five minutes a point."""
    trend = Trend()
    for index in range(points):
        scale = 1 - 0.02 * ((points - 1 - index) % 7)
        totals = {name: _times(total, scale) for name, total in snapshot.totals.items()}
        at = snapshot.taken_at - 300 * (points - 1 - index)
        trend.record(replace(snapshot, taken_at=at, totals=totals))
    return trend


def _times(total: FootprintSum, scale: float) -> FootprintSum:
    exactly = Factor("", scale, 0, 0)
    return replace(
        total,
        power_watts=total.power_watts.times(exactly, "measured"),
        operational_grams_per_second=total.operational_grams_per_second.times(exactly, "measured"),
    )


@contextlib.asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    program = which("chromium")
    assert program, "chromium is needed: apt-get install chromium"
    from playwright.async_api import async_playwright  # estates alone are asked for without it

    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield running
        finally:
            await running.close()


class Visit:
    """A page that is open, and all that went wrong on it or left the machine."""

    def __init__(self, page: Page, collector: Held, origin: str) -> None:
        self.page = page
        self.collector = collector
        self.wrong: list[str] = []
        self.origin = origin
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", self._heard)
        page.on("request", self._asked)

    def _heard(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self.wrong.append(said.text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(self.origin):
            self.wrong.append(request.url)

    async def drawn(self) -> None:
        """Wait until the figures are there."""
        await self.page.wait_for_selector("body[data-drawn]")


@contextlib.asynccontextmanager
async def visit(
    running: Browser,
    snapshot: Snapshot,
    *,
    trend: Trend | None = None,
    remembered: Remembered = nothing_remembered,
    width: int = 1280,
    height: int = 900,
    scheme: Any = "light",
    query: str = "",
    settings: WebSettings = SETTINGS,
    decisions: Decisions | None = None,
    **context_options: Any,
) -> AsyncIterator[Visit]:
    """The page of one Snapshot, drawn; fails at the end if anything went wrong on it."""
    collector = held(snapshot)
    trend = trend or rising_trend(snapshot, 1)
    async with served(collector, settings, trend, remembered, decisions) as client:
        context = await running.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion="reduce",
            **context_options,
        )
        page = await context.new_page()
        visited = Visit(page, collector, address(client))
        await page.goto(f"{address(client)}/{query}")
        await visited.drawn()
        yield visited
        await context.close()
        assert visited.wrong == []
