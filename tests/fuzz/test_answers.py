"""Answers no sane server gives, to every client: bounded in memory, and a CollectError each."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import cast

import pytest
from aiohttp import web

from cloud_carbon_exporter.errors import CollectError, Malformed, Unreachable
from cloud_carbon_exporter.providers.aws.client import http as aws_http
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.gcp.client import http as gcp_http
from cloud_carbon_exporter.providers.gcp.client.auth import Tokens
from cloud_carbon_exporter.providers.scaleway.client import http as scaleway_http
from cloud_carbon_exporter.providers.settings import TargetSettings
from tests.fakes.gcp import Calls
from tests.fakes.wire import MIB, bomb


class NoTokens:
    """Credentials nobody asks for."""

    universe = "googleapis.com"

    async def headers(self) -> dict[str, str]:
        return {}

    def forget(self) -> None:
        """There is nothing to forget."""


@asynccontextmanager
async def answering(body: bytes, **headers: str) -> AsyncIterator[str]:
    """The URL of a server that answers everything with this."""

    async def handle(request: web.Request) -> web.Response:
        return web.Response(
            body=body, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def ask(provider: str, url: str, monkeypatch: pytest.MonkeyPatch) -> object:
    """The document one call brings."""
    if provider == "gcp":
        monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE", url)
        patience = replace(gcp_http.PATIENCE, first_pause_seconds=0.001)
        monkeypatch.setattr(gcp_http, "PATIENCE", patience)
        rest = gcp_http.Rest(cast(Tokens, NoTokens()), Calls(), 5)
        try:
            return await rest.fetch(
                gcp_http.Call(api="compute", operation="list", path="x", account_id="p")
            )
        finally:
            await rest.close()
    if provider == "aws":
        return await ask_aws(url, monkeypatch)
    patience = replace(scaleway_http.PATIENCE, first_pause_seconds=0)
    http = scaleway_http.Http(Calls(), timeout_seconds=5, patience=patience)
    try:
        return (await http.send(scaleway_http.Call(f"{url}/x", "instance", "ListServers"))).document
    finally:
        await http.close()


async def ask_aws(url: str, monkeypatch: pytest.MonkeyPatch) -> object:
    """As `ask`."""
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.setenv(f"AWS_{name}", "nobody")
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    client = AwsClient(TargetSettings(provider="aws", timeout_seconds=5), Calls())
    try:
        return await client.connect()
    finally:
        await client.close()


EVERY_PROVIDER = pytest.mark.parametrize("provider", ["aws", "gcp", "scaleway"])
OURS = pytest.mark.parametrize("provider", ["gcp", "scaleway"])


@pytest.mark.slow
@EVERY_PROVIDER
async def test_a_gzip_bomb_is_not_unpacked(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that unpacks to 512 MiB is refused as malformed, and never held."""
    packed = bomb(512)
    monkeypatch.setattr(gcp_http, "LARGEST_ANSWER_BYTES", MIB)
    monkeypatch.setattr(scaleway_http, "LARGEST_ANSWER_BYTES", MIB)
    monkeypatch.setattr(aws_http, "LARGEST_ANSWER_BYTES", MIB)
    async with answering(packed, Content_Encoding="gzip") as url:
        tracemalloc.start()
        try:
            with pytest.raises(CollectError) as raised:
                await ask(provider, url, monkeypatch)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert type(raised.value) in (Malformed, Unreachable)
    assert peak < 128 * MIB, f"{peak / MIB:.0f} MiB"


@EVERY_PROVIDER
async def test_an_endless_answer_is_cut(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body larger than the bound is refused, packed or not."""
    monkeypatch.setattr(gcp_http, "LARGEST_ANSWER_BYTES", MIB)
    monkeypatch.setattr(scaleway_http, "LARGEST_ANSWER_BYTES", MIB)
    monkeypatch.setattr(aws_http, "LARGEST_ANSWER_BYTES", MIB)
    async with answering(b" " * (2 * MIB) + b"{}") as url:
        with pytest.raises(Malformed, match="more than 1 MiB"):
            await ask(provider, url, monkeypatch)


@OURS
@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe{}",
        b'{"a": "\xc3\x28"}',
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"",
        b"9" * 10_000,
        b"nul",
    ],
    ids=[
        "no UTF-8",
        "half a character",
        "nested lists",
        "nested objects",
        "nothing",
        "a long number",
        "cut short",
    ],
)
async def test_what_cannot_be_decoded_is_malformed(
    provider: str, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Invalid UTF-8, nesting without end, and numbers without end are malformed answers."""
    async with answering(body) as url:
        with pytest.raises(Malformed):
            await ask(provider, url, monkeypatch)


@OURS
async def test_the_content_type_decides_nothing(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JSON that calls itself something else is read all the same."""
    async with answering(b'{"items": []}', Content_Type="text/html; charset=utf-16") as url:
        assert await ask(provider, url, monkeypatch) == {"items": []}


@OURS
async def test_a_packed_answer_is_unpacked(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """gzip is asked for, and understood."""
    async with answering(
        gzip.compress(b'{"items": [' + b" " * 3 * MIB + b"]}"), Content_Encoding="gzip"
    ) as url:
        assert await ask(provider, url, monkeypatch) == {"items": []}


@EVERY_PROVIDER
@pytest.mark.parametrize(
    ("encoding", "body"),
    [("br", b"{}"), ("gzip", b"{}"), ("gzip", gzip.compress(b"{}")[:-9])],
    ids=["unknown", "not packed", "cut"],
)
async def test_what_cannot_be_unpacked_is_malformed(
    provider: str, encoding: str, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody asked for another encoding."""
    async with answering(body, Content_Encoding=encoding) as url:
        with pytest.raises(Malformed):
            await ask(provider, url, monkeypatch)


@pytest.mark.slow
@OURS
async def test_a_gzip_bomb_leaves_the_event_loop_free(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few packed kilobytes keep the processor busy for long: others have their turn meanwhile."""
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async with answering(bomb(60) + b"cut", Content_Encoding="gzip") as url:
        taking = asyncio.create_task(take_turns())
        with pytest.raises(Malformed):
            await ask(provider, url, monkeypatch)
        taking.cancel()
    assert turns >= 60
