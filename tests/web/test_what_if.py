"""/api/v1/what-if."""

from __future__ import annotations

import pytest
from tests.exposition import estate
from tests.web.serving import held, served
from tests.web.test_openapi import validator


async def test_the_same_estate_elsewhere() -> None:
    async with (
        served(held(estate.SNAPSHOT)) as client,
        client.get("/api/v1/what-if?region=eu-west-3") as response,
    ):
        assert response.status == 200
        found = await response.json()
    validator("what_if").validate(found)
    assert (found["cloud_provider"], found["cloud_region"], found["resources"]) == (
        "aws",
        "eu-west-3",
        1,
    )
    assert (
        found["grid"]["method"] == "live"
        and found["grid"]["grams_per_kilowatt_hour"]["value"] == 36
    )
    there = found["there"]["operational_emissions_grams_per_second"]["value"]
    assert there == pytest.approx(found["there"]["power_watts"]["value"] * 36 / 3.6e6)
    assert found["greenest_hour_ahead"] == 1
    assert found["hours"][1]["operational_emissions_grams_per_second"] == pytest.approx(
        there * 30.5 / 36
    )
    assert found["taken_at"] == estate.TAKEN_AT


@pytest.mark.parametrize("query", ["", "?region=", "?region=atlantis-1"])
async def test_a_region_nobody_knows(query: str) -> None:
    async with (
        served(held(estate.SNAPSHOT)) as client,
        client.get(f"/api/v1/what-if{query}") as response,
    ):
        assert response.status == 400
        assert (await response.json())["error"]["parameter"] == "region"
