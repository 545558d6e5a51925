"""What a person chooses on the page, in a real Chromium: measure, range, label; and takes along."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from tests.exposition import estate
from tests.web.browsing import FAILING, NOTHING, SETTINGS, visit
from tests.web.serving import address, held, served

from cloud_carbon_exporter.collect.advice_book import AdviceBook
from cloud_carbon_exporter.model.snapshot import Outcome, Snapshot
from cloud_carbon_exporter.web.api.certainty import certainty
from cloud_carbon_exporter.web.api.history import Remembered
from cloud_carbon_exporter.web.api.measures import MEASURES
from cloud_carbon_exporter.web.totals_html import told

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).first.click()


async def test_one_switch_for_totals_trend_and_breakdown(
    chromium: Browser, demo: Snapshot, past: Remembered
) -> None:
    async with visit(chromium, demo, remembered=past) as visited:
        page = visited.page
        for name, label in (("operational", "Operational"), ("power", "Power"), ("total", "Total")):
            await press(page, label)
            await expect(page.locator(".heroes .chosen")).to_have_id(name)
            await expect(page.locator("#trend-title")).to_contain_text(label)
            await expect(page.locator("#breakdown-title")).to_contain_text(label)
            rates = demo.totals["aws"]
            of = told(name, MEASURES[name].now(rates).estimate)
            row = page.locator("#bars tbody tr", has_text="aws")
            # an hour or a day in both; the unit of the page's rows has no CO2e in it
            await expect(row).to_contain_text(f"{of.value} {of.unit.replace(' CO₂e', '')}")
            await expect(row).to_contain_text(of.upper)


async def test_what_is_chosen_lives_in_the_address(
    chromium: Browser, demo: Snapshot, past: Remembered
) -> None:
    async with visit(chromium, demo, remembered=past) as visited:
        page = visited.page
        assert "?" not in page.url
        await press(page, "Operational")
        await press(page, "30 d")
        await page.get_by_role("combobox").select_option("Tag team")
        await press(page, "data")
        await page.get_by_role("searchbox").fill("shop")
        await press(page, "Resource")
        await press(page, "Since last week")
        await expect(page.locator("th[aria-sort=ascending]")).to_have_text("Resource")
        count = await page.locator("#resources-count").inner_text()
        for part in ("measure=operational", "range=30d", "by=tag_team", "search=shop"):
            assert part in page.url
        assert "filter=tag_team%3Ddata" in page.url
        assert "since=last-week" in page.url
        address = page.url.partition("?")[2]
    async with visit(chromium, demo, remembered=past, query=f"?{address}") as visited:
        page = visited.page
        await expect(page.locator("#resources-count")).to_have_text(count)
        await expect(page.locator("#trend-title")).to_contain_text(
            "last 30 days, by tag team", timeout=30_000
        )
        await expect(page.get_by_role("searchbox")).to_have_value("shop")
        pressed = page.locator("[aria-pressed=true]")
        await expect(pressed).to_have_text(["Operational", "30 d", "Namespace", "Since last week"])


async def test_an_address_that_says_nonsense_shows_the_usual(
    chromium: Browser, demo: Snapshot, past: Remembered
) -> None:
    query = "?measure=love&range=1y&by=tag_nobody&since=ever"
    async with visit(chromium, demo, remembered=past, query=query) as visited:
        await expect(visited.page.locator("#total")).to_have_class("card chosen")
        await expect(visited.page.locator("#trend-title")).to_contain_text("24 hours, by provider")


@pytest.mark.parametrize("name", ["1 h", "24 h", "7 d", "30 d", "90 d", "13 mo"])
async def test_every_range_is_drawn(
    chromium: Browser, demo: Snapshot, past: Remembered, name: str
) -> None:
    async with visit(chromium, demo, remembered=past) as visited:
        page = visited.page
        await press(page, name)
        words = "last hour" if name == "1 h" else f"last {name.partition(' ')[0]}"
        await expect(page.locator("#trend-title")).to_contain_text(words, timeout=30_000)
        await expect(page.locator("#chart path.area").first).to_be_attached()
        if name != "1 h":
            await expect(page.locator("#bars th").last).to_have_text(f"In {name}")
            await expect(page.locator("#bars tbody td").last).to_contain_text("kg")
        if name in ("90 d", "13 mo"):  # the demo remembers thirty days
            await expect(page.locator("#trend-summary")).to_contain_text("hours were counted")


async def test_pointing_at_the_chart_tells_that_step(
    chromium: Browser, demo: Snapshot, past: Remembered
) -> None:
    async with visit(chromium, demo, remembered=past) as visited:
        page = visited.page
        await expect(page.locator("#trend-at")).to_have_text("Mean")
        await page.locator("#chart").hover()
        await expect(page.locator("#trend-at")).to_contain_text("At ")
        assert await page.locator("#trend-legend li").count() == 3


async def test_an_exporter_that_has_just_begun_shows_its_first_hour(
    chromium: Browser, demo: Snapshot
) -> None:
    async with visit(chromium, demo) as visited:
        await expect(visited.page.locator("#trend-title")).to_contain_text("the last hour")
        await expect(visited.page.locator("#trend-summary")).to_contain_text("One refresh so far")
        await expect(visited.page.locator("#changes")).to_be_hidden()


async def test_a_tile_leads_to_its_resources_and_a_table_says_the_same(
    chromium: Browser, demo: Snapshot, past: Remembered
) -> None:
    async with visit(chromium, demo, remembered=past, query="?by=cloud_region") as visited:
        page = visited.page
        tile = page.locator(".tile").first
        said = await tile.get_attribute("title")
        assert said is not None
        region, kind = said.partition(":")[0].split(" · ")
        await expect(page.locator("#tiles-table tbody tr").first).to_contain_text(region)
        await tile.click(position={"x": 4, "y": 4})
        await expect(page.locator("#filters")).to_contain_text(f"Region: {region}")
        await expect(page.locator("#filters")).to_contain_text(f"Service: {kind}")
        await press(page, f"{region}, {kind}")  # the same, with a keyboard
        await expect(page.locator("#filters button")).to_have_count(2)
        inside = (
            "all => all.every(one => "
            "one.offsetTop + one.offsetHeight <= one.parentElement.offsetHeight + 2)"
        )
        assert await page.eval_on_selector_all(".group .tile", inside)


async def test_changes_name_what_moved(chromium: Browser, demo: Snapshot, past: Remembered) -> None:
    async with visit(chromium, demo, remembered=past) as visited:
        page = visited.page
        await expect(page.locator("#changes-summary")).to_contain_text("of the 24 before")
        await expect(page.locator("#changes")).to_contain_text("single resources are not kept")
        await expect(page.locator("#changes-body h3")).to_contain_text(
            ["More or less", "New", "Gone"]
        )
        await press(page, "Since last week")
        await expect(page.locator("#changes-summary")).to_contain_text("of the 7 before")
        await page.locator("#changes-body button").first.click()
        await expect(page.locator("#filters button")).to_have_count(3)


async def test_what_to_do_is_told_with_what_it_was_decided_on(
    chromium: Browser, demo: Snapshot
) -> None:
    advised = replace(demo, advice=estate.SNAPSHOT.advice)
    async with visit(chromium, advised, width=320) as visited:
        page, told = visited.page, estate.SNAPSHOT.advice
        await expect(page.locator("#advice-summary")).to_contain_text("2 ways")
        rows = page.locator("#advice-body tbody tr")
        await expect(rows).to_have_count(len(told))
        for piece, row in zip(told, await rows.all(), strict=True):
            for text in (piece.name, piece.action, piece.decided_on, piece.way_back):
                await expect(row).to_contain_text(text)
        # 0.0000625 g/s over a year
        await expect(rows.first).to_contain_text("1.97 kg a year")
        await expect(rows.first).to_contain_text("0.986 – 3.94 kg")
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 320
        # On a phone what it rests on has the width of the card, beside which nothing stands.
        card = await page.locator("#advice-body").bounding_box()
        text = await rows.first.locator("th > small").nth(1).bounding_box()
        assert card is not None
        assert text is not None
        assert text["width"] > 0.9 * card["width"]
        await expect(rows.first).to_contain_text("Would save 1.97 kg a year")
        assert await rows.first.locator("xpath=self::*[@role='row']").count() == 1


async def test_on_a_phone_a_change_within_its_doubt_is_not_cut(
    chromium: Browser, demo: Snapshot, past: Remembered
) -> None:
    async with visit(chromium, demo, width=320, remembered=past) as visited:
        small = visited.page.locator("#changes-body td small").first
        await small.evaluate("one => { one.textContent = '(−5.2 %), within its doubt'; }")
        assert await visited.page.evaluate("document.documentElement.scrollWidth") <= 320


async def test_advice_is_dismissed_and_taken_back_on_the_page(
    chromium: Browser, demo: Snapshot
) -> None:
    advised = replace(demo, advice=estate.ADVICE, followed=estate.FOLLOWED)
    async with visit(chromium, advised, width=320, decisions=AdviceBook()) as visited:
        page = visited.page
        rows = page.locator("#advice-body table").first.locator("tbody tr")
        await expect(rows.first).to_contain_text("USD 422 a year")
        await page.get_by_role("button", name="Accept: run it").click()
        accepted = page.get_by_role("button", name="Accepted: run it")
        await expect(accepted).to_have_attribute("aria-pressed", "true")
        await page.get_by_role("button", name="Dismiss: m5.large").click()
        await expect(rows).to_have_count(1)
        await page.get_by_role("button", name="Show 1 dismissed").click()
        await expect(page.locator("#advice-summary")).to_contain_text("1 dismissed")
        await page.get_by_role("button", name="Dismissed: m5.large").click()
        await page.get_by_role("button", name="Back to all advice").click()
        await expect(rows).to_have_count(2)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320


async def test_what_was_done_is_told_with_before_and_after(
    chromium: Browser, demo: Snapshot
) -> None:
    advised = replace(demo, advice=(), followed=estate.FOLLOWED)
    async with visit(chromium, advised) as visited:
        card = visited.page.locator("#advice")
        for text in ("What was done", "old-build", "deleted since", "15.8 kg a year before, 0 g"):
            await expect(card).to_contain_text(text)


async def test_where_nothing_is_to_be_done_it_says_what_that_takes(
    chromium: Browser, demo: Snapshot
) -> None:
    async with visit(chromium, replace(demo, advice=())) as visited:
        await expect(visited.page.locator("#advice-summary")).to_contain_text("two weeks of loads")
        await expect(visited.page.locator("#budgets")).to_be_hidden()


async def test_how_sure_it_is_stands_in_the_open(chromium: Browser, demo: Snapshot) -> None:
    async with visit(chromium, demo) as visited:
        page = visited.page
        doubts = certainty(demo)["total"]["doubts"]
        sentence = page.locator("#certainty-sentence")
        await expect(sentence).to_contain_text("grams rest on loads that were read")
        await expect(sentence).to_contain_text(f"the largest doubt is {doubts[0]['name']}")
        await expect(page.locator("#certainty-sum")).to_contain_text("= total emissions")
        await press(page, "Power")
        await expect(sentence).to_contain_text("watts rest on")
        reasons = [row.footprint.reason for row in demo.rows if row.footprint.reason]
        await expect(page.locator("#resources-table")).to_contain_text(reasons[0].split(";")[0])


async def test_the_share_is_said_as_people_say_it(chromium: Browser, demo: Snapshot) -> None:
    async with visit(chromium, demo) as visited:
        said = await visited.page.evaluate(
            "async () => { const { part } = await import('./static/certainty.js');"
            " return [1, 0.99, 0.97, 0.8, 0.66, 0.5, 0.34, 0.1, 0.01].map(part); }"
        )
    assert said == [
        "All", "All", "9 of 10", "4 of 5", "2 of 3", "1 of 2", "1 of 3", "1 of 10", "Hardly any"
    ]  # fmt: skip


async def test_it_is_taken_along_as_markdown(
    chromium: Browser, demo: Snapshot, past: Remembered
) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    async with visit(chromium, demo, remembered=past, permissions=permissions) as visited:
        page = visited.page
        await press(page, "Copy as markdown")
        await expect(page.locator("#copied")).to_have_text("Copied.")
        text = await page.evaluate("navigator.clipboard.readText()")
        lines = text.splitlines()
        assert lines[0].startswith("**Cloud carbon, ")
        assert "| Total | " in text
        assert await page.locator("#certainty-sentence").inner_text() in lines
        shown = await page.locator("#bars tbody tr").count()
        table = lines[lines.index("| --- | ---: | ---: | ---: | ---: |") + 1 :]
        assert len([line for line in table if line.startswith("| ")]) == shown


@pytest.mark.parametrize("what", ["breakdown", "trend", "resources"])
async def test_it_is_taken_along_as_csv(
    chromium: Browser, demo: Snapshot, past: Remembered, what: str, tmp_path: Path
) -> None:
    async with visit(chromium, demo, remembered=past) as visited:
        async with visited.page.expect_download() as download:
            await visited.page.locator(f"#save-{what}").click()
        await (await download.value).save_as(tmp_path / "file.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "file.csv").read_text())))
    assert len(rows) == {"breakdown": 3, "trend": 24, "resources": 25}[what]
    if what == "breakdown":
        total = sum(float(row["value"]) for row in rows)
        assert total == pytest.approx(demo.total().emissions_grams_per_second.value)


async def test_a_name_that_is_a_formula_is_text_to_a_spreadsheet(
    chromium: Browser, demo: Snapshot
) -> None:
    async with visit(chromium, demo) as visited:
        text = await visited.page.evaluate(
            "async () => (await import('./static/copying.js'))"
            ".csv(['a'], [['=1+1'], ['x,\"y\"'], [-2], [' @x'], ['\uff1d1'], ['-x']])"
        )
    assert text == 'a\r\n\'=1+1\r\n"x,""y"""\r\n-2\r\n\' @x\r\n\'\uff1d1\r\n\'-x\r\n'


