"""Regions on a map, in a real Chromium; and in a table, where no JavaScript runs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.async_api import expect
from tests.exposition import estate
from tests.web.browsing import SETTINGS, browser, visit
from tests.web.serving import address, held, served

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.coordinates import map_point
from cloud_carbon_exporter.model.snapshot import Snapshot

pytestmark = pytest.mark.browser

REGIONS = [
    (row["provider"], row["region"])
    for row in facts.rows("regions")
    if row["kind"] in ("region", "local-zone", "wavelength-zone", "ai-zone", "zone")
]


def somewhere(*regions: tuple[str, str]) -> Snapshot:
    """The estate of an account in these regions, the first the largest."""
    (account, *_) = estate.SNAPSHOT.accounts
    accounts = []
    places = []
    for number, (provider, region) in enumerate(regions):
        rows = [account] * (len(regions) - number)
        accounts += [replace(row, provider=provider, region=region) for row in rows]
        places.append(facts.place(provider, region))
    return replace(estate.SNAPSHOT, accounts=tuple(accounts), places=tuple(places))


@pytest.mark.parametrize(("provider", "region"), REGIONS)
def test_every_region_that_is_one_place_stands_on_the_map(provider: str, region: str) -> None:
    point = map_point(provider, region)
    assert point is not None
    assert -56 < point.latitude < 70


@pytest.mark.parametrize(
    ("provider", "region", "latitude", "longitude"),
    [
        ("aws", "sa-east-1", -24, -47),
        ("aws", "ap-southeast-6", -37, 175),
        ("gcp", "northamerica-south1", 21, -100),
        ("gcp", "us-central1", 41, -96),
        ("scaleway", "fr-par", 49, 2),
        ("aws", "us-west-2-hnl-1", 21, -158),
    ],
)
def test_a_region_stands_where_it_is(
    provider: str, region: str, latitude: float, longitude: float
) -> None:
    point = map_point(provider, region)
    assert point is not None
    assert (round(point.latitude), round(point.longitude)) == (latitude, longitude)


def test_what_is_everywhere_stands_nowhere() -> None:
    assert map_point("aws", "global") is None
    assert map_point("gcp", "eu") is None
    assert map_point("aws", "mars-east-1") is None


@pytest.mark.parametrize("width", [320, 1280, 3840])
async def test_dots_stand_within_the_map_and_what_is_nowhere_is_said(width: int) -> None:
    taken = somewhere(
        ("gcp", "us"), ("aws", "us-east-1"), ("gcp", "us-east4"), ("aws", "ap-southeast-6")
    )
    async with browser() as chromium, visit(chromium, taken, width=width) as visited:
        page = visited.page
        await expect(page.locator("#map circle")).to_have_count(3)
        assert await page.eval_on_selector_all(
            "#map circle",
            "all => all.every(one => one.cx.baseVal.value > 0 && one.cy.baseVal.value > 0"
            " && one.cx.baseVal.value < one.ownerSVGElement.clientWidth"
            " && one.cy.baseVal.value < one.ownerSVGElement.clientHeight)",
        )
        # two clouds in one town stand side by side
        places = await page.eval_on_selector_all(
            "#map circle", "all => all.map(one => one.cx.baseVal.value)"
        )
        assert len({round(place) for place in places}) == 3
        await expect(page.locator("#map-left")).to_contain_text("no one place: us (")
        title = page.locator("#map circle title").first
        await expect(title).to_contain_text("us-east-1, Ashburn: ")


async def test_one_region_is_shown_with_the_land_about_it() -> None:
    async with (
        browser() as chromium,
        visit(chromium, somewhere(("scaleway", "fr-par"))) as visited,
    ):
        shown = await visited.page.evaluate(
            "async () => (await import('./static/map.js'))"
            ".frame([{ longitude: 2.3, latitude: 48.9 }], 2)"
        )
        assert shown == {"west": 2.3 - 25, "north": 48.9 + 12.5, "wide": 50, "high": 25}
        await expect(visited.page.locator("#map text")).to_have_text("fr-par")
        await expect(visited.page.locator("#map-left")).to_be_hidden()


async def test_two_clouds_call_a_region_global_and_each_has_its_own_sum() -> None:
    taken = somewhere(("aws", "global"), ("gcp", "global"))
    async with browser() as chromium, visit(chromium, taken) as visited:
        rows = visited.page.locator("#grid-table tbody tr")
        first, second = [" ".join(row.split()) for row in await rows.all_inner_texts()]
        assert "aws" in first and "gcp" in second
        assert first.partition(" aws ")[2].split()[0] != second.partition(" gcp ")[2].split()[0]
        await expect(visited.page.locator("#map")).to_be_hidden()


async def test_regions_stand_in_a_table_without_javascript() -> None:
    taken = somewhere(("aws", "us-east-1"), ("scaleway", "fr-par"), ("gcp", "global"))
    async with browser() as chromium, served(held(taken), SETTINGS) as client:
        context = await chromium.new_context(java_script_enabled=False)
        page = await context.new_page()
        await page.goto(f"{address(client)}/")
        rows = page.locator("noscript tbody tr")
        await expect(rows).to_have_count(3)
        await expect(rows.first).to_contain_text("us-east-1 aws")
        await expect(rows.first).to_contain_text("Ashburn")
        await expect(rows.first).to_contain_text("418 g/kWh")
        await context.close()
