"""Each source against the shape its own documents give, read through a Feed as in use."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from cloud_carbon_exporter.grid import SOURCES
from cloud_carbon_exporter.grid.watttime import GRAMS_PER_POUND
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.grid import Method
from tests.fakes.grid import GAS_MEGAWATTS, NUCLEAR_MEGAWATTS, TOKEN
from tests.fakes.grid_schema import SHAPES, misfits
from tests.grid.support import NOON, PLACES, Clock, GridApis, Told, feed, value

MIX = (
    NUCLEAR_MEGAWATTS * figure("generation.nuclear").value
    + GAS_MEGAWATTS * figure("generation.gas").value
) / (NUCLEAR_MEGAWATTS + GAS_MEGAWATTS)

EXPECTED = {
    "electricitymaps": (100.0, True),
    "entsoe": (MIX, False),
    "gb": (100.0, True),
    "gb-regional": (100.0, True),
    "rte": (MIX, False),
    "eia": (MIX, False),
    "watttime": (1000 * GRAMS_PER_POUND / 1000, True),
    "prometheus": (100.0, True),
}


@pytest.mark.parametrize("source", EXPECTED)
async def test_what_a_source_says_is_in_force(
    source: str, apis: GridApis, clock: Clock, told: Told
) -> None:
    method = SOURCES[source].method
    of = feed([apis.base(source)], clock, told, method=method)
    await of.refresh({PLACES[source]})
    await of.close()
    grams, estimated = EXPECTED[source]
    in_force = value(of, source, clock, method)
    assert in_force is not None
    assert in_force[0] == pytest.approx(grams)
    assert in_force[1:] == (source, estimated)
    other: Method = "marginal" if method == "live" else "live"
    assert value(of, source, clock, other) is None  # averages and marginal values never mix
    assert not told.errors and not told.lines


@pytest.mark.parametrize("source", EXPECTED)
async def test_the_fake_answers_as_documented(
    source: str, apis: GridApis, clock: Clock, told: Told
) -> None:
    method = SOURCES[source].method
    of = feed([apis.base(source)], clock, told, method=method)
    await of.refresh({PLACES[source]})
    await of.close()
    answers = [answer for name, answer in apis.answered if name == source and "token" not in answer]
    assert answers
    if source in SHAPES:
        assert all_misfits(source, answers) == []
    if source == "electricitymaps":
        assert all_misfits("electricitymaps latest", answers[0]["history"]) == []


def all_misfits(shape: str, documents: Iterable[object]) -> list[str]:
    """Where any of these documents has another shape than documented."""
    misfitting: list[str] = []
    for document in documents:
        misfitting += misfits(SHAPES[shape][1], document)
    return misfitting


DOCUMENTED: dict[str, dict[str, object]] = {  # the examples the documents themselves give
    "gb": {
        "data": [
            {
                "from": "2018-01-20T12:00Z",
                "to": "2018-01-20T12:30Z",
                "intensity": {"forecast": 266, "actual": 263, "index": "moderate"},
            }
        ]
    },
    "electricitymaps latest": {
        "zone": "DE",
        "carbonIntensity": 322,
        "datetime": "2019-05-21T00:00:00.000Z",
        "updatedAt": "2022-04-07T15:32:21.002Z",
        "createdAt": "2022-02-08T06:20:31.772Z",
        "emissionFactorType": "lifecycle",
        "isEstimated": False,
        "estimationMethod": None,
    },
}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_documented_example_has_the_documented_shape(name: str) -> None:
    assert misfits(SHAPES[name][1], DOCUMENTED[name]) == []
    assert misfits(SHAPES[name][1], {**DOCUMENTED[name], "more": 1}) != []


async def test_energinet_speaks_of_price_areas(apis: GridApis, clock: Clock, told: Told) -> None:
    """No cloud has a region in Denmark yet, so its zones are read directly."""
    from cloud_carbon_exporter.grid.energinet import forecast, live
    from cloud_carbon_exporter.grid.spec import Ask
    from cloud_carbon_exporter.grid.web import SourceWeb, open_session

    clock.now = NOON
    apis.grams = lambda zone, at: 80.0 if zone == "DK2" else 90.0
    session = open_session()
    web = SourceWeb(session, "energinet", f"{apis.url}/energinet")
    zone = facts.zone_names("energinet")["DK-DK2"]
    now = await live(web, Ask(zone, clock.now - 900, clock.now))
    ahead = await forecast(web, Ask("DK1", clock.now, clock.now))
    await session.close()
    assert now
    for item in now:
        assert (item.zone, item.grams_per_kilowatt_hour, item.estimated) == ("DK2", 80.0, False)
        assert item.end - item.start == 300
    assert {item.grams_per_kilowatt_hour for item in ahead} == {90.0} and len(ahead) == 288
    assert all_misfits("energinet", [answer for _, answer in apis.answered]) == []


async def test_a_gap_is_filled_from_the_history(apis: GridApis, clock: Clock, told: Told) -> None:
    apis.grams = lambda zone, at: 100 + (at - NOON) / 3600
    of = feed([apis.base("electricitymaps")], clock, told)
    await of.refresh({PLACES["electricitymaps"]})
    assert [path.rpartition("/")[2] for _, path, _ in apis.asked] == ["history", "forecast"]
    held = of.spans(PLACES["electricitymaps"], "live")
    assert [span.grams_per_kilowatt_hour for span in held[-3:]] == [98, 99, 100]
    clock.now += 3600
    await of.refresh({PLACES["electricitymaps"]})
    await of.close()
    assert value(of, "electricitymaps", clock) == (101, "electricitymaps", True)
    assert [path.rpartition("/")[2] for _, path, _ in apis.asked][2] == "latest"


def test_every_source_says_what_people_must_know() -> None:
    for name, source in SOURCES.items():
        assert source.name == name
        for text in (source.zones, source.licence, source.price, source.measured, source.counts):
            assert text
        assert source.home.startswith("https://") or name == "file"
        assert source.identity or facts.zone_names(name)
        assert 0 < source.period_seconds <= 3600


def test_every_grid_zone_of_the_three_clouds_is_known_to_a_source_or_passed_on() -> None:
    for provider in ("aws", "gcp", "scaleway"):
        for region in facts.regions(provider):
            zones = facts.grid_zones(provider, region)
            assert sum(zones.values()) == pytest.approx(1), region


@pytest.mark.parametrize("source", [name for name, source in SOURCES.items() if source.secrets])
async def test_no_token_no_question(source: str, apis: GridApis, clock: Clock, told: Told) -> None:
    of = feed([apis.base(source)], clock, told, secrets={})
    await of.refresh({PLACES[source]})
    await of.close()
    assert not apis.asked
    assert told.errors["grid", source, "credentials_missing"] == 1
    assert TOKEN not in "".join(told.lines) and "-grid." in told.lines[0]
