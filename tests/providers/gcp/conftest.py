"""A Google Cloud on loopback for each test, and clients that reach it with a service account."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.gcp import Calls, GoogleCloud
from tests.fakes.target_settings import target_settings
from tests.providers.gcp.sweeps import Estate, by_kind_and_name

from cloud_carbon_exporter.http.pace import Pace
from cloud_carbon_exporter.providers.gcp.client import http
from cloud_carbon_exporter.providers.gcp.client.client import GcpClient

Explore = Callable[..., GcpClient]


class VirtualClock:
    """A clock that whoever waits for it puts on; nobody waits in truth."""

    def __init__(self) -> None:
        self.now = 0.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def pace_clock(monkeypatch: pytest.MonkeyPatch) -> VirtualClock:
    """The clock by which the pace of quotas is kept."""
    clock = VirtualClock()
    pace = partial(Pace, clock=lambda: clock.now, sleep=clock.sleep)
    monkeypatch.setattr(http, "Pace", pace)
    return clock


@pytest.fixture
async def cloud(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pace_clock: VirtualClock
) -> AsyncIterator[GoogleCloud]:
    """The fake; whatever it was asked and answered must be what Google documents."""
    for name in (
        "GOOGLE_CLOUD_PROJECT",
        "GCLOUD_PROJECT",
        "CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "gcloud"))
    patience = replace(http.PATIENCE, first_pause_seconds=0.001)
    monkeypatch.setattr(http, "PATIENCE", patience)
    async with GoogleCloud().running() as fake:
        for name, value in fake.environment().items():
            monkeypatch.setenv(name, value)
        key = fake.tokens.service_account(fake.url, tmp_path / "key.json")
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))
        yield fake
        assert fake.violations == []


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
async def explore(cloud: GoogleCloud, calls: Calls) -> AsyncIterator[Explore]:
    """Makes clients of the fake, and closes them."""
    clients: list[GcpClient] = []

    def make(**settings: Any) -> GcpClient:
        settings.setdefault("timeout_seconds", 5)
        clients.append(GcpClient(target_settings("gcp", **settings), calls))
        return clients[-1]

    yield make
    for client in clients:
        await client.close()


@pytest.fixture
async def estate(explore: Explore) -> Estate:
    """Every resource of the fake, as one pass finds it."""
    return await by_kind_and_name(explore())
