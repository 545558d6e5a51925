"""Connections to Scaleway that come to nothing: no address, nobody there, resets, silence."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import pytest
from tests.fakes.scaleway import FakeScaleway, Fault
from tests.fakes.wire import no_address
from tests.providers.scaleway.support import by_name, connected

from cloud_carbon_exporter.errors import Unreachable


@pytest.fixture
async def fake() -> AsyncIterator[FakeScaleway]:
    async with FakeScaleway() as fake:
        yield fake


@pytest.mark.slow
async def test_silence_ends_after_the_timeout(fake: FakeScaleway) -> None:
    async with connected(fake, timeout_seconds=1) as client:
        fake.faults["lb/v1/zones/fr-par-1"] = Fault(hang=True)
        with pytest.raises(Unreachable, match="no answer for 1 s"):
            await by_name(client, "lb/lb")
        assert fake.calls["lb/v1/zones/fr-par-1/lbs"] == 1, "a silent server is not asked thrice"


async def test_a_host_without_an_address_is_unreachable(
    fake: FakeScaleway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", no_address)
    environ = {**fake.environment, "SCW_API_URL": "http://api.scaleway.example"}
    with pytest.raises(Unreachable, match=r"no connection to .*: Name or service not known"):
        async with connected(fake, environ=environ):
            pass


async def test_connections_that_are_reset_are_tried_again_but_not_for_ever(
    fake: FakeScaleway,
) -> None:
    path = "lb/v1/zones/fr-par-1/lbs"
    async with connected(fake) as client:
        fake.faults[path] = Fault(reset=True, times=2)
        assert set(await by_name(client, "lb/lb")) == {"front"}
        fake.faults[path] = Fault(reset=True)
        with pytest.raises(Unreachable, match="no connection"):
            await by_name(client, "lb/lb")
        assert fake.calls[path] <= 3 + 2 * 3, (
            "aiohttp tries a kept connection twice, we three times"
        )


async def test_nobody_listens() -> None:
    async with FakeScaleway() as fake:
        environ = fake.environment
    with pytest.raises(Unreachable, match="no connection"):
        async with connected(fake, environ=environ):
            pass
