"""The answers of /api/v1 are as docs/api.md says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from jsonschema import Draft202012Validator
from tests.exposition import estate
from tests.web.browsing import FAILING, SETTINGS, course, demo_snapshot
from tests.web.serving import held, served

from cloud_carbon_exporter.model.types import Snapshot
from cloud_carbon_exporter.web import query

DOCUMENT = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
SCHEMA: dict[str, Any] = json.loads(DOCUMENT.split("```json\n")[1].split("```")[0])


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{name}"})


async def answers(snapshot: Snapshot, path: str, status: int = 200) -> Any:
    async with (
        served(held(snapshot), SETTINGS, course(snapshot, 3)) as client,
        client.get(path) as response,
    ):
        assert response.status == status
        return await response.json()


def test_the_schema_is_one() -> None:
    for name in SCHEMA["$defs"]:
        Draft202012Validator.check_schema({**SCHEMA, "$ref": f"#/$defs/{name}"})


@pytest.mark.parametrize("what", ["demo", "made by hand", "failing", "empty"])
async def test_every_answer_keeps_to_its_schema(what: str) -> None:
    by_hand = {"made by hand": estate.SNAPSHOT, "failing": FAILING, "empty": estate.EMPTY}
    snapshot = by_hand.get(what) or await demo_snapshot()
    for name in ("snapshot", "resources", "history"):
        validator(name).validate(await answers(snapshot, f"/api/v1/{name}"))
    for row in snapshot.rows[:3]:
        path = f"/api/v1/resources/{quote(row.resource.id, safe='')}/explain"
        validator("explain").validate(await answers(snapshot, path))


async def test_every_error_keeps_to_its_schema() -> None:
    for path, status in (
        ("resources?limit=0", 400),
        ("resources?color=red", 400),
        ("nowhere", 404),
    ):
        validator("error").validate(await answers(estate.SNAPSHOT, f"/api/v1/{path}", status))


def test_the_schema_does_not_take_anything() -> None:
    assert not validator("snapshot").is_valid({"taken_at": 1})
    assert not validator("estimate").is_valid(
        {"value": 1, "lower": 0, "upper": 2, "basis": "guessed"}
    )


def test_the_document_names_every_sort_that_is_no_label() -> None:
    for name in query.SORTS:
        assert f"`{name}`" in DOCUMENT or name in (*query.FILTERS,)
