"""Cockpit tokens made on demand: when, with what body, how often. None of them stays or shows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from scaleway import Client
from scaleway.cockpit.v1 import CockpitV1RegionalAPI
from tests.fakes.scaleway import (
    ACCESS_KEY,
    COCKPIT_TOKEN,
    OTHER_PROJECT,
    PROJECT,
    SECRET_KEY,
    FakeScaleway,
    Fault,
)
from tests.fakes.scaleway_tokens import made_token
from tests.patience import PATIENCE_SECONDS
from tests.providers.scaleway.support import CountingMeter, connected
from tests.providers.scaleway.test_cockpit import NOW, busy, metric_of, reads, servers
from tests.providers.scaleway.test_fake import complaints

from cloud_carbon_exporter.errors import CollectError, PermissionMissing, Unreachable
from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient
from cloud_carbon_exporter.providers.scaleway.client.left_tokens import LEFT_SECONDS
from cloud_carbon_exporter.providers.scaleway.client.token_calls import SourceKey
from cloud_carbon_exporter.providers.scaleway.client.tokens import (
    AGAIN_SECONDS,
    RENEWED_SECONDS,
    SETTLING_SECONDS,
)
from cloud_carbon_exporter.providers.spec import Read, Reading

pytestmark = pytest.mark.slow

# The wait of a second may end late on a busy machine, but is no wait for an answer.
TOKENS = "cockpit/v1/regions/fr-par/tokens"
REFUSED = Fault(
    status=403, body='{"type":"permissions_denied","message":"insufficient permissions"}'
)


@pytest.fixture
async def fake() -> AsyncIterator[FakeScaleway]:
    async with FakeScaleway() as fake:
        yield fake


async def both_projects(fake: FakeScaleway, client: ScalewayClient) -> list[Read]:
    both = [
        server
        for server in (await servers(client)).values()
        if server.name in ("web-1", "paused-1")
    ]
    busy(fake, both)
    return reads(both, metric_of("instance/server"))


async def of_one(fake: FakeScaleway, client: ScalewayClient) -> list[Read]:
    web = (await servers(client))["web-1"]
    busy(fake, [web])
    return reads([web], metric_of("instance/server"))


async def test_a_project_and_region_gets_one_token_that_is_deleted_at_the_end(
    fake: FakeScaleway,
) -> None:
    async with connected(fake, cockpit_create_tokens=True) as client:
        asked = await both_projects(fake, client)
        for reading in await asyncio.gather(*(client.series(asked, NOW) for _ in range(3))):
            assert reading.failures == {}
            assert len(reading.points) == 2
        name = client.cockpit.made.name
        assert name.startswith("cloud-carbon-exporter-")
        assert sorted(fake.made.bodies, key=lambda body: str(body["project_id"])) == [
            {"project_id": project, "name": name, "token_scopes": ["read_only_metrics"]}
            for project in (PROJECT, OTHER_PROJECT)
        ]
        ids = sorted(fake.made.held)
        assert "made-secret" not in repr(vars(client.cockpit.made))
    assert sorted(fake.made.deleted) == ids
    assert fake.made.held == {}


async def deletions(fake: FakeScaleway, count: int) -> None:
    """Wait until so many tokens are deleted, beside whatever else goes on."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(fake.made.deleted) < count:
            await asyncio.sleep(0.001)


async def test_no_token_is_made_unasked_nor_where_one_is_configured_or_no_cockpit_is(
    fake: FakeScaleway,
) -> None:
    async with connected(fake) as client:
        await client.series(await both_projects(fake, client), NOW)
    assert fake.made.bodies == []
    tokens = (f"{PROJECT}={COCKPIT_TOKEN}",)
    async with connected(fake, cockpit_create_tokens=True, cockpit_tokens=tokens) as client:
        await client.series(await both_projects(fake, client), NOW)
    assert [body["project_id"] for body in fake.made.bodies] == [OTHER_PROJECT]
    fake.cockpits.clear()
    async with connected(fake, cockpit_create_tokens=True) as client:
        reading = await client.series(await both_projects(fake, client), NOW)
    assert reading == Reading()
    assert len(fake.made.bodies) == 1


