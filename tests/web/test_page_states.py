"""Sentences and ways of the page that must be true of an empty estate too, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from playwright.async_api import expect
from tests.exposition import estate
from tests.web.browsing import (
    NOTHING,
    SETTINGS,
    browser,
    demo_past,
    demo_snapshot,
    rising_trend,
    visit,
)
from tests.web.serving import address, held, served

from cloud_carbon_exporter.history.query import Query, Summed
from cloud_carbon_exporter.model.snapshot import ApiUse, Outcome

pytestmark = pytest.mark.browser


async def test_every_way_leads_to_what_is_shown() -> None:
    async with browser() as chromium:
        for snapshot, shown in (
            (NOTHING, ["Resources", "Health"]),
            (
                replace(estate.SNAPSHOT, advice=()),
                ["Trend", "Breakdown", "Clusters", "Advice", "Resources", "Regions", "Health"],
            ),
        ):
            async with visit(chromium, snapshot) as visited:
                links = visited.page.locator("nav a:visible")
                await expect(links).to_have_text(shown)
                for link in await links.all():
                    target = await link.get_attribute("href")
                    assert target is not None
                    await expect(visited.page.locator(target)).to_be_visible()


async def test_what_was_never_asked_is_not_counted() -> None:
    use = ApiUse(requests={("aws", "s3", "ListBuckets", "success"): 1})
    listed = (Outcome("aws", "1", "global", "s3/bucket"),)
    async with (
        browser() as chromium,
        visit(chromium, replace(NOTHING, api=use, listings=listed)) as visited,
    ):
        await expect(visited.page.locator("#bill-body")).to_contain_text("for 1 call.")
        health = visited.page.locator("#health-body")
        await expect(health).to_contain_text("All works: 1 of 1 listings succeeded")
        await expect(visited.page.locator("#ledger-body")).to_have_text("Nothing is in the ledger.")


async def test_a_history_that_was_busy_is_asked_again() -> None:
    snapshot = estate.SNAPSHOT
    told = demo_past(await demo_snapshot())
    busy = 2  # the trend, and what changed

    def remembered(query: Query) -> Iterable[Summed]:
        nonlocal busy
        if busy:
            busy -= 1
            raise TimeoutError("the history is busy")
        return told(query)

    trend = rising_trend(snapshot, 3)
    async with (
        served(held(snapshot), SETTINGS, trend, remembered) as client,
        browser() as chromium,
    ):
        page = await chromium.new_page()
        await page.goto(f"{address(client)}/")
        summary = page.locator("#trend-summary")
        await expect(summary).to_contain_text("busy for too long")
        await expect(summary).to_contain_text("The last 24 hours, up to", timeout=20_000)
        await expect(page.locator("#changes-summary")).to_contain_text("of the 24 before")
