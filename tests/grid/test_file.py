"""A table of one's own: what it may say, and how its errors speak."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.errors import CollectError, Malformed
from cloud_carbon_exporter.grid.file import parse
from cloud_carbon_exporter.grid.spec import ZoneIntensity
from tests.grid.support import NOON, Clock, GridApis, Told, feed, table


def test_start_and_end_are_optional() -> None:
    text = "zone,grams_per_kilowatt_hour\nFR,33\naws:eu-west-1,250.5\n"
    assert parse(text) == [
        ZoneIntensity("FR", -math.inf, math.inf, 33),
        ZoneIntensity("aws:eu-west-1", -math.inf, math.inf, 250.5),
    ]


def test_columns_in_any_order_with_a_mark_and_spaces() -> None:
    header = "\ufeffend, zone ,start,grams_per_kilowatt_hour,note"
    text = f"{header}\n2026-09-22T13:00+00:00, FR ,2026-09-22T12:00Z,33,x\n"
    assert parse(text) == [ZoneIntensity("FR", NOON, NOON + 3600, 33)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no columns"),
        ("zone,grams\nFR,33\n", "no columns"),
        ("<html></html>", "no columns"),
        ("zone,grams_per_kilowatt_hour\nFR,many\n", "line 2"),
        ("zone,grams_per_kilowatt_hour\nFR,33\n,44\n", "line 3"),
        ("zone,grams_per_kilowatt_hour,start\nFR,33,yesterday\n", "line 2"),
        (
            "zone,grams_per_kilowatt_hour,start,end\nFR,33,2026-01-02T00:00Z,2026-01-01T00:00Z\n",
            "line 2",
        ),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text: str, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        parse(text)


@given(st.text(max_size=200))
def test_any_text_is_a_table_or_an_error_of_ours(text: str) -> None:
    try:
        assert isinstance(parse(f"zone,grams_per_kilowatt_hour,start,end\n{text}"), list)
    except CollectError as error:
        assert error.message


async def test_a_table_that_changes_is_read_again_and_one_that_goes_is_missed(
    clock: Clock, told: Told, tmp_path: Path
) -> None:
    place, path = ("aws", "eu-west-3"), tmp_path / "own.csv"
    of = feed([table(path, "FR,30,,")], clock, told)
    await of.refresh({place})
    table(path, "FR,40,,")
    clock.now += 300
    await of.refresh({place})
    assert of.spans(place, "live")[-1].grams_per_kilowatt_hour == 40
    path.unlink()
    clock.now += 300
    await of.refresh({place})
    await of.close()
    assert told.errors["grid", "file", "not_there"] == 1
    assert of.spans(place, "live")[-1].grams_per_kilowatt_hour == 40  # the last good table holds


async def test_a_table_may_stand_at_a_url(apis: GridApis, clock: Clock, told: Told) -> None:
    of = feed([f"file:{apis.url}/eia/table.csv"], clock, told)
    apis.faults["eia"] = "html"
    await of.refresh({("aws", "eu-west-3")})
    await of.close()
    assert apis.asked[0][:2] == ("eia", "table.csv")
    assert told.errors["grid", "file", "malformed"] == 1
