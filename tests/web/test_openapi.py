"""OpenAPI document: valid, about every route and no other, and true of every answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from aiohttp import ClientResponse, ClientSession
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from tests.exposition import estate
from tests.history.estates import ROWS, START, counted
from tests.web.browsing import FAILING, SETTINGS, demo_snapshot, rising_trend
from tests.web.serving import held, served
from yarl import URL

from cloud_carbon_exporter.history.file import in_memory
from cloud_carbon_exporter.history.query import Query, Summed, summed
from cloud_carbon_exporter.history.shares import Shares
from cloud_carbon_exporter.model.hours import HOUR_SECONDS
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.web.api.openapi import openapi_document
from cloud_carbon_exporter.web.api.resource_parameters import RESOURCE_PARAMETERS
from cloud_carbon_exporter.web.api.resource_query import FILTERS, PARAMETERS, SORTS
from cloud_carbon_exporter.web.app import make_app
from cloud_carbon_exporter.web.routes import ROUTES

OPENAPI: dict[str, Any] = openapi_document(ROUTES)
HAND_MADE = {"made by hand": estate.SNAPSHOT, "failing": FAILING, "empty": estate.EMPTY}


def validator(name: str) -> Draft202012Validator:
    """Judges one schema of the document."""
    return Draft202012Validator({**OPENAPI, "$ref": f"#/components/schemas/{name}"})


def explanation_url(row: Row) -> str:
    return f"/api/v1/resources/{quote(row.resource.id, safe='')}/explain"


def examples(snapshot: Snapshot) -> dict[str, dict[str, int]]:
    """URLs of each path that is read and their status; every path must have one here."""
    return {
        "/": {"/": 200},
        "/static/{file}": {"/static/page.js": 200, "/static/page.css": 200, "/static/none": 404},
        "/metrics": {"/metrics": 200},
        "/healthz": {"/healthz": 200},
        "/readyz": {"/readyz": 200 if snapshot.first_collection_done else 503},
        "/api/v1/snapshot": {"/api/v1/snapshot": 200},
        "/api/v1/resources": {
            "/api/v1/resources?limit=1000": 200,
            "/api/v1/resources?limit=2&sort=kind&search=e": 200,
            "/api/v1/resources?limit=0": 400,
            "/api/v1/resources?color=red": 400,
        },
        "/api/v1/resources/{id}/explain": {
            **dict.fromkeys(map(explanation_url, snapshot.rows[:3]), 200),
            "/api/v1/resources/none/explain": 404,
        },
        "/api/v1/what-if": {"/api/v1/what-if?region=eu-north-1": 200, "/api/v1/what-if": 400},
        "/api/v1/window": {
            "/api/v1/window": 200 if snapshot.grid.forecasts else 404,
            "/api/v1/window?region=atlantis-1": 400,
        },
        "/api/v1/budgets": {"/api/v1/budgets": 200},
        "/api/v1/history": {
            "/api/v1/history": 200,
            "/api/v1/history?since=1700000000&until=2025-11-30&step=day&by=kind,tag_team": 200,
            "/api/v1/history?since=7d&format=csv": 200,
            "/api/v1/history?by=color": 400,
        },
        "/api/v1/trend": {
            "/api/v1/trend": 200,
            "/api/v1/trend?range=1h&measure=power": 200,
            "/api/v1/trend?range=13mo&by=kind&measure=embodied": 200,
            "/api/v1/trend?range=2h": 400,
        },
        "/api/v1/changes": {
            "/api/v1/changes": 200,
            "/api/v1/changes?since=last-week&measure=power": 200,
            "/api/v1/changes?since=tomorrow": 400,
        },
        "/api/v1/treemap": {
            "/api/v1/treemap": 200,
            "/api/v1/treemap?by=kind&measure=power": 200,
            "/api/v1/treemap?by=color": 400,
        },
        "/api/v1/calibration": {"/api/v1/calibration": 200},
        "/api/v1/clusters": {
            "/api/v1/clusters": 200,
            "/api/v1/clusters?cluster=demo-shop&namespace=shop": 200,
            "/api/v1/clusters?color=red": 400,
        },
        "/api/v1/advice": {
            "/api/v1/advice": 200,
            "/api/v1/advice?advice=oversized&limit=1": 200,
            "/api/v1/advice?resource=none": 200,
            "/api/v1/advice?advice=better": 400,
            "/api/v1/advice?limit=0": 400,
            "/api/v1/advice?decision=accepted": 200,
            "/api/v1/advice?decision=perhaps": 400,
            "/api/v1/advice?color=red": 400,
        },
        "/api/v1/openapi.json": {"/api/v1/openapi.json": 200},
    }


@pytest_asyncio.fixture(params=["demo", *HAND_MADE])
async def snapshot(request: pytest.FixtureRequest) -> Snapshot:
    return HAND_MADE.get(request.param) or await demo_snapshot()


def told(query: Query) -> Sequence[Summed]:
    """Two hours of the estate made by hand, whatever range is asked for."""
    store, shares = in_memory(), Shares()
    shares.look_at(ROWS)
    for hour in (START, START + HOUR_SECONDS):
        store.add([row for part in counted(hour) for row in shares.rows(part)], ())
    return list(summed(store.reader.find(query.since, query.until, query.step), query))


@pytest_asyncio.fixture
async def client(snapshot: Snapshot) -> AsyncIterator[ClientSession]:
    async with served(held(snapshot), SETTINGS, rising_trend(snapshot, 3), told) as session:
        yield session


@pytest.mark.slow
def test_the_document_is_openapi() -> None:
    OpenAPIV31SpecValidator(OPENAPI).validate()


def test_every_route_stands_in_the_document_and_the_other_way_round() -> None:
    routes = set()
    for route in make_app(SETTINGS, held(estate.EMPTY)).router.routes():
        assert route.resource is not None
        if route.method != "HEAD":
            routes.add((route.method.lower(), route.resource.canonical))
    operations = set()
    for path, methods in OPENAPI["paths"].items():
        operations |= {(method, path) for method in methods}
    assert routes == operations


def test_operations_are_named_once() -> None:
    names = []
    for route in ROUTES:
        names += [operation.identity for operation in route.operations.values()]
    assert len(names) == len(set(names))


@pytest.mark.slow
async def test_every_answer_is_as_the_document_says(
    client: ClientSession, snapshot: Snapshot
) -> None:
    urls = examples(snapshot)
    for path, methods in OPENAPI["paths"].items():
        if "get" not in methods:
            continue
        for url, status in urls[path].items():
            async with client.get(URL(url, encoded=True)) as response:
                assert response.status == status, url
                await holds(methods["get"]["responses"], response)


async def holds(answers: dict[str, Any], response: ClientResponse) -> None:
    """Fails unless the answer is one of those the document has for its operation."""
    answer = answers.get(str(response.status)) or answers.get("default")
    assert answer is not None, f"{response.url} answers {response.status}"
    contents = {media.partition(";")[0]: content for media, content in answer["content"].items()}
    content = contents.get(response.content_type) or contents["*/*"]
    if response.content_type == "application/json":
        schema = {**OPENAPI, **content["schema"]}
        Draft202012Validator(schema).validate(await response.json())


async def test_the_document_is_served(client: ClientSession) -> None:
    async with client.get("/api/v1/openapi.json") as response:
        assert await response.json() == OPENAPI


async def test_an_error_anywhere_below_the_api_keeps_to_the_schema() -> None:
    async with (
        served(held(estate.SNAPSHOT)) as session,
        session.get("/api/v1/nowhere") as response,
    ):
        assert response.status == 404
        validator("error").validate(await response.json())


def test_the_schema_does_not_take_anything() -> None:
    assert not validator("snapshot").is_valid({"taken_at": 1})
    guessed = {"value": 1, "lower": 0, "upper": 2, "basis": "guessed"}
    assert not validator("estimate").is_valid(guessed)
    assert validator("estimate").is_valid({**guessed, "basis": "assumed"})


def test_the_document_names_what_may_be_asked() -> None:
    assert [parameter.name for parameter in RESOURCE_PARAMETERS] == list(PARAMETERS)
    by_name = {parameter.name: parameter for parameter in RESOURCE_PARAMETERS}
    for name in SORTS:
        assert {name, f"-{name}"} <= set(by_name["sort"].schema["enum"])
    for label in FILTERS:
        assert label in by_name["filter"].description


@pytest.mark.parametrize("path", sorted(OPENAPI["paths"]))
def test_parameters_of_the_path_are_described(path: str) -> None:
    for operation in OPENAPI["paths"][path].values():
        described = set()
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path":
                described.add(f"{{{parameter['name']}}}")
        assert described == {part for part in path.split("/") if part.startswith("{")}


async def test_a_snapshot_without_grid_is_still_as_the_document_says() -> None:
    bare = replace(estate.SNAPSHOT, places=(), accounts=(), account_names={})
    async with served(held(bare)) as session, session.get("/api/v1/snapshot") as response:
        validator("snapshot").validate(await response.json())


async def test_law_a_parameter_nobody_knows_is_refused_and_one_said_twice() -> None:
    asked = 0
    async with served(held(estate.SNAPSHOT)) as client:
        for route in ROUTES:
            operation = route.operations.get("GET")
            names = [each.name for each in operation.parameters] if operation else []
            if not route.path.startswith("/api/") or not names or "{" in route.path:
                continue
            one = "filter" if "filter" in names else names[0]
            twice = names[1] if one == "filter" else one
            for query, wrong in ((f"{one}=x=1&colour=red", "colour"), (f"{twice}=1&" * 2, twice)):
                async with client.get(f"{route.path}?{query}") as answer:
                    told = await answer.json()
                assert (answer.status, told["error"]["parameter"]) == (400, wrong), query
                asked += 1
    assert asked >= 14