async def test_a_name_in_markdown_hides_nothing(chromium: Browser, demo: Snapshot) -> None:
    async with visit(chromium, demo) as visited:
        cell = await visited.page.evaluate(
            "async (name) => (await import('./static/copying.js')).cell(name)",
            "a\u202eb\x1b[31m|c\n[x](http://evil.example)<b>",
        )
    assert cell == r"a\\u202eb\\u001b[31m\|c [x]&#40;http://evil.example)&lt;b>"


async def test_long_and_bidi_names_are_clamped_and_isolated(chromium: Browser) -> None:
    name = "\u202eevil \u05d0\u05d1\u05d2 " + "x" * 400
    resource = replace(estate.MACHINE.resource, name=name, tags={"team": name, "env": "prod"})
    row = replace(estate.MACHINE, resource=resource)
    snapshot = replace(estate.SNAPSHOT, rows=(row,))
    for width in (320, 1280):
        async with visit(chromium, snapshot, width=width, query="?by=tag_team") as visited:
            page = visited.page
            fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            assert await page.evaluate(fits)
            for selector in ("#resources-table .open bdi", "#bars bdi"):
                shown = page.locator(selector).first
                await expect(shown).to_have_text(name)
                box = await shown.bounding_box()
                assert box is not None
                assert box["height"] < 40
                assert await shown.evaluate("one => getComputedStyle(one).unicodeBidi") == "isolate"


