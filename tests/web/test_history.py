"""/api/v1/history: what may be asked, and what is answered where it cannot be."""

from __future__ import annotations

import asyncio
import csv
import io
import sqlite3
import time
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from aiohttp import ClientSession
from multidict import MultiDict
from tests.exposition import estate
from tests.history.estates import ROWS, START, counted
from tests.web.serving import held, served

from cloud_carbon_exporter.history.file import in_memory
from cloud_carbon_exporter.history.query import Query, Summed, summed
from cloud_carbon_exporter.history.reader import TooManySums
from cloud_carbon_exporter.history.shares import Shares
from cloud_carbon_exporter.model.hours import HOUR_SECONDS, Amounts
from cloud_carbon_exporter.web.api.history import History
from cloud_carbon_exporter.web.api.history_parameters import HISTORY_PARAMETERS
from cloud_carbon_exporter.web.api.history_query import PARAMETERS, parse_history
from cloud_carbon_exporter.web.api.resource_query import BadQuery

NOW = START + 2.5 * HOUR_SECONDS
RANGE = f"since={START}&until={START + 7200}"


def two_hours(query: Query) -> Sequence[Summed]:
    store, shares = in_memory(), Shares()
    shares.look_at(ROWS)
    for hour in (START, START + HOUR_SECONDS):
        store.add([row for part in counted(hour) for row in shares.rows(part)], ())
    return list(summed(store.reader.find(query.since, query.until, query.step), query))


@pytest.mark.parametrize(
    ("parameters", "since", "until"),
    [
        ({"since": "2h"}, START, START + 3 * HOUR_SECONDS),
        ({"since": "1d", "until": "1h"}, START - 22 * HOUR_SECONDS, START + 2 * HOUR_SECONDS),
        (
            {"since": "2025-11-01", "until": "2025-11-02T01:00:00+02:00"},
            1_761_955_200,
            1_762_038_000,
        ),
        ({"since": str(START), "until": f"{START + 1}.5"}, START, START + HOUR_SECONDS),
        ({"step": "hour"}, START - 22 * HOUR_SECONDS, START + 3 * HOUR_SECONDS),
    ],
)
def test_a_range_is_of_whole_hours(parameters: dict[str, str], since: int, until: int) -> None:
    query = parse_history(MultiDict(parameters), (), NOW).query
    assert (query.since, query.until) == (since, until)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("since", "yesterday"),
        ("since", "9" * 400),
        ("since", "2025-13-01"),
        ("until", "0001-01-01T00:00:00+23:59"),
        ("until", ""),
        ("until", "1970-01-01"),
        ("by", "color"),
        ("by", "tag_color"),
        ("step", "minute"),
        ("format", "parquet"),
        ("colour", "red"),
    ],
)
def test_what_cannot_be_followed_is_named(parameter: str, value: str) -> None:
    with pytest.raises(BadQuery) as bad:
        parse_history(MultiDict({parameter: value}), ("team",), NOW)
    assert bad.value.parameter == parameter


def test_the_document_names_what_may_be_asked() -> None:
    assert [parameter.name for parameter in HISTORY_PARAMETERS] == list(PARAMETERS)


async def test_sums_by_label_and_step() -> None:
    url = f"/api/v1/history?{RANGE}&by=cloud_provider,tag_team&step=hour"
    async with (
        served(held(estate.SNAPSHOT), remembered=two_hours) as client,
        client.get(url) as response,
    ):
        told = await response.json()
    assert told["by"] == ["cloud_provider", "tag_team"]
    assert {row["start"] for row in told["sums"]} == {START, START + HOUR_SECONDS}
    joules = sum(row["energy_joules"]["value"] for row in told["sums"])
    assert joules == pytest.approx(2 * sum(part.joules for part in counted(START)))
    for row in told["sums"]:
        whole = (
            row["operational_emissions_grams"]["value"] + row["embodied_emissions_grams"]["value"]
        )
        assert row["emissions_grams"]["value"] == pytest.approx(whole)


async def test_csv_has_the_same_rows() -> None:
    url = f"/api/v1/history?{RANGE}&by=kind&format=csv"
    async with (
        served(held(estate.SNAPSHOT), remembered=two_hours) as client,
        client.get(url) as response,
    ):
        assert response.content_type == "text/csv"
        rows = list(csv.DictReader(io.StringIO(await response.text())))
    assert {row["kind"] for row in rows} == {row.resource.kind for row in ROWS}
    for row in rows:
        lower, value, upper = (row[f"emissions_grams{end}"] for end in ("_lower", "", "_upper"))
        assert float(lower) <= float(value) <= float(upper)


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (sqlite3.OperationalError("disk I/O error"), 503, "cannot be read now"),
        (TimeoutError("busy"), 503, "busy for too long"),
        (TooManySums(1_000_000), 400, "longer step"),
    ],
)
async def test_a_store_that_fails_costs_its_answer_alone(
    error: Exception, status: int, words: str
) -> None:
    def failing(query: Query) -> Sequence[Summed]:
        raise error

    async with served(held(estate.SNAPSHOT), remembered=failing) as client:
        async with client.get("/api/v1/history?since=1h") as response:
            assert response.status == status
            assert words in (await response.json())["error"]["message"]
        for path in ("/metrics", "/api/v1/history", "/api/v1/snapshot"):
            async with client.get(path) as response:
                assert response.status == 200


async def test_the_history_is_asked_by_one_at_a_time() -> None:
    at_work: list[Query] = []
    at_once: list[int] = []

    def slow(query: Query) -> Sequence[Summed]:
        at_work.append(query)
        time.sleep(0.02)
        at_once.append(len(at_work))
        at_work.remove(query)
        return ()

    async def ask(client: ClientSession) -> int:
        async with client.get("/api/v1/history?since=1h") as response:
            return response.status

    async with served(held(estate.SNAPSHOT), remembered=slow) as client:
        assert await asyncio.gather(*[ask(client) for _ in range(5)]) == [200] * 5
    assert at_once == [1] * 5
    at_once.clear()
    history, query = History(slow), parse_history(MultiDict({"since": "1h"}), (), NOW)
    for _ in range(3):  # who asks is cut
        asking = asyncio.create_task(history.text(query))
        await asyncio.sleep(0.01)
        asking.cancel()
    assert await history.text(query)
    assert at_once and set(at_once) == {1}


class WatchedAmounts(Amounts):
    """Amounts that tell when they go."""

    __slots__ = ("__weakref__",)


@pytest.mark.parametrize("form", ["json", "csv"])
async def test_sums_become_text_one_by_one(form: str) -> None:
    """Tens of thousands of them at once would take half a gigabyte."""
    there: set[int] = set()
    most = 0

    def each(query: Query) -> Iterator[Summed]:
        nonlocal most
        (first, *_) = two_hours(query)
        for number in range(20):
            amounts = WatchedAmounts(first.amounts.energy_joules)
            there.add(number)
            weakref.finalize(amounts, there.discard, number)
            most = max(most, len(there))
            yield replace(first, amounts=amounts)

    url = f"/api/v1/history?{RANGE}&format={form}"
    async with (
        served(held(estate.SNAPSHOT), remembered=each) as client,
        client.get(url) as response,
    ):
        assert response.status == 200
    assert 1 <= most <= 3
