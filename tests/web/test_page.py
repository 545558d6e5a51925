"""The page at / in a real Chromium: on the demo estate, on an empty one, and where all fails."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect
from tests.exposition import estate
from tests.web.browsing import FAILING, NOTHING, rising_trend, visit

from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.sums import footprint_sum
from cloud_carbon_exporter.web.api.history import Remembered, nothing_remembered
from cloud_carbon_exporter.web.api.measures import MEASURES
from cloud_carbon_exporter.web.totals_html import told

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SIZES = [(320, 640), (375, 700), (768, 1000), (1280, 900), (3840, 2160)]


def watts_of(text: str) -> float:
    number, unit = text.replace(",", "").split()
    return float(number) * {"mW": 1e-3, "W": 1, "kW": 1e3, "MW": 1e6}[unit]


def emissions_of(row: Row) -> float:
    operational = row.footprint.operational_grams_per_second
    assert operational is not None
    return operational.value + row.footprint.embodied_grams_per_second.value


async def test_totals_say_what_the_snapshot_says(chromium: Browser, demo: Snapshot) -> None:
    async with visit(chromium, demo, trend=rising_trend(demo, 40), query="?range=1h") as visited:
        page = visited.page
        shown = await page.locator("#power .big").inner_text()
        total = sum(row.footprint.power_watts.value for row in demo.rows)
        assert watts_of(shown.replace("\n", " ")) == pytest.approx(total, rel=0.006)
        for name, measure in MEASURES.items():
            estimate = measure.now(demo.total()).estimate
            said = await page.locator(f"#{name}").inner_text()
            assert told(name, estimate).value in said and told(name, estimate).upper in said
        assert str(len(demo.rows)) in await page.locator("#like").inner_text()
        bulbs = float((await page.locator("#like b").first.inner_text()).replace(",", ""))
        assert bulbs == pytest.approx(total / 9, rel=0.006)
        assert "a year at this rate" in await page.locator("#total").inner_text()
        await expect(page.locator("#trend-summary")).to_contain_text("between")
        assert await page.locator("#chart path.area").count() == 3


async def test_a_resource_opens_its_explanation(chromium: Browser, demo: Snapshot) -> None:
    async with visit(chromium, demo) as visited:
        page = visited.page
        largest = max(demo.rows, key=emissions_of)
        first = page.locator("#resources-table button.open").first
        assert await first.locator("bdi").inner_text() == largest.resource.name
        await first.click()
        explained = page.locator(".explained")
        await expect(explained.get_by_role("heading", name="Power")).to_be_visible()
        total = explained.locator("tr.total td.n").first
        said = (await total.inner_text()).split("\n")[0]
        assert watts_of(said) == pytest.approx(largest.footprint.power_watts.value, rel=0.006)
        assert largest.resource.id in await explained.inner_text()
        await first.click()
        await expect(explained).to_have_count(0)


async def test_resources_are_searched_filtered_sorted_and_paged(
    chromium: Browser, demo: Snapshot
) -> None:
    async with visit(chromium, demo) as visited:
        page = visited.page
        rows = page.locator("#resources-table > tbody > tr")
        await expect(rows).to_have_count(25)
        await page.get_by_role("button", name="Show more").click()
        await expect(rows).to_have_count(50)
        await page.get_by_role("button", name="Resource", exact=True).click()
        names = sorted(row.resource.name for row in demo.rows)
        await expect(page.locator("#resources-table .open bdi").first).to_have_text(names[0])
        await expect(page.locator("th[aria-sort=ascending]")).to_have_text("Resource")
        await page.get_by_role("button", name="gcp", exact=True).click()
        here = [row for row in demo.rows if row.resource.location.provider == "gcp"]
        await expect(page.locator("#resources-count")).to_contain_text(
            f"{len(here)} resources match"
        )
        await page.get_by_role("searchbox").fill("no such thing")
        await expect(page.locator("#resources-count")).to_have_text("No resource matches.")
        await page.get_by_role("searchbox").fill("")
        await page.get_by_role("button", name="remove this filter").click()
        await expect(page.locator("#resources-count")).to_contain_text(
            f"{len(demo.rows)} resources."
        )


async def test_breakdown_by_every_label_and_tag(chromium: Browser, demo: Snapshot) -> None:
    async with visit(chromium, demo) as visited:
        page = visited.page
        for label, name in (
            ("Region", "eu-west-1"),
            ("Service", "ec2/instance"),
            ("Tag team", "platform"),
        ):
            await page.get_by_role("combobox").select_option(label)
            row = page.locator("#bars").get_by_role("button", name=name, exact=True)
            await expect(row).to_be_visible()


async def test_new_figures_appear_by_themselves(chromium: Browser, demo: Snapshot) -> None:
    async with visit(chromium, demo) as visited:
        rows = demo.rows[:3]
        totals = {"aws": footprint_sum(row.footprint for row in rows)}
        visited.collector.snapshot = replace(
            demo, taken_at=demo.taken_at + 1, rows=rows, totals=totals
        )
        await expect(visited.page.locator("#resources-count")).to_contain_text("3 resources")
        await expect(visited.page.locator("#like")).to_contain_text("3 resources of")


async def test_a_refresh_leaves_the_keyboard_where_it_was(
    chromium: Browser, demo: Snapshot
) -> None:
    async with visit(chromium, demo) as visited:
        page = visited.page
        await page.locator("#bars button").nth(1).focus()
        name = await page.evaluate("document.activeElement.textContent")
        visited.collector.snapshot = replace(demo, taken_at=demo.taken_at + 1)
        await page.wait_for_selector(f"body[data-drawn='{demo.taken_at + 1}']")
        assert await page.evaluate("document.activeElement.textContent") == name


async def test_an_exporter_that_is_gone_is_said_to_be(chromium: Browser, demo: Snapshot) -> None:
    async with visit(chromium, demo) as visited:
        await visited.page.route("**/api/v1/snapshot", lambda route: route.abort())
        await expect(visited.page.locator("#freshness")).to_contain_text("does not answer")
        await expect(visited.page.locator("#power .big")).to_be_visible()  # the last figures stay
        visited.wrong.clear()  # the browser itself complains of the failed request


async def test_an_empty_estate_says_so(chromium: Browser) -> None:
    async with visit(chromium, NOTHING) as visited:
        await expect(visited.page.get_by_role("status").first).to_contain_text(
            "the account is empty"
        )
        await expect(visited.page.locator("#resources-count")).to_have_text("None.")
        await expect(visited.page.locator("#totals")).to_be_hidden()


async def test_before_the_first_collection_it_says_to_wait(chromium: Browser) -> None:
    async with visit(chromium, estate.EMPTY) as visited:
        await expect(visited.page.get_by_role("status").first).to_contain_text(
            "Collecting for the first time"
        )
        await expect(visited.page.locator("#totals")).to_be_hidden()


async def test_amid_the_first_collection_it_says_that_figures_are_of_a_part(
    chromium: Browser, demo: Snapshot
) -> None:
    amid = replace(demo, first_collection_done=False, listings_ended=82, listings_known=1190)
    async with visit(chromium, amid) as visited:
        page = visited.page
        notice = page.get_by_role("status").first
        await expect(notice).to_contain_text("partial")
        await expect(notice).to_contain_text("82 of 1,190 listings")
        await expect(page.locator("#power h2")).to_have_text("Power, so far")
        await expect(page.locator("#freshness")).to_contain_text("partial figures")


async def test_when_every_collector_fails_the_reasons_come_first(chromium: Browser) -> None:
    async with visit(chromium, FAILING) as visited:
        page = visited.page
        notice = page.locator("#notice")
        await expect(notice).to_contain_text("No collector succeeds")
        await expect(notice).to_contain_text("grant ec2:DescribeInstances")
        await expect(notice).to_contain_text("ExpiredToken")
        await expect(page.locator("#freshness")).to_contain_text("4 failing")
        await expect(page.locator("#health-body")).to_contain_text("0 of 2 listings")
        await expect(page.locator("#bill-body")).to_contain_text("$3.75")


async def test_hostile_names_stay_text(chromium: Browser) -> None:
    name = "<img src=x onerror=alert(1)>\"'</td>"
    tags = {"team": "<script>alert(1)</script>"}
    row = replace(
        estate.MACHINE,
        resource=replace(estate.MACHINE.resource, name=name, id=f"{name}/id", tags=tags),
    )
    async with visit(chromium, replace(estate.SNAPSHOT, rows=(row,))) as visited:
        page = visited.page
        await expect(page.locator("#resources-table .open bdi").first).to_have_text(name)
        await page.locator("#resources-table button.open").first.click()
        await expect(page.locator(".explained h3").first).to_be_visible()
        await page.get_by_role("combobox").select_option("Tag team")
        await expect(page.locator("#bars")).to_contain_text("<script>")
        assert await page.locator("main img, main script").count() == 0


async def test_a_keyboard_is_enough(chromium: Browser, demo: Snapshot) -> None:
    async with visit(chromium, demo) as visited:
        page = visited.page
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.className") == "skip"
        await page.keyboard.press("Enter")
        reached: list[str] = []
        for _ in range(60):
            await page.keyboard.press("Tab")
            reached.append(
                await page.evaluate("document.activeElement.className + document.activeElement.id")
            )
            if "open" in reached:
                break
        assert "search" in reached
        await page.keyboard.press("Enter")
        await expect(page.locator(".explained h3").first).to_be_visible()
        outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("what", ["demo", "nothing", "failing"])
async def test_axe_finds_nothing(
    chromium: Browser, demo: Snapshot, past: Remembered, scheme: str, what: str
) -> None:
    snapshot = {"demo": demo, "nothing": NOTHING, "failing": FAILING}[what]
    for width in (375, 1280):
        remembered = past if what == "demo" else nothing_remembered
        async with visit(
            chromium, snapshot, remembered=remembered, scheme=scheme, width=width
        ) as visited:
            page = visited.page
            for summary in await page.locator("summary:visible").all():
                await summary.click()
            if what == "demo":
                await page.locator("button.open").first.click()
                await page.locator(".explained h3").first.wait_for()
            results: dict[str, Any] = (await Axe().run(page)).response
            assert results["violations"] == [], json.dumps(results["violations"], indent=1)


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_it_fits_from_a_phone_to_a_wall(
    chromium: Browser,
    demo: Snapshot,
    past: Remembered,
    width: int,
    height: int,
    tmp_path: Path,
) -> None:
    async with visit(chromium, demo, remembered=past, width=width, height=height) as visited:
        page = visited.page
        await page.locator("button.open").first.click()
        await page.locator(".explained h3").first.wait_for()
        fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert await page.evaluate(fits)
        cards = "[...document.querySelectorAll('main .card')]"
        over = (
            f"{cards}.filter(card => card.scrollWidth > card.clientWidth + 1).map(card => card.id)"
        )
        assert await page.evaluate(over) == []
        await page.screenshot(path=tmp_path / f"page-{width}.png", full_page=True)
        assert (tmp_path / f"page-{width}.png").stat().st_size > 20_000
