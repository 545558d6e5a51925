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
        comparison = await response.json()
    validator("what_if").validate(comparison)
    assert (comparison["cloud_provider"], comparison["cloud_region"], comparison["resources"]) == (
        "aws",
        "eu-west-3",
        1,
    )
    assert (
        comparison["grid"]["method"] == "live"
        and comparison["grid"]["grams_per_kilowatt_hour"]["value"] == 36
    )
    there = comparison["there"]["operational_emissions_grams_per_second"]["value"]
    assert there == pytest.approx(comparison["there"]["power_watts"]["value"] * 36 / 3.6e6)
    assert comparison["greenest_hour_ahead"] == 1
    assert comparison["hours"][1]["operational_emissions_grams_per_second"] == pytest.approx(
        there * 30.5 / 36
    )
    assert comparison["taken_at"] == estate.TAKEN_AT


async def test_other_machines_there() -> None:
    url = "/api/v1/what-if?region=eu-west-3"
    async with served(held(estate.SNAPSHOT)) as client:
        async with client.get(url) as response:
            alone = await response.json()
        async with client.get(f"{url}&machine_type=m7g") as response:
            comparison = await response.json()
        async with client.get(f"{url}&machine_type=m5.large:m7g.larg") as response:
            assert response.status == 400
            assert (await response.json())["error"]["parameter"] == "machine_type"
    validator("what_if").validate(comparison)
    assert comparison["here"] == alone["here"]  # an m5.large
    assert comparison["there"]["power_watts"] != alone["there"]["power_watts"]


@pytest.mark.parametrize("query", ["", "?region=", "?region=atlantis-1"])
async def test_a_region_nobody_knows(query: str) -> None:
    async with (
        served(held(estate.SNAPSHOT)) as client,
        client.get(f"/api/v1/what-if{query}") as response,
    ):
        assert response.status == 400
        assert (await response.json())["error"]["parameter"] == "region"
