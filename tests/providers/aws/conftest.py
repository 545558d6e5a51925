"""An AWS endpoint of our own, and clients that know no other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.aws import ACCOUNT, AwsFake
from tests.fakes.aws_replay import CountingMeter, spec
from tests.fakes.target_settings import target_settings

from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope

MakeClient = Callable[..., AwsClient]
INSTANCES = spec("ec2/instance").listing


async def objects(
    client: AwsClient, listing: Listing = INSTANCES, region: str = "eu-west-3"
) -> list[Raw]:
    """All raw objects of one sweep."""
    return [
        raw async for page in client.pages(listing, Scope("aws", ACCOUNT, region)) for raw in page
    ]


@pytest.fixture(autouse=True)
def aws_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Credentials of nobody, and no way to those of the person who runs the tests."""
    for name in (
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL",
    ):
        monkeypatch.delenv(name, raising=False)
    values = {
        "AWS_ACCESS_KEY_ID": "AKIATESTTESTTESTTEST",
        "AWS_SECRET_ACCESS_KEY": "very-secret",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_MAX_ATTEMPTS": "1",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
async def fake(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AwsFake]:
    started = await AwsFake().start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", started.url)
    yield started
    await started.stop()


@pytest.fixture
def meter() -> CountingMeter:
    return CountingMeter()


@pytest.fixture
async def make_client(fake: AwsFake, meter: CountingMeter) -> AsyncIterator[MakeClient]:
    made: list[AwsClient] = []

    def make(clock: Callable[[], float] | None = None, **settings: Any) -> AwsClient:
        wanted = target_settings("aws", **{"timeout_seconds": 5, **settings})
        client = AwsClient(wanted, meter, clock) if clock else AwsClient(wanted, meter)
        made.append(client)
        return client

    yield make
    for client in made:
        await client.close()
