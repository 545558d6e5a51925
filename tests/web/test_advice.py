"""/api/v1/advice: what could be done, chosen by kind and resource."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from tests.exposition import estate
from tests.web.serving import held, served
from tests.web.test_openapi import validator

from cloud_carbon_exporter.collect.advice_book import AdviceBook


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


async def test_what_was_done_is_told_with_before_and_after() -> None:
    body = await asked("")
    (done,), (whole,) = body["followed"], body["followed_sums"]
    assert (done["way"], done["accepted"]) == ("gone", True)
    assert done["emissions_before_grams_per_second"]["value"] == 0.0005
    assert whole["saved_emissions_grams_per_second"] == done["saved_emissions_grams_per_second"]
    assert not (await asked("?advice=arm"))["followed"]


PATH = "/api/v1/advice"


class Remembering:
    """An application that remembers decisions."""

    def __init__(self, client: ClientSession) -> None:
        self.client = client

    async def ids(self, query: str = "") -> list[str]:
        async with self.client.get(f"/api/v1/advice{query}") as response:
            return [each["id"] for each in (await response.json())["advice"]]

    async def decide(self, status: int, body: object, **headers: str) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **headers}
        async with self.client.post(PATH, data=io.BytesIO(content), headers=sent) as response:
            assert response.status == status
            told = await response.json()
        validator("advice_decision" if status == 200 else "error").validate(told)


@pytest_asyncio.fixture
async def remembering() -> AsyncIterator[Remembering]:
    async with served(held(estate.SNAPSHOT), decisions=AdviceBook()) as client:
        yield Remembering(client)


async def test_advice_is_accepted_dismissed_and_undecided_again(remembering: Remembering) -> None:
    await remembering.decide(200, {"id": MACHINE, "decision": "accepted"})
    await remembering.decide(200, {"id": REGION, "decision": "dismissed"})
    assert await remembering.ids() == [MACHINE]
    assert await remembering.ids("?decision=accepted") == [MACHINE]
    assert await remembering.ids("?decision=dismissed") == [REGION]
    assert await remembering.ids("?decision=undecided") == []
    await remembering.decide(200, {"id": REGION, "decision": "undecided"})
    assert await remembering.ids() == [MACHINE, REGION]


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (400, b"", {}),
        (400, b"\xff", {}),
        (400, [], {}),
        (400, {"id": MACHINE}, {}),
        (400, {"id": MACHINE, "decision": "perhaps"}, {}),
        (400, {"id": MACHINE, "decision": ["accepted"]}, {}),
        (400, {"id": 1, "decision": "accepted"}, {}),
        (404, {"id": "idle:none", "decision": "accepted"}, {}),
        (415, {"id": MACHINE, "decision": "accepted"}, {"Content-Type": "text/plain"}),
        (403, {"id": MACHINE, "decision": "accepted"}, {"Sec-Fetch-Site": "cross-site"}),
        (403, {"id": MACHINE, "decision": "accepted"}, {"Origin": "https://elsewhere.example"}),
        (403, {"id": MACHINE, "decision": "accepted"}, {"Origin": "null"}),
        (413, b"1" * 2**21, {}),
        (400, b"[" * 100_000, {}),
        (400, b'{"id":' * 100_000, {}),
    ],
)
async def test_what_is_no_decision_changes_nothing(
    remembering: Remembering, status: int, body: object, headers: dict[str, str]
) -> None:
    await remembering.decide(status, body, **headers)
    assert await remembering.ids("?decision=undecided") == [MACHINE, REGION]
