"""Text of a person: nothing a cloud or a stranger sends moves a cursor or turns a line."""

from __future__ import annotations

import logging
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.logs import TextFormatter
from cloud_carbon_exporter.printable import printable

UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Cs"}


def test_every_unseen_character_of_unicode_is_escaped() -> None:
    left = []
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if unicodedata.category(character) in UNSEEN and printable(character) == character:
            left.append(unicodedata.name(character, hex(code)))
    # Signs of these scripts and of music are seen, though Unicode counts them among the formats.
    seen = ("ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN", "SHORTHAND", "MUSICAL")
    assert [name for name in left if not name.startswith(seen)] == []


@given(st.text())
def test_law_text_is_written_and_stays_on_its_line(text: str) -> None:
    told = printable(text)
    assert len(told.splitlines()) <= 1
    told.encode()
    assert printable(told) == told


def test_what_is_seen_stays() -> None:
    text = "Zürich 東京 القاهرة \N{GRINNING FACE} a\\b ~|<>"
    assert printable(text) == text


@pytest.mark.parametrize("unseen", ["\x1b[2J", "\x9b2J", "\u202e", "\u2066", "\u2028", "\ud800"])
def test_no_line_of_the_log_holds_it_and_no_traceback(unseen: str) -> None:
    try:
        raise ValueError(f"a cloud said {unseen}")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "x", 1, "%s", (unseen,), sys.exc_info())
    line = TextFormatter().format(record)
    assert unseen[0] not in line
    assert "Traceback" in line
