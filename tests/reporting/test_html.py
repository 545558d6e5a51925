"""HTML of reports: it stands alone, and Chromium prints it to pages that cut nothing off."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest

from cloud_carbon_exporter.reporting.html import as_html
from cloud_carbon_exporter.reporting.period.sections import sections
from cloud_carbon_exporter.reporting.tables import Section
from tests.reporting.test_period import report
from tests.web.browsing import browser

MANY = Section(
    "By kind",
    ("kind", "kgCO2eq"),
    tuple((f"service/kind-{number}", f"{number}.00") for number in range(120)),
)


def test_it_asks_nobody_for_anything() -> None:
    page = as_html(sections(report()))
    assert not re.search(r"(?i)<(script|link|img|iframe)|url\(|https?://[^\s<]*\.(js|css)", page)


def test_headings_go_down_by_one() -> None:
    page = as_html(sections(report()))
    assert page.count("<h1") == 1
    assert page.count("<h2") == len(sections(report())) - 1
    assert "<h3" not in page


def test_a_name_that_turns_letters_around_keeps_to_itself() -> None:
    page = as_html([Section("Teams", ("team", "kg"), (("\u0641\u0631\u064a\u0642", "1"),))])
    assert "<bdi>\u0641\u0631\u064a\u0642</bdi>" in page


@pytest.mark.browser
async def test_chromium_prints_it(tmp_path: Path) -> None:
    whole = [*sections(report()), MANY]
    async with browser() as running:
        page = await running.new_page(viewport={"width": 320, "height": 640})
        await page.set_content(as_html(whole))
        # on a phone the page scrolls down alone; what is wide scrolls by itself
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320
        await page.emulate_media(media="print")
        await page.set_viewport_size({"width": 680, "height": 960})  # A4 within its margins
        clipped = await page.evaluate(
            "[...document.querySelectorAll('table, p')].filter("
            "part => part.getBoundingClientRect().right > innerWidth + 1).length"
        )
        assert clipped == 0
        printed = await page.pdf(prefer_css_page_size=True, path=tmp_path / "report.pdf")
    assert printed.startswith(b"%PDF-")
    boxes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", printed) or re.findall(
        rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", _unpacked(printed)
    )
    assert 2 <= len(boxes) <= 8
    assert {(round(float(width)), round(float(height))) for width, height in boxes} == {(595, 842)}


def _unpacked(printed: bytes) -> bytes:
    """What stands packed in a PDF."""
    parts: list[bytes] = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", printed, re.DOTALL):
        try:
            parts.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"".join(parts)
