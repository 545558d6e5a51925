"""What docs/model.md says by hand of facts and of the code, beside them."""

from __future__ import annotations

import re
from pathlib import Path

from tests.docs.blocks import PAGES, ROOT
from tests.over_all import over_all

from cloud_carbon_exporter.model.calibration import BOUNDARIES
from cloud_carbon_exporter.model.embodied import HOST_PARTS, SITE_PARTS, site_grams
from cloud_carbon_exporter.model.facts import figure

PAGE = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")


def bullet(title: str) -> str:
    """Text of the bullet that begins so, on one line."""
    [text] = re.findall(rf"^- \*\*{title}\*\*(.*?)(?=^- |^$)", PAGE, re.MULTILINE | re.DOTALL)
    return " ".join(text.split())


def kilograms(name: str) -> str:
    return f"{figure(f'embodied.{name}_grams').value / 1000:.0f}"


def test_the_page_tells_what_a_host_and_its_site_are_made_of() -> None:
    text = bullet("Embodied")
    assert f"`embodied.host.other_grams`: {kilograms('host.other')} kg" in text
    assert "790 kg" in text and "790 kg" in figure("embodied.host.other_grams").source
    for part in HOST_PARTS[:-1]:
        assert part.replace("_", " ") in text
    assert f"{site_grams().value / 1000:.0f} kg (`embodied.site.*`" in text
    words = {"network": "switches"}
    for part in SITE_PARTS:
        assert f"{words.get(part, part)} {kilograms(f'site.{part}')}" in text


def test_the_page_names_every_method_that_is_held_against_a_report() -> None:
    first, *rest = re.split(
        r"[,;] (?=a market-based|those)", bullet("The same boundary"), maxsplit=2
    )
    by_market, neither = rest
    said = {"location": first, "market": by_market, "": neither.partition(".")[0]}
    for method, boundary in BOUNDARIES.items():
        assert f"`{method}`" in said[boundary], method


@over_all("path", PAGES, ids=lambda path: path.name)
def test_a_table_is_named_and_not_counted(path: Path) -> None:
    """One more table above, and a count of them is wrong."""
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"(?i)\b(?:first|second|third|fourth|fifth) table\b", text)
