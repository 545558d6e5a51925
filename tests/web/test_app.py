"""What every answer carries, and what wrong requests get."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from bench.bench_exposition import snapshot as large_snapshot
from tests.exposition import estate
from tests.patience import PATIENCE_SECONDS
from tests.web.serving import SETTINGS, address, held, served

from cloud_carbon_exporter.web import app as app_module
from cloud_carbon_exporter.web.api import answers
from cloud_carbon_exporter.web.app import make_app
from cloud_carbon_exporter.web.listener import start


@pytest.mark.parametrize(
    "path", ["/", "/metrics", "/healthz", "/readyz", "/api/v1/snapshot", "/nowhere"]
)
async def test_every_answer_is_secured_and_links_the_source(path: str) -> None:
    async with served(held(estate.SNAPSHOT)) as client, client.get(path) as response:
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Link"] == '<https://example.org/source/v1.2.3>; rel="source"'
        assert "aiohttp" not in response.headers["Server"]


@pytest.mark.parametrize(
    "path", ["/", "/metrics", "/healthz", "/readyz", "/api/v1/snapshot", "/api/v1/resources"]
)
async def test_head_is_get_without_the_body(path: str) -> None:
    async with served(held(estate.SNAPSHOT)) as client, client.head(path) as response:
        assert response.status == 200
        assert await response.read() == b""
        assert int(response.headers["Content-Length"]) > 0


async def test_unknown_paths_are_not_found() -> None:
    async with served(held(estate.SNAPSHOT)) as client:
        async with client.get("/nowhere") as response:
            assert response.status == 404
            assert "/metrics" in await response.text()
        async with client.get("/api/v2/snapshot") as response:
            assert response.status == 404
            assert (await response.json())["error"]["status"] == 404


@pytest.mark.parametrize("path", ["/metrics", "/api/v1/snapshot"])
async def test_wrong_methods_say_which_are_allowed(path: str) -> None:
    async with served(held(estate.SNAPSHOT)) as client, client.post(path, data=b"x") as response:
        assert response.status == 405
        assert response.headers["Allow"] == "GET, HEAD"
        assert "POST is not allowed" in await response.text()


async def test_an_error_of_ours_tells_nothing_of_the_inside(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> str:
        raise RuntimeError("the inside")

    monkeypatch.setattr(answers, "_snapshot_text", broken)
    async with served(held(estate.SNAPSHOT)) as client, client.get("/api/v1/snapshot") as response:
        assert response.status == 500
        assert "the inside" not in await response.text()
    assert "the inside" in caplog.text


@pytest.mark.slow
async def test_a_client_that_leaves_amid_the_answer_is_no_error_of_ours(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Else every scrape that times out writes a trace into the log, and so could anybody."""
    left = asyncio.Event()

    class Seen(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            left.set()

    log, seen = logging.getLogger(app_module.__name__), Seen()
    caplog.set_level(logging.DEBUG, app_module.__name__)
    log.addHandler(seen)
    try:
        async with served(held(large_snapshot(20_000))) as client:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", urlsplit(address(client)).port
            )
            writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await reader.readexactly(100)
            writer.transport.abort()
            async with asyncio.timeout(PATIENCE_SECONDS):
                await left.wait()
    finally:
        log.removeHandler(seen)
    assert [(record.levelno, bool(record.exc_info)) for record in caplog.records] == [
        (logging.DEBUG, False)
    ]


async def test_a_port_in_use_is_an_error_of_the_system() -> None:
    app = make_app(SETTINGS, held(estate.EMPTY))
    runner = await start(app, "127.0.0.1", 0)
    try:
        with pytest.raises(OSError):
            await start(
                make_app(replace(SETTINGS), held(estate.EMPTY)), "127.0.0.1", runner.addresses[0][1]
            )
    finally:
        await runner.cleanup()
