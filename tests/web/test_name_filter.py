"""`name[]` of /metrics: the families that are asked for, whole, in both formats and codings."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from urllib.parse import quote

import pytest
from aiohttp import ClientSession
from bench.bench_exposition import snapshot as large_snapshot
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from tests.exposition import estate
from tests.exposition.reading import Series, inflate, names_in, parse, samples, series
from tests.web.serving import held, served

from cloud_carbon_exporter.exposition import FAMILIES, Format, render, select

POWER = "cloud_carbon_power_watts"
COUNTER = "cloud_carbon_energy_joules_total"
OWN = "cloud_carbon_exporter_errors_total"
SERIES = "cloud_carbon_exporter_series"
SIZE = "cloud_carbon_exporter_scrape_size_bytes"
ACCEPT_TEXT = {"Accept": "text/plain", "Accept-Encoding": "identity"}
ACCEPT: dict[Format, str] = {"text": "text/plain", "openmetrics": "application/openmetrics-text"}


async def answer(
    client: ClientSession, names: Iterable[str], format_: Format = "text", coding: str = "gzip"
) -> str:
    query = "&".join(f"name[]={quote(name)}" for name in names)
    headers = {"Accept": ACCEPT[format_], "Accept-Encoding": coding}
    async with client.get(f"/metrics?{query}", headers=headers) as response:
        assert response.status == 200
        body = await response.read()
        assert int(response.headers["Content-Length"]) == len(body)
    return (inflate(body) if coding == "gzip" else body).decode()


def told(text: str, format_: Format) -> dict[Series, float]:
    return samples(parse(text, format_))


@pytest.mark.parametrize("format_", ACCEPT)
@pytest.mark.parametrize("coding", ["identity", "gzip"])
async def test_what_is_asked_for_is_as_in_the_whole_answer(format_: Format, coding: str) -> None:
    asked = {POWER, COUNTER, OWN, "process_cpu_seconds_total", "python_info"}
    async with served(held(estate.SNAPSHOT)) as client:
        whole = told(await answer(client, (), format_, coding), format_)
        some = told(await answer(client, sorted(asked), format_, coding), format_)
    assert names_in(some) == asked
    kept = {key: value for key, value in whole.items() if key.name in asked}
    changing = series("process_cpu_seconds_total")
    assert some.keys() == kept.keys()
    assert all(kept[key] == value for key, value in some.items() if key != changing)


@pytest.mark.slow
@pytest.mark.parametrize("format_", ACCEPT)
async def test_every_family_can_be_asked_for_alone(format_: Format) -> None:
    async with served(held(estate.SNAPSHOT)) as client:
        whole = told(await answer(client, (), format_), format_)
        for family in FAMILIES:
            alone = told(await answer(client, (family.name,), format_), format_)
            assert alone.keys() == {key for key in whole if key.name == family.name}


async def test_what_nobody_knows_gives_nothing() -> None:
    async with served(held(estate.SNAPSHOT)) as client:
        for name in ("nothing", "", "cloud_carbon_power", "cloud_carbon_.*", "# HELP", "[", "\0"):
            assert await answer(client, (name,)) == "", name
            assert await answer(client, (name,), "openmetrics") == "# EOF\n"
        both = told(await answer(client, ("nothing", POWER)), "text")
        assert names_in(both) == {POWER}


async def test_other_parameters_change_nothing() -> None:
    url = "/metrics?name=x&collect[]=y"
    async with (
        served(held(estate.SNAPSHOT)) as client,
        client.get(url, headers=ACCEPT_TEXT) as response,
    ):
        assert POWER in names_in(told((await response.read()).decode(), "text"))


async def test_series_and_size_are_those_of_the_answer() -> None:
    async with served(held(estate.SNAPSHOT)) as client:
        text = await answer(client, (SERIES, SIZE, POWER))
        own = told(text, "text")
        assert own[series(SERIES)] == len(own) == len(estate.SNAPSHOT.rows) + 2
        assert own[series(SIZE)] == len(text.encode())


async def test_before_the_first_collection_too() -> None:
    async with served(held(estate.EMPTY)) as client:
        name = "cloud_carbon_exporter_build_info"
        assert names_in(told(await answer(client, (name,)), "text")) == {name}


@pytest.mark.slow
async def test_a_large_family_keeps_its_blocks_and_waits_for_nobody() -> None:
    exposition = render(large_snapshot(20_000), estate.SETTINGS)
    some = select(exposition, "text", {POWER})
    (part,) = [part for part in exposition.large if part.family.name == POWER]
    assert some.series == part.series == 20_000
    shared = {id(block) for block in exposition.text.blocks}
    large = [block for block in some.text.blocks if len(block) > 1 << 16]
    assert large and {id(block) for block in large} <= shared
    async with served(held(estate.SNAPSHOT)) as client:
        texts = await asyncio.gather(*[answer(client, (POWER,)) for _ in range(8)])
    assert len(set(texts)) == 1


@pytest.mark.parametrize("name", ["process_cpu_seconds_total", "process_open_fds", "nothing"])
async def test_it_is_what_the_client_library_of_python_does(name: str) -> None:
    """Its restricted registry is what it makes of `name[]`."""
    registry = CollectorRegistry(auto_describe=True)
    ProcessCollector(registry=registry)
    theirs = generate_latest(registry.restricted_registry([name])).decode()
    async with served(held(estate.SNAPSHOT)) as client:
        ours = await answer(client, (name,))
    assert names_in(told(ours, "text")) == names_in(told(theirs, "text"))
