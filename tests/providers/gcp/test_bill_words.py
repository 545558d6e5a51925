"""Law: what a rule reads of a kind in a bill of Google, its assets are described with as well."""

from __future__ import annotations

from tests.bills.words import billed, listed, unknown
from tests.providers.gcp.sweeps import Estate


async def test_every_word_of_google_is_one_of_its_assets(estate: Estate) -> None:
    words = billed("gcp")
    assert len(words) > 15
    assert unknown(words, listed(estate.values())) == set()