async def test_where_it_is_forbidden_nothing_is_measured_and_one_line_names_the_permission(
    fake: FakeScaleway, caplog: pytest.LogCaptureFixture
) -> None:
    fake.faults["/tokens"] = REFUSED
    meter = CountingMeter()
    async with connected(fake, meter=meter, cockpit_create_tokens=True) as client:
        asked = await both_projects(fake, client)
        for _ in range(3):
            assert await client.series(asked, NOW) == Reading()
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(lines) == 1
    assert "ObservabilityFullAccess" in lines[0]
    assert meter.calls["cockpit", "CreateToken", "permission_missing"] == 2, (
        "each place once an hour"
    )


async def test_a_rejected_token_is_deleted_and_made_anew_after_an_hour(fake: FakeScaleway) -> None:
    now = 0.0
    async with connected(fake, cockpit_create_tokens=True) as client:
        client.cockpit.made.clock = lambda: now
        asked = await of_one(fake, client)
        assert (await client.series(asked, NOW)).points
        fake.faults["query_range"] = Fault(status=403)
        now = 30
        assert (await client.series(asked, NOW)).failures, "too young to be given up"
        assert fake.made.deleted == []
        now = 300
        failures = (await client.series(asked, NOW)).failures
        assert isinstance(failures["instance/server"], PermissionMissing)
        await deletions(fake, 1)
        fake.faults.clear()
        now = 3599
        assert isinstance(
            (await client.series(asked, NOW)).failures["instance/server"], PermissionMissing
        )
        assert len(fake.made.bodies) == 1
        now = 3600
        assert (await client.series(asked, NOW)).points
    assert len(fake.made.bodies) == len(fake.made.deleted) == 2


async def test_while_a_rejected_token_is_deleted_others_get_theirs(fake: FakeScaleway) -> None:
    async with connected(fake, cockpit_create_tokens=True) as client:
        made, now = client.cockpit.made, 0.0
        made.clock = lambda: now
        secret = await made.secret(SourceKey(PROJECT, "fr-par"))
        now = 300
        fake.latency_seconds = 0.05
        rejecting = made.rejected(secret, PermissionMissing("no"))
        _, other = await asyncio.gather(rejecting, made.secret(SourceKey(OTHER_PROJECT, "fr-par")))
        assert other in fake.made.secrets
        await deletions(fake, 1)


async def test_a_token_is_not_asked_for_twice_where_the_first_may_have_been_made(
    fake: FakeScaleway,
) -> None:
    fake.faults["/tokens"] = Fault(status=503)
    meter = CountingMeter()
    async with connected(fake, meter=meter, cockpit_create_tokens=True) as client:
        asked = await of_one(fake, client)
        for _ in range(3):
            assert isinstance(
                (await client.series(asked, NOW)).failures["instance/server"], Unreachable
            )
    assert meter.calls["cockpit", "CreateToken", "unreachable"] == 1


async def test_a_token_no_answer_told_of_is_found_by_its_name_and_deleted(
    fake: FakeScaleway,
) -> None:
    async with connected(fake, cockpit_create_tokens=True) as client:
        made, source = client.cockpit.made, SourceKey(PROJECT, "fr-par")
        fake.faults["/tokens"] = Fault(status=503)
        with pytest.raises(Unreachable):
            await made.secret(source)
        assert made.owed()
        fake.faults.clear()
        for name in (made.name, "cloud-carbon-exporter-of-a-person"):
            body = {"name": name, "project_id": PROJECT, "token_scopes": ["read_only_metrics"]}
            token = made_token(len(fake.made.held), "fr-par", body)
            fake.made.held[token["id"]] = token
        await client.close()
        assert not made.owed()
    names = [token["name"] for token in fake.made.held.values()]
    assert names == ["cloud-carbon-exporter-of-a-person"]


async def test_a_token_is_renewed_before_anyone_could_take_it_for_one_left_behind(
    fake: FakeScaleway,
) -> None:
    async with connected(fake, cockpit_create_tokens=True) as client:
        made, source, now = client.cockpit.made, SourceKey(PROJECT, "fr-par"), 0.0
        made.clock = lambda: now
        first = await made.secret(source)
        now = RENEWED_SECONDS - 1
        assert await made.secret(source) == first
        now = RENEWED_SECONDS
        assert await made.secret(source) == first, "the next one is not known everywhere yet"
        now += SETTLING_SECONDS
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (second := await made.secret(source)) == first:  # its answer is under way
                await asyncio.sleep(0.001)
        await deletions(fake, 1)
        assert fake.made.secrets == {second}
        assert RENEWED_SECONDS + 2 * AGAIN_SECONDS < LEFT_SECONDS
    assert fake.made.held == {}


