"""Picture of the data's way in docs/contributing/architecture.md, held to the imports."""

from __future__ import annotations

import re

import pytest
from tests.imports import ROOT, SRC, rooms
from tests.over_all import over_all

pytestmark = pytest.mark.slow  # tests/test_architecture.py reads every file as well

PAGE = (ROOT / "docs" / "contributing" / "architecture.md").read_text(encoding="utf-8")
PICTURES = re.findall(r"^```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ARROWS = re.findall(r"(\w+) -+> (?=(\w+))", "\n".join(PICTURES))
ENTRANCES = {"__main__"}
"""Rooms without a row of their own: what the interpreter starts."""


def table(heading: str) -> list[str]:
    """First cells of the table below a heading."""
    _, _, below = PAGE.partition(f"\n## {heading}\n")
    section, _, _ = below.partition("\n## ")
    return re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


def test_there_is_one_picture() -> None:
    assert len(PICTURES) == 1
    assert len(ARROWS) >= 20


@over_all(("source", "reader"), ARROWS)
def test_an_arrow_is_an_import(source: str, reader: str) -> None:
    assert {source, reader} <= rooms().keys(), "there is no such room"
    assert source in rooms()[reader]


def test_no_room_is_missing() -> None:
    in_picture = {room for arrow in ARROWS for room in arrow}
    assert in_picture == rooms().keys() - {"__init__"}
    assert sorted(table("The rooms")) == sorted(in_picture - ENTRANCES)


@pytest.mark.parametrize("cloud", ["aws", "gcp", "scaleway"])
def test_a_cloud_has_the_rooms_that_are_told(cloud: str) -> None:
    folders = {path.name for path in (SRC / "providers" / cloud).iterdir() if path.is_dir()}
    assert set(table("A cloud")) == folders - {"__pycache__"}
