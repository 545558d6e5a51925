"""Names of hosts: a DNS that hangs holds up its own target, and no other."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.http.names import MOST_AT_ONCE, NameSilence, Resolver
from tests.http.clients import CLIENTS, Client, Setting
from tests.http.sites import serving, succeeds
from tests.patience import PATIENCE_SECONDS

LOOK_UP = socket.getaddrinfo


class Dns:
    """DNS that answers nobody who asks for a name below `hangs.example`, until it is mended."""

    def __init__(self) -> None:
        self.mended = threading.Event()
        self.asked: list[str] = []

    def __call__(self, host: str, *args: Any, **more: Any) -> Any:
        self.asked.append(host)
        if host.endswith("hangs.example"):
            self.mended.wait(PATIENCE_SECONDS)
            return LOOK_UP("127.0.0.1", 0, type=socket.SOCK_STREAM)
        return LOOK_UP(host, *args, **more)


@pytest.fixture
def dns(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dns]:
    dns = Dns()
    monkeypatch.setattr(socket, "getaddrinfo", dns)
    yield dns
    dns.mended.set()


async def silent(resolver: Resolver, host: str) -> None:
    with pytest.raises(NameSilence, match=host):
        await resolver.resolve(host, 443)


async def test_a_name_that_hangs_is_given_up_in_time_and_found_once_dns_answers(dns: Dns) -> None:
    resolver = Resolver(0.05)
    await silent(resolver, "a.hangs.example")
    await silent(resolver, "a.hangs.example")
    assert dns.asked == ["a.hangs.example"], "one thread a name, however often it is asked for"
    dns.mended.set()
    [found] = await Resolver(60).resolve("a.hangs.example", 443)
    assert (found["host"], found["port"]) == ("127.0.0.1", 443)


async def test_however_many_hang_threads_are_bounded_and_another_resolver_goes_on(dns: Dns) -> None:
    resolver, before = Resolver(0.2), threading.active_count()
    await asyncio.gather(*(silent(resolver, f"{n}.hangs.example") for n in range(60)))
    assert threading.active_count() - before <= MOST_AT_ONCE
    [found] = await Resolver(60).resolve("127.0.0.1", 80)
    assert found["host"] == "127.0.0.1"
    dns.mended.set()
    [found] = await Resolver(60).resolve("localhost", 80)
    assert found["host"] == "127.0.0.1"


async def test_what_is_no_name_is_an_error_like_any(dns: Dns) -> None:
    for host in ("a" * 80 + ".example", "..example"):
        with pytest.raises(OSError):
            await Resolver(60).resolve(host, 80)


# urllib3 looks up by itself, in the thread that asks for the token.
ASYNCHRONOUS = [client for client in CLIENTS if client.name != "google's tokens"]


@pytest.mark.slow
@pytest.mark.parametrize("client", ASYNCHRONOUS, ids=lambda client: client.name)
async def test_dns_that_never_answers_is_named_in_time(
    client: Client, dns: Dns, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask(url: str, failed: Callable[[CollectError], None]) -> None:
        try:
            await client.ask(Setting(url, monkeypatch, tmp_path, 2))
        except CollectError as error:
            failed(error)

    errors: list[CollectError] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        await ask("http://x.hangs.example:81", errors.append)
    assert [error.reason for error in errors] == ["unreachable"]
    assert "x.hangs.example" in str(errors[0]) and "DNS" in str(errors[0])
    async with serving(succeeds) as site:
        await ask(site.url, lambda error: None)
    assert site.asked, "others are asked meanwhile"
