"""/api/v1/window, and /api/v1/budgets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession
from tests.exposition import estate
from tests.web.serving import SETTINGS, held, served
from tests.web.test_openapi import validator

from cloud_carbon_exporter.model.grid import GridNews
from cloud_carbon_exporter.web.app import make_app
from cloud_carbon_exporter.web.listener import start

HOUR = 3600


def moment(hours: float) -> str:
    at = datetime.fromtimestamp(estate.TAKEN_AT + hours * HOUR, UTC)
    return at.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("query", ["?region=eu-west-3", "", "?region=aws:eu-west-3,eu-north-1"])
async def test_the_cleanest_start(query: str) -> None:
    async with (
        served(held(estate.SNAPSHOT)) as client,
        client.get(f"/api/v1/window{query}") as response,
    ):
        assert response.status == 200
        window = await response.json()
    validator("window").validate(window)
    assert (window["cloud_provider"], window["cloud_region"]) == ("aws", "eu-west-3")
    assert (window["run_now"], window["wait_seconds"]) == (0, HOUR)
    assert window["cleanest"]["start"] == estate.TAKEN_AT + HOUR
    assert window["cleanest"]["grams_per_kilowatt_hour"] == 30.5
    assert window["saved_ratio"] == pytest.approx(5.5 / 36)


@pytest.mark.parametrize(
    "deadline", ["1h", moment(1), str(estate.TAKEN_AT + HOUR), moment(1).removesuffix("Z")]
)
async def test_a_scaler_reads_one_where_nothing_is_won_by_waiting(deadline: str) -> None:
    async with (
        served(held(estate.SNAPSHOT)) as client,
        client.get(
            "/api/v1/window", params={"region": "eu-west-3", "deadline": deadline}
        ) as response,
    ):
        window = await response.json()
    assert response.status == 200, window
    # KEDA's metrics-api scaler reads a number at a path of GJSON, and scales to 0 at 0
    assert window["run_now"] == 1
    assert window["saved_emissions_grams"] == {"value": 0, "lower": 0, "upper": 0}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("region=atlantis-1", "region"),
        ("region=eu-wset-3", "region"),
        ("hours=0", "hours"),
        ("hours=nan", "hours"),
        ("hours=25", "hours"),
        ("hours=1e1", "hours"),
        ("watts=-1", "watts"),
        ("deadline=soon", "deadline"),
        ("deadline=1000", "deadline"),
        ("hours=2&deadline=1h", "deadline"),
        ("load=1", "load"),
        ("hours=1&hours=2", "hours"),
        (f"region={','.join(['eu-west-3'] * 21)}", "region"),
    ],
)
async def test_what_cannot_be_followed(query: str, parameter: str) -> None:
    async with (
        served(held(estate.SNAPSHOT)) as client,
        client.get(f"/api/v1/window?{query}") as response,
    ):
        assert response.status == 400
        assert (await response.json())["error"]["parameter"] == parameter


async def test_where_nothing_is_foreseen_it_is_said_and_what_is() -> None:
    async with (
        served(held(estate.SNAPSHOT)) as client,
        client.get("/api/v1/window?region=eu-north-1") as response,
    ):
        assert response.status == 404
        message = (await response.json())["error"]["message"]
    assert "aws:eu-west-3" in message
    blind = replace(estate.SNAPSHOT, grid=GridNews())
    async with served(held(blind)) as client, client.get("/api/v1/window") as response:
        assert response.status == 404


async def test_budgets_as_they_stand() -> None:
    standings = estate.SNAPSHOT.budgets
    app = make_app(SETTINGS, held(estate.SNAPSHOT), budgets=lambda: standings)
    runner = await start(app, "127.0.0.1", 0)
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/v1/budgets"
        async with ClientSession() as client, client.get(url) as response:
            told = await response.json()
    finally:
        await runner.cleanup()
    validator("budgets").validate(told)
    assert [budget["remaining_grams"] for budget in told["budgets"]] == [60_000, 1e6]
    assert told["budgets"][1]["forecast_grams"] is None


async def test_without_budgets_the_list_is_empty() -> None:
    async with (
        served(held(replace(estate.SNAPSHOT, budgets=()))) as client,
        client.get("/api/v1/budgets") as response,
    ):
        assert await response.json() == {"budgets": []}
