"""Every range of the trend by every label, of a full history, an empty one, and a first refresh."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient
from tests.exposition import estate
from tests.web.browsing import SETTINGS, demo_past, demo_snapshot
from tests.web.serving import held, served
from tests.web.test_openapi import validator

from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.sums import footprint_sum
from cloud_carbon_exporter.web.api.history import nothing_remembered
from cloud_carbon_exporter.web.api.measures import labels_to_sum_by
from cloud_carbon_exporter.web.api.ranges import RANGES
from cloud_carbon_exporter.web.recent import MOST_VALUES, recent_point
from cloud_carbon_exporter.web.trend import Trend

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

SPLITS = list(labels_to_sum_by(SETTINGS.exposition.tags))
STORES = ("full", "empty", "just begun")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=STORES)
async def store(request: pytest.FixtureRequest) -> AsyncIterator[tuple[str, Any]]:
    snapshot = replace(await demo_snapshot(), taken_at=time.time() - 5)
    trend = Trend()
    for back in (0,) if request.param == "just begun" else (900, 600, 300, 0):
        trend.record(replace(snapshot, taken_at=snapshot.taken_at - back))
    past = demo_past(snapshot) if request.param == "full" else nothing_remembered
    async with served(held(snapshot), SETTINGS, trend, past) as client:
        yield request.param, client


@pytest.mark.parametrize("by", SPLITS)
@pytest.mark.parametrize("name", list(RANGES))
async def test_parts_add_up_to_the_whole(
    store: tuple[str, TestClient[Any, Any]], name: str, by: str
) -> None:
    filled, client = store
    async with client.get(f"/api/v1/trend?range={name}&by={by}") as response:
        assert response.status == 200
        chart = await response.json()
    validator("trend_chart").validate(chart)
    assert (chart["range"], chart["by"], chart["parts"]) == (name, by, by)
    known = {"full": True, "empty": name == "1h", "just begun": name == "1h"}[filled]
    assert bool(chart["start"]) is known
    columns = [part["values"] for part in chart["series"]]
    columns += [chart["others"]] if chart["others"] is not None else []
    sums = [sum(parts) for parts in zip(*columns, strict=True)]
    assert sums == pytest.approx(chart["value"], rel=1e-3)


async def test_names_without_end_do_not_fill_the_memory() -> None:
    rows: list[Row] = []
    for number in range(1000):
        resource = replace(estate.MACHINE.resource, tags={"team": f"team {number}"})
        rows.append(replace(estate.MACHINE, resource=resource))
    snapshot = replace(estate.SNAPSHOT, rows=tuple(rows))
    parts = recent_point(snapshot).by("tag_team")
    assert len(parts.largest) == MOST_VALUES
    assert parts.more == 1000 - MOST_VALUES
    one = estate.MACHINE.footprint.power_watts.value
    assert parts.rest.watts == pytest.approx(one * parts.more)


def recent_of(snapshot: Snapshot, *tags: dict[str, str]) -> Snapshot:
    resources = [replace(estate.MACHINE.resource, tags=each) for each in tags]
    rows = [replace(estate.MACHINE, resource=resource) for resource in resources]
    return replace(snapshot, rows=tuple(rows))


async def test_what_has_no_such_tag_is_a_part_of_its_own() -> None:
    some = recent_point(recent_of(estate.SNAPSHOT, {"team": "web"}, {}))
    assert set(some.by("tag_team").largest) == {"web", ""}
    none = recent_point(recent_of(estate.SNAPSHOT, {}, {}))
    watts = footprint_sum([estate.MACHINE.footprint] * 2).power_watts.value
    assert none.by("tag_team").largest[""].watts == pytest.approx(watts)
