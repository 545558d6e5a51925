"""Budgets on the page, in a real Chromium: how each stands, and its line in the trend."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.async_api import Browser, Page, expect
from tests.exposition import estate
from tests.web.browsing import visit

from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.web.api.history import Remembered

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).first.click()


async def test_budgets_say_what_is_spent_and_what_is_foreseen(
    chromium: Browser, demo: Snapshot
) -> None:
    watched = replace(demo, budgets=estate.SNAPSHOT.budgets)
    async with visit(chromium, watched, width=320) as visited:
        rows = visited.page.locator("#budgets-body tbody tr")
        await expect(rows).to_contain_text(["web", "all"])
        for text in ("33 %", "30 kg of 90 kg", "110 kg (70 – 180 kg), 120 %", "pace 1.25", "75 %"):
            await expect(rows.first).to_contain_text(text)
        await expect(rows.last).to_contain_text("not foreseen yet")
        width = await visited.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 320


async def test_a_budget_of_the_whole_estate_is_a_line_in_its_trend(
    chromium: Browser, demo: Snapshot, past: Remembered
) -> None:
    web, whole = estate.SNAPSHOT.budgets
    rate = demo.total().emissions_grams_per_second.value
    near = replace(whole, name="near", period="month", grams=1.2 * rate * 30 * 86400)
    far = replace(whole, name="far", grams=10 * rate * 365 * 86400)
    watched = replace(demo, budgets=(web, near, far))
    async with visit(chromium, watched, remembered=past, query="?range=7d") as visited:
        page = visited.page
        await expect(page.locator("#chart path.budget")).to_have_count(1)
        legend = page.locator("#trend-legend")
        await expect(legend).to_contain_text("Budget near")
        await expect(legend).to_contain_text("above what is drawn")
        assert "Budget web" not in await legend.inner_text()  # of a part: no line of the whole
        columns = page.locator("#trend-table th")
        await expect(columns.filter(has_text="Budget near")).to_have_count(1)
        for name in ("Operational", "Power"):
            await press(page, name)
            await expect(page.locator("#trend-title")).to_contain_text(name)
            await expect(page.locator("#chart path.budget")).to_have_count(0)
        await press(page, "Total")
        await press(page, "1 h")
        await expect(page.locator("#trend-title")).to_contain_text("the last hour")
        await expect(page.locator("#chart path.budget")).to_have_count(1)


async def test_a_budget_allows_more_a_second_in_a_short_month(
    chromium: Browser, demo: Snapshot
) -> None:
    february, march = 1_769_904_000 + 86400, 1_772_323_200  # 2026-02-02, 2026-03-01 UTC
    whole = replace(estate.SNAPSHOT.budgets[1], period="month", grams=86400 * 28 * 31)
    async with visit(chromium, replace(demo, budgets=(whole,))) as visited:
        lines = await visited.page.evaluate(
            "async start => (await import('./static/budgets.js'))"
            ".budgetLines({ measure: 'total', start })",
            [february, march],
        )
    assert [line["values"] for line in lines] == [[31, 28]]