async def test_what_killed_processes_left_is_deleted_at_the_start_and_nothing_else(
    fake: FakeScaleway,
) -> None:
    def left(name: str, hours: float, project: str, scope: str = "read_only_metrics") -> str:
        body = {"name": name, "project_id": project, "token_scopes": [scope]}
        token = made_token(1000 + len(fake.made.held), "nl-ams", body)
        at = datetime.now(UTC) - timedelta(hours=hours)
        fake.made.held[token["id"]] = {**token, "created_at": at.isoformat()}
        return str(token["id"])

    old = {left("cloud-carbon-exporter-0a1b2c3d", 25, one) for one in (PROJECT, OTHER_PROJECT)}
    kept = {
        left("cloud-carbon-exporter-0a1b2c3d", 23, PROJECT),
        left("cloud-carbon-exporter-office", 1000, PROJECT),
        left("cloud-carbon-exporter-0a1b2c3d", 1000, PROJECT, "write_only_metrics"),
        left("grafana", 1000, PROJECT),
    }
    async with connected(fake, cockpit_create_tokens=True) as client:
        await client.series(await of_one(fake, client), NOW)
    assert old <= set(fake.made.deleted)
    assert set(fake.made.held) == kept


async def test_an_answer_without_a_secret_is_a_failure_that_shows_nothing_of_it(
    fake: FakeScaleway,
) -> None:
    fake.faults["/tokens"] = Fault(status=200, body='{"id": "made-id-1"}')
    async with connected(fake, cockpit_create_tokens=True) as client:
        failure = (await client.series(await of_one(fake, client), NOW)).failures["instance/server"]
    assert isinstance(failure, CollectError)
    assert failure.reason == "malformed"
    assert "made-id-1" not in str(failure)


async def test_what_cannot_be_deleted_at_the_end_is_named(
    fake: FakeScaleway, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(fake, cockpit_create_tokens=True) as client:
        await client.series(await both_projects(fake, client), NOW)
        fake.faults["/tokens/"] = Fault(status=503)
        await client.close()
        assert len(client.owed()) == len(fake.made.held) == 2
        [line] = [record.getMessage() for record in caplog.records if "left behind" in record.msg]
        for project in (PROJECT, OTHER_PROJECT):
            assert f"{client.cockpit.made.name} of {project}/fr-par" in line
        fake.faults.clear()
    assert "made-secret" not in caplog.text
    assert fake.made.held == {}, "closed once more, it tries once more"


async def test_a_token_still_being_made_at_the_end_is_deleted_too(fake: FakeScaleway) -> None:
    async with connected(fake, cockpit_create_tokens=True) as client:
        asked = await of_one(fake, client)
        fake.latency_seconds = 0.1
        reading = asyncio.create_task(client.series(asked, NOW))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not fake.calls[TOKENS]:
                await asyncio.sleep(0)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    assert len(fake.made.deleted) == 1
    assert fake.made.held == {}


def test_the_made_token_fits_the_sdk() -> None:
    body = {"project_id": PROJECT, "name": "n", "token_scopes": ["read_only_metrics"]}
    assert complaints("cockpit.v1.Token", made_token(1, "fr-par", body)) == []
    assert complaints("cockpit.v1.RegionalApiCreateTokenRequest", body) == []
    listed = {"tokens": [made_token(1, "fr-par", body) | {"secret_key": None}], "total_count": 1}
    assert complaints("cockpit.v1.ListTokensResponse", listed) == []


async def test_the_sdk_makes_and_deletes_a_token_with_the_body_we_send(fake: FakeScaleway) -> None:
    async with connected(fake, cockpit_create_tokens=True) as client:
        await client.series(await of_one(fake, client), NOW)
        name = client.cockpit.made.name
    api = CockpitV1RegionalAPI(
        Client(ACCESS_KEY, SECRET_KEY, api_url=fake.url, default_region="fr-par")
    )

    def by_the_sdk() -> str:
        token = api.create_token(name=name, project_id=PROJECT, token_scopes=["read_only_metrics"])
        api.delete_token(token_id=token.id)
        return str(token.id)

    token_id = await asyncio.to_thread(by_the_sdk)
    assert fake.made.bodies[1] == fake.made.bodies[0]
    assert fake.made.deleted[1] == token_id
