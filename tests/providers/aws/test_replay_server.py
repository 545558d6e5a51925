"""All recordings as one account over the wire: every listing swept by the real client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import REGION, CountingMeter, ReplayClient, recording
from tests.fakes.aws_replay_server import ReplayServer, account, paging, part_of
from tests.providers.aws.test_pages import LISTS, in_pages_of

from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.description import Ended
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Listing, Scope

pytestmark = pytest.mark.slow

SETTINGS = TargetSettings(provider="aws", regions=(REGION,), tags=("team",))
UNTAGGED: dict[str, Any] = {"GetResources": [{"ResourceTagMappingList": []}]}
PROTOCOLS = {"ec2", "json", "query", "rest-json", "rest-xml"}


def listings() -> list[Listing]:
    return list({id(spec.listing): spec.listing for spec in PROVIDER.services}.values())


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ReplayServer]:
    answers = account()
    for listing in listings():
        takes_token = paging(listing.api, listing.operation)[0]
        if takes_token:
            cut: list[Mapping[str, Any]] = []
            part = part_of(listing.api, listing.operation, listing.params)
            for answer in answers[listing.api, part]:
                cut += in_pages_of(answer, listing.items, 1)
            answers[listing.api, part] = cut
    started = await ReplayServer(answers).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", started.url)
    yield started
    await started.stop()


async def read(client: AwsClient, listing: Listing) -> tuple[dict[str, Resource], list[Ended]]:
    """What a sweep brings, by id; fails when any of it could not be read."""
    scope = Scope("aws", ACCOUNT, "global" if listing.scope == "global" else REGION)
    specs = [spec for spec in PROVIDER.services if spec.listing is listing]
    swept = await sweep(client, listing, specs, scope)
    assert (swept.skipped, swept.failures, swept.warnings) == ({}, {}, ())
    return {resource.id: resource for resource in swept.resources}, list(swept.endings)


async def test_every_sweep_over_the_wire_brings_what_the_recordings_hold(
    server: ReplayServer,
) -> None:
    client = AwsClient(SETTINGS, CountingMeter())
    different: list[str] = []
    try:
        assert list(await client.connect()) == [ACCOUNT]
        for listing in listings():
            wanted: dict[str, Resource] = {}
            endings: list[Ended] = []
            for module, own in LISTS:
                if own is listing:
                    replay = ReplayClient(UNTAGGED | recording(module), SETTINGS)
                    recorded, ended = await read(replay, listing)
                    wanted |= recorded
                    endings += ended
            found = await read(client, listing)
            if found != (wanted, endings):
                different.append(f"{listing.api} {listing.operation}")
    finally:
        await client.close()
    assert server.unknown == set()
    assert different == []
    assert server.protocols == PROTOCOLS
