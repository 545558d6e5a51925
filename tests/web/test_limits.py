"""Limits of the HTTP side: heads, connections, answers at once, and how long each may take."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest
from aiohttp import ClientSession
from tests.exposition import estate
from tests.patience import PATIENCE_SECONDS
from tests.web.listening import (
    connect,
    listening,
)
from tests.web.serving import SETTINGS, held

from cloud_carbon_exporter.web import guard, listener
from cloud_carbon_exporter.web.app import make_app
from cloud_carbon_exporter.web.listener import start


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at files and connections a hundred times a second."""
    monkeypatch.setattr(listener, "_LOOK_SECONDS", 0.01)


@pytest.mark.parametrize("host", ["", "::", "0.0.0.0", "127.0.0.1", "::1", "localhost"])
async def test_an_address_answers_as_in_go(host: str) -> None:
    """`:0` and `[::]:0` in both families and at one port; all others where they say alone."""
    server = await start(make_app(SETTINGS, held(estate.SNAPSHOT)), host, 0)
    try:
        ports = {address[1] for address in server.addresses}
        assert len(ports) == 1 or host == "localhost"
        families = {"0.0.0.0": {"127.0.0.1"}, "127.0.0.1": {"127.0.0.1"}, "::1": {"::1"}}
        answered: set[str] = set()
        for address in ("127.0.0.1", "::1"):
            for port in ports:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection(address, port)
                    writer.close()
                    answered.add(address)
        assert answered == families.get(host, {"127.0.0.1", "::1"}) or host == "localhost"
    finally:
        await server.cleanup()


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 10_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
    ],
)
async def test_heads_larger_than_any_browser_sends_are_refused(folder: Path, sent: bytes) -> None:
    async with listening(folder, "") as (_, url):
        reader, writer = await connect(url, sent)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert (await reader.readline()).split()[1] in (b"400", b"431", b"414")
        writer.close()


async def test_who_does_not_end_a_head_is_cut_and_others_are_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "HEAD_SECONDS", 0.5)
    request = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    async with listening(folder, "") as (_, url), asyncio.timeout(PATIENCE_SECONDS):
        kept, writer = await connect(url, request)
        assert (await kept.readuntil(b"ok\n")).startswith(b"HTTP/1.1 200")
        slow, other = await connect(url, request[:-2] + b"X: ")
        with contextlib.suppress(ConnectionResetError):
            assert await slow.read() == b""
        writer.write(request)
        assert (await kept.readuntil(b"ok\n")).startswith(b"HTTP/1.1 200")
        writer.close()
        other.close()


async def test_who_does_not_take_the_answer_is_cut(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(guard, "HEAD_SECONDS", 0.1)
    async with listening(folder, "") as (_, url), asyncio.timeout(PATIENCE_SECONDS):
        reader, writer = await connect(url, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            await reader.read()  # ends though the connection could be kept
        writer.close()


async def test_the_oldest_connections_go_when_there_are_too_many(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "CONNECTIONS_MOST", 5)
    async with listening(folder, "") as (_, url):
        idle = [await connect(url, b"G") for _ in range(12)]
        async with asyncio.timeout(PATIENCE_SECONDS):
            ended = 0
            for reader, writer in idle[:7]:
                with contextlib.suppress(ConnectionResetError):
                    assert await reader.read() == b""
                ended += 1
                writer.close()
        assert ended == 7
        for _, writer in idle[7:]:
            writer.close()


async def test_no_more_answers_at_once_than_can_be_borne(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(guard.AT_ONCE, "metrics", 2)
    go, entered = asyncio.Event(), asyncio.Semaphore(0)
    collector = held(estate.SNAPSHOT)

    async def slowly(_: float) -> None:
        entered.release()
        await go.wait()

    monkeypatch.setattr(collector, "collect_for_scrape", slowly)
    app = make_app(type(SETTINGS)(exposition=estate.SETTINGS, mode="scrape"), collector)
    server = await start(app, "127.0.0.1", 0)
    try:
        async with ClientSession(f"http://127.0.0.1:{server.addresses[0][1]}") as client:
            first = [asyncio.create_task(get(client)) for _ in range(2)]
            for _ in first:
                await entered.acquire()
            assert await get(client) == 503
            async with client.get("/healthz") as answer:
                assert answer.status == 200
            go.set()
            assert await asyncio.gather(*first) == [200, 200]
            assert await get(client) == 200
    finally:
        await server.cleanup()


async def get(client: ClientSession) -> int:
    async with client.get("/metrics") as answer:
        await answer.read()
        return answer.status