async def test_the_totals_stand_there_without_javascript(chromium: Browser, demo: Snapshot) -> None:
    async with served(held(demo), SETTINGS) as client:
        context = await chromium.new_context(java_script_enabled=False)
        page = await context.new_page()
        await page.goto(f"{address(client)}/")
        for name, measure in MEASURES.items():
            of = told(name, measure.now(demo.total()).estimate)
            await expect(page.locator(f"#{name}")).to_contain_text(f"{of.value} {of.unit}")
            await expect(page.locator(f"#{name}")).to_contain_text(f"{of.lower} – {of.upper}")
        await expect(page.locator("#freshness")).to_contain_text("As of 20")
        await expect(page.locator("#resources")).to_be_hidden()
        source = await page.locator("#source").get_attribute("href")
        assert source == SETTINGS.source
        await context.close()


async def test_what_failed_is_never_said_to_have_succeeded(
    chromium: Browser, demo: Snapshot
) -> None:
    some = replace(
        FAILING, listings=(*FAILING.listings, Outcome("aws", "1", "eu-west-1", "s3/bucket"))
    )
    async with visit(chromium, some) as visited:
        notice = visited.page.locator("#notice")
        await expect(notice).to_contain_text("The 1 of 3 listings that succeeded hold no resource")
        assert "Every listing succeeded" not in await visited.page.inner_text("body")
    async with visit(chromium, NOTHING) as visited:
        await expect(visited.page.locator("#notice")).to_contain_text("Nothing was listed")
    all_well = replace(NOTHING, listings=(Outcome("aws", "1", "eu-west-1", "s3/bucket"),))
    async with visit(chromium, all_well) as visited:
        await expect(visited.page.locator("#notice")).to_contain_text("Every listing succeeded")


async def test_a_first_collection_names_what_hangs_and_what_fails(
    chromium: Browser, demo: Snapshot
) -> None:
    amid = replace(demo, first_collection_done=False, listings_ended=82, listings_known=1190)
    async with visit(chromium, amid) as visited:
        notice = visited.page.locator("#notice")
        await expect(notice).to_contain_text("1 failing so far")
        visited.collector.progress = (
            "first collection: 83 of 1,190 listings, waiting for aws eu-west-3 DescribeInstances"
        )
        await expect(notice).to_contain_text("waiting for aws eu-west-3 DescribeInstances")
