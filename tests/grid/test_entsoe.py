"""The XML of ENTSO-E: what a GL_MarketDocument may hold."""

from __future__ import annotations

import pytest

from cloud_carbon_exporter.errors import Malformed, NotThere
from cloud_carbon_exporter.grid.entsoe import parse
from cloud_carbon_exporter.model.facts import figure
from tests.fakes.grid import ACKNOWLEDGEMENT, NAMESPACE, time_series
from tests.grid.support import NOON

ZONE = "10YFR-RTE------C"
NUCLEAR, COAL = figure("generation.nuclear").value, figure("generation.coal").value


def document(*series: str) -> str:
    return f'<GL_MarketDocument xmlns="{NAMESPACE}">{"".join(series)}</GL_MarketDocument>'


def test_the_mean_is_weighted_by_what_is_generated() -> None:
    text = document(
        time_series(ZONE, "B14", NOON, NOON + 3600, 300, 1),
        time_series(ZONE, "B05", NOON, NOON + 3600, 100, 1),
    )
    (reading,) = parse(ZONE, text)
    assert (reading.start, reading.end) == (NOON, NOON + 3600)
    assert reading.grams_per_kilowatt_hour == pytest.approx((300 * NUCLEAR + 100 * COAL) / 400)


def test_what_stations_draw_is_not_generated() -> None:
    text = document(
        time_series(ZONE, "B14", NOON, NOON + 3600, 300, 1),
        time_series(ZONE, "B10", NOON, NOON + 3600, 500, 1, side="out"),
    )
    assert [reading.grams_per_kilowatt_hour for reading in parse(ZONE, text)] == [NUCLEAR]


def test_a_period_still_incomplete_is_left_out() -> None:
    text = document(
        time_series(ZONE, "B14", NOON, NOON + 7200, 300, 2),
        time_series(ZONE, "B05", NOON, NOON + 3600, 100, 1),
    )
    assert [reading.start for reading in parse(ZONE, text)] == [NOON]


def test_a_type_that_is_gone_is_not_waited_for() -> None:
    text = document(
        time_series(ZONE, "B14", NOON, NOON + 5 * 3600, 300, 5),
        time_series(ZONE, "B05", NOON, NOON + 3600, 100, 1),
    )
    hours = [((hour.start - NOON) / 3600, hour.estimated) for hour in parse(ZONE, text)]
    assert hours == [(0, False), (1, True)]


def test_a_position_left_out_repeats_the_one_before() -> None:
    whole = time_series(ZONE, "B14", NOON, NOON + 3600, 300, 4)
    cut = whole.replace("<Point><position>3</position><quantity>300</quantity></Point>", "")
    assert cut != whole
    assert len(parse(ZONE, document(cut))) == 4
    assert parse(ZONE, document(cut)) == parse(ZONE, document(whole))


def test_no_data_and_nonsense_are_told_apart() -> None:
    with pytest.raises(NotThere):
        parse(ZONE, ACKNOWLEDGEMENT)
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><GL_MarketDocument>&a;</GL_MarketDocument>'
    for text in ("", "<html></html>", "{}", bomb, document("<TimeSeries></TimeSeries>")):
        with pytest.raises(Malformed):
            parse(ZONE, text)
