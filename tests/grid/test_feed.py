"""Order of preference, one request a zone and period, and what is foreseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloud_carbon_exporter.grid.series import Span, by_hour
from cloud_carbon_exporter.grid.settings import preferences
from tests.grid.support import NOON, PLACES, Clock, GridApis, Told, feed, table, value

FRANCE = {
    ("aws", "eu-west-3"),
    ("gcp", "europe-west9"),
    ("scaleway", "fr-par"),
    ("scaleway", "fr-par-1"),
}


@pytest.mark.slow
async def test_one_request_a_zone_and_period_whatever_the_regions(
    apis: GridApis, clock: Clock, told: Told
) -> None:
    of = feed([apis.base("rte")], clock, told)
    clock.now = NOON + 10
    for _ in range(288):
        await of.refresh(FRANCE)
        clock.now += 300
    await of.close()
    assert 95 <= apis.count("rte") <= 97  # quarters of an hour in a day
    assert told.calls["rte", "records", "success"] == apis.count("rte")
    for place in FRANCE:
        assert of.spans(place, "live")[-1].source == "rte"


async def test_a_zone_may_have_an_order_of_its_own(
    apis: GridApis, clock: Clock, told: Told, tmp_path: Path
) -> None:
    own = table(tmp_path / "own.csv", "SE-SE3,20,,", "FR,30,,", "GB,200,,")
    of = feed([f"GB={own}", apis.base("gb"), apis.base("rte"), own], clock, told)
    await of.refresh({PLACES["gb"], PLACES["rte"], PLACES["electricitymaps"]})
    await of.close()
    assert value(of, "gb", clock) == (200, "file", False)
    assert apis.count("gb") == 0
    in_force = value(of, "rte", clock)
    assert in_force is not None and in_force[1] == "rte"
    assert value(of, "electricitymaps", clock) == (20, "file", False)


async def test_the_most_exact_row_of_a_table_wins(clock: Clock, told: Told, tmp_path: Path) -> None:
    own = table(tmp_path / "own.csv", "FR,30,,", "eu-west-3,40,,", "gcp:europe-west9,50,,")
    of = feed([own], clock, told)
    await of.refresh(FRANCE)
    await of.close()

    def grams(*place: str) -> float:
        return of.spans((place[0], place[1]), "live")[0].grams_per_kilowatt_hour

    assert grams("aws", "eu-west-3") == 40 and grams("gcp", "europe-west9") == 50
    assert grams("scaleway", "fr-par") == pytest.approx(30)


async def test_a_region_of_two_zones_has_their_mean(
    clock: Clock, told: Told, tmp_path: Path
) -> None:
    of = feed([table(tmp_path / "own.csv", "BE,100,,", "GB,200,,")], clock, told)
    await of.refresh({("gcp", "eur5"), ("gcp", "eur3")})
    await of.close()
    assert [span.grams_per_kilowatt_hour for span in of.spans(("gcp", "eur5"), "live")] == [150]
    assert of.spans(("gcp", "eur3"), "live") == []  # nothing is known of the Netherlands


async def test_the_next_day_is_foreseen_by_hours(apis: GridApis, clock: Clock, told: Told) -> None:
    clock.now = NOON
    apis.grams = lambda zone, at: 100 + 10 * ((at - NOON) // 3600)
    of = feed([apis.base("gb")], clock, told)
    await of.refresh({PLACES["gb"]})
    await of.close()
    hours = by_hour(of.forecast(PLACES["gb"], "live"), clock.now)
    assert [hour for hour, _, _ in hours] == list(range(24))
    assert [grams for _, grams, _ in hours] == pytest.approx([100 + 10 * n for n in range(24)])
    assert {source for _, _, source in hours} == {"gb"}


async def test_a_plan_without_forecast_is_asked_once_a_day(
    apis: GridApis, clock: Clock, told: Told
) -> None:
    of = feed([apis.base("watttime")], clock, told, method="marginal")
    await of.refresh({PLACES["watttime"]})
    hours = by_hour(of.forecast(PLACES["watttime"], "marginal"), clock.now)
    assert len(hours) == 24
    assert of.forecast(PLACES["watttime"], "live") == []
    assert told.calls["watttime", "login", "success"] == 1  # one session for both questions
    await of.close()


def test_an_hour_half_unknown_is_not_told() -> None:
    ahead = [Span(NOON, NOON + 5400, 100, "a"), Span(NOON + 7200, NOON + 8000, 50, "b")]
    assert by_hour(ahead, NOON) == [(0, 100, "a"), (1, 100, "a")]


def test_words_of_the_order() -> None:
    order = preferences(["GB=gb-regional", "FR=entsoe:http://proxy/e", "file:a=b.csv", "facts"])
    assert [(wish.source.name, wish.argument, wish.zone) for wish in order] == [
        ("gb-regional", "", "GB"),
        ("entsoe", "http://proxy/e", "FR"),
        ("file", "a=b.csv", ""),
    ]


@pytest.mark.parametrize("word", ["nothing", "file", "file:", "prometheus", "gb:13", "GB=", "gb=x"])
def test_words_that_are_no_order(word: str) -> None:
    with pytest.raises(ValueError, match=word.partition(":")[0]):
        preferences([word])
