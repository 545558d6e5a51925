"""The page's panel of grids, in a browser: live beside annual, and the same estate elsewhere."""

from __future__ import annotations

import pytest
from tests.exposition import estate
from tests.web.browsing import browser, visit

pytestmark = pytest.mark.browser


async def test_live_beside_annual_and_the_estate_elsewhere() -> None:
    async with browser() as chromium, visit(chromium, estate.SNAPSHOT) as visited:
        page = visited.page
        rows = [
            " ".join((await row.inner_text()).split())
            for row in await page.query_selector_all("#grid-table tbody tr")
        ]
        assert rows == [
            "eu-west-3 aws Paris 13.5 g/day 6.26 – 26.8 g/day 44 g 36 g live 1.15",
            "fr-par scaleway Paris 3.46 g/day 0.864 – 6.91 g/day 44 g – annual 1.3",
        ]
        assert await page.locator("#strip circle").count() == 2
        await page.fill("#what-if-region", "eu-west-3")
        await page.press("#what-if-region", "Enter")
        answer = await page.wait_for_selector("#what-if-answer:not(:empty)")
        assert answer is not None
        said = await answer.inner_text()
        assert said.startswith("1 resource of aws in eu-west-3: ")
        assert "instead of 12.5 W" in said and "Greenest from" in said
        assert said.count("9 in 10: ") == 2  # here and there
