"""Amid a first collection: what was counted before and is not listed yet draws not 0 watts."""

from __future__ import annotations

from dataclasses import replace

from tests.exposition import estate
from tests.exposition.reading import read, values_in

from cloud_carbon_exporter.exposition import FAMILIES, render
from cloud_carbon_exporter.model.grid import GridNews
from cloud_carbon_exporter.model.sums import FootprintSum

NOW = [
    family.name
    for family in FAMILIES
    if family.type == "gauge"
    and family.name.startswith(("cloud_carbon_account_", "cloud_carbon_calibrated_"))
    and not family.name.endswith("_info")
]


def test_no_family_of_accounts_says_zero_of_what_is_not_listed_yet() -> None:
    rows = tuple(replace(row, now=FootprintSum()) for row in estate.ACCOUNTS)
    amid = replace(
        estate.SNAPSHOT,
        accounts=rows,
        first_collection_done=False,
        grid=replace(estate.SNAPSHOT.grid, compare=True),
    )
    assert isinstance(amid.grid, GridNews)
    before, scrape = (
        read(render(replace(amid, accounts=estate.ACCOUNTS), estate.SETTINGS)),
        read(render(amid, estate.SETTINGS)),
    )
    shown = {name for name in NOW if values_in(before, name)}
    assert len(shown) >= 6
    assert {name for name in NOW if values_in(scrape, name)} == set()
