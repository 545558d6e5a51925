"""What holds for every client that speaks HTTP, whatever it is told at the other end."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import aiohttp.connector
import pytest

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.http.agent import SOURCE_URL, USER_AGENT
from cloud_carbon_exporter.http.blocking import BlockingPool
from cloud_carbon_exporter.providers.gcp.client import auth
from tests.fakes.wire import MIB
from tests.http.clients import CLIENTS, SECRET, Client, Setting
from tests.http.sites import (
    Handler,
    asks_to_wait,
    drips,
    explodes,
    hangs,
    redirects,
    serving,
    succeeds,
)
from tests.patience import PATIENCE_SECONDS
from tests.web.certificates import Authority

pytestmark = pytest.mark.slow

MakeSetting = Callable[..., Setting]


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MakeSetting:
    """Makes Settings; no proxy, and no credentials but those planted."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("AWS_PROFILE", "CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT"):
        monkeypatch.delenv(name, raising=False)
    return lambda url, seconds=10.0: Setting(url, monkeypatch, tmp_path, seconds)


@pytest.fixture
def tls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ssl.SSLContext:
    """A server's side of TLS whose authority every client trusts."""
    authority = Authority()
    certificate, key = authority.sign("localhost").write(tmp_path, "server")
    bundle = tmp_path / "authority.pem"
    bundle.write_text(authority.certificate)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))  # botocore
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))  # urllib3
    trusting = ssl.create_default_context(cafile=str(bundle))
    monkeypatch.setattr(aiohttp.connector, "_SSL_CONTEXT_VERIFIED", trusting)
    serving_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving_side.load_cert_chain(certificate, key)
    return serving_side


def every(wanted: Callable[[Client], bool] = lambda client: True) -> pytest.MarkDecorator:
    """A test for every client of which this may be asked."""
    clients = [client for client in CLIENTS if wanted(client)]
    return pytest.mark.parametrize("client", clients, ids=lambda client: client.name)


@every()
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_to_another_host_is_followed(
    client: Client, status: int, setting: MakeSetting
) -> None:
    async with (
        serving(succeeds) as elsewhere,
        serving(redirects(status, lambda: named(elsewhere.url))) as site,
    ):
        with pytest.raises(CollectError) as raised:
            await client.ask(setting(site.url))
    assert site.asked, "it was asked"
    assert elsewhere.asked == []
    assert SECRET not in str(raised.value)


def named(url: str) -> str:
    """The same place under another host name."""
    return url.replace("127.0.0.1", "localhost")


@every()
async def test_no_redirect_from_https_to_http_is_followed(
    client: Client, setting: MakeSetting, tls: ssl.SSLContext
) -> None:
    async with (
        serving(succeeds) as plain,
        serving(redirects(307, lambda: plain.url), tls) as site,
    ):
        with pytest.raises(CollectError):
            await client.ask(setting(site.url))
    assert site.asked, "the certificate is trusted"
    assert plain.asked == []


@every(lambda client: client.bounded)
async def test_a_bomb_is_neither_held_nor_unpacked_at_a_stretch(
    client: Client, setting: MakeSetting
) -> None:
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async with serving(explodes) as site:
        asking = setting(site.url)
        tracemalloc.start()
        taking = asyncio.create_task(take_turns())
        try:
            with pytest.raises(CollectError):
                await client.ask(asking)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            taking.cancel()
            tracemalloc.stop()
    assert len(site.asked) == 1, "what is too large will be so again"
    assert turns >= 60 or peak < 40 * MIB, "others have their turn meanwhile"
    assert peak < 90 * MIB, f"{peak / MIB:.0f} MiB"


@every()
@pytest.mark.parametrize("silence", [hangs, drips], ids=["hangs", "drips"])
async def test_silence_ends(client: Client, silence: Handler, setting: MakeSetting) -> None:
    async with serving(silence) as site:
        async with asyncio.timeout(PATIENCE_SECONDS):
            with pytest.raises(CollectError):
                await client.ask(setting(site.url, 0.2))
    assert site.asked


@every(lambda client: client.waits)
@pytest.mark.parametrize("status", [429, 503])
async def test_a_date_to_come_back_at_is_waited_for(
    client: Client, status: int, setting: MakeSetting
) -> None:
    async with serving(asks_to_wait(status, 1)) as site:
        await client.ask(setting(site.url))
    first, second = site.asked
    assert second[0] - first[0] >= 1


@every()
async def test_everybody_sees_who_asks(client: Client, setting: MakeSetting) -> None:
    async with serving(succeeds) as site:
        try:
            await client.ask(setting(site.url))
        except CollectError:
            assert client.name == "aws", "whose success is no JSON"
    _, headers = site.asked[0]
    assert headers["User-Agent"].startswith(USER_AGENT)
    assert SOURCE_URL in USER_AGENT


@every(lambda client: client.proxied)
async def test_the_environments_proxy_is_used(
    client: Client, setting: MakeSetting, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(succeeds) as proxy:
        asking = setting("http://api.example")
        monkeypatch.setenv("http_proxy", proxy.url.replace("://", "://user:word@"))
        try:
            await client.ask(asking)
        except CollectError:
            assert client.name == "aws", "whose success is no JSON"
    _, headers = proxy.asked[0]
    assert headers["Host"] == "api.example"
    assert headers["Proxy-Authorization"] == "Basic dXNlcjp3b3Jk"


@pytest.mark.parametrize("host", ["metadata.google.internal", "169.254.169.254", "own.example:81"])
def test_the_metadata_server_is_asked_through_no_proxy(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("GCE_METADATA_HOST", "own.example:81")
    opened = []

    def manager(pool: BlockingPool, proxy: str) -> NoReturn:
        opened.append(proxy)
        raise ConnectionError

    monkeypatch.setattr(BlockingPool, "_manager", manager)
    for asked in (host, "oauth2.example"):
        with auth._transport() as request, pytest.raises(ConnectionError):
            request(f"http://{asked}/")
    assert opened == ["", "http://proxy.example:3128"]


@every()
async def test_nobody_there_is_said_without_a_secret(client: Client, setting: MakeSetting) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.monotonic()
    with pytest.raises(CollectError) as raised:
        await client.ask(setting(f"http://127.0.0.1:{port}"))
    assert raised.value.reason == "unreachable"
    assert SECRET not in str(raised.value)
    assert time.monotonic() - began < 60
