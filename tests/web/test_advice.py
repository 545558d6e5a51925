"""/api/v1/advice: what could be done, chosen by kind and resource."""

from __future__ import annotations

from typing import Any

import pytest
from tests.exposition import estate
from tests.web.serving import held, served
from tests.web.test_openapi import validator


async def asked(query: str, status: int = 200) -> dict[str, Any]:
    async with (
        served(held(estate.SNAPSHOT)) as client,
        client.get(f"/api/v1/advice{query}") as response,
    ):
        assert response.status == status
        body: dict[str, Any] = await response.json()
    validator("advice" if status == 200 else "error").validate(body)
    return body


async def ids(query: str) -> list[str]:
    return [each["id"] for each in (await asked(query))["advice"]]


MACHINE = f"oversized:{estate.MACHINE.resource.id}"
REGION = "region:aws/111111111111/eu-west-3"


async def test_advice_is_chosen_by_kind_and_by_resource() -> None:
    assert await ids("") == [MACHINE, REGION]
    assert await ids("?limit=1") == [MACHINE]
    assert await ids("?advice=region") == [REGION]
    assert await ids(f"?resource={estate.MACHINE.resource.id}") == [MACHINE]
    assert await ids("?resource=i-none") == []


async def test_a_piece_tells_what_it_saves_and_a_sum_what_all_of_its_kind_do() -> None:
    body = await asked("?advice=oversized")
    (told,), (whole,) = body["advice"], body["sums"]
    assert told["cloud_resource_id"] == estate.MACHINE.resource.id
    per_second = told["saved_emissions_grams_per_second"]
    assert told["saved_emissions_kilograms_per_year"]["value"] == pytest.approx(
        per_second["value"] * 31_557.6
    )
    assert whole["saved_emissions_grams_per_second"] == per_second
    assert (whole["pieces"], whole["resources"]) == (1, 1)
    (region,) = (await asked("?advice=region"))["advice"]
    assert "cloud_resource_id" not in region


@pytest.mark.parametrize("query", ["?advice=x", "?limit=0", "?limit=1001", "?limit=x", "?color=1"])
async def test_what_cannot_be_followed_is_refused(query: str) -> None:
    await asked(query, 400)
