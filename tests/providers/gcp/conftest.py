"""A Google Cloud on loopback for each test, and a client that reaches it with a service account's
key.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.gcp import Calls, GoogleCloud
from tests.fakes.target_settings import target_settings

from cloud_carbon_exporter.providers.gcp.client import http
from cloud_carbon_exporter.providers.gcp.client.client import GcpClient

Explore = Callable[..., GcpClient]


@pytest.fixture
async def cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[GoogleCloud]:
    """The fake; whatever it was asked and answered must be what Google documents."""
    for name in (
        "GOOGLE_CLOUD_PROJECT",
        "GCLOUD_PROJECT",
        "CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "gcloud"))
    monkeypatch.setattr(http, "_FIRST_PAUSE_SECONDS", 0.001)
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
    made: list[GcpClient] = []

    def make(**settings: Any) -> GcpClient:
        settings.setdefault("timeout_seconds", 5)
        made.append(GcpClient(target_settings("gcp", **settings), calls))
        return made[-1]

    yield make
    for client in made:
        await client.close()
