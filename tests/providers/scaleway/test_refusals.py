"""All that is optional at Scaleway and refused is told, with the permission set that brings it."""

from __future__ import annotations

import pytest
from tests.fakes.scaleway import ORGANIZATION, OTHER_PROJECT, PROJECT, FakeScaleway, Fault
from tests.providers.scaleway.support import by_name, connected, listing_of
from tests.providers.scaleway.test_cockpit import NOW, busy, metric_of, reads

from cloud_carbon_exporter.errors import PermissionMissing
from cloud_carbon_exporter.providers.refusals import refused_to
from cloud_carbon_exporter.providers.scaleway import PROVIDER
from cloud_carbon_exporter.providers.scaleway.client.account import PROJECTS_SECONDS
from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient
from cloud_carbon_exporter.providers.scaleway.client.memory import Memory
from cloud_carbon_exporter.providers.scaleway.client.optional import REFUSABLE
from cloud_carbon_exporter.providers.spec import Scope

REFUSED = Fault(
    status=403, body='{"type":"permissions_denied","message":"insufficient permissions"}'
)
PARIS = Scope("scaleway", ORGANIZATION, "fr-par")


async def names(client: ScalewayClient) -> list[str]:
    listed: list[str] = []
    async for page in client.pages(listing_of("object/bucket"), PARIS):
        listed += [bucket["name"] for bucket in page]
    return listed


async def test_each_is_told_with_what_it_would_bring_and_no_more_when_it_is_granted() -> None:
    async with FakeScaleway() as fake:
        for piece in ("audit-trail/", "environmental-footprint/", "search/", "/tokens"):
            fake.faults[piece] = REFUSED
        fake.faults["account/v3/projects"] = REFUSED
        async with connected(fake, cockpit_create_tokens=True) as client:
            web = (await by_name(client, "instance/server"))["web-1"]
            busy(fake, [web])
            await client.series(reads([web], metric_of("instance/server")), NOW)
            await client.extras(NOW)
            told = {refusal.permission: refusal for refusal in refused_to(client)}
            assert told.keys() == REFUSABLE.keys() == {*PROVIDER.optional, "ProjectReadOnly"}
            for permission, refusal in told.items():
                assert refusal.purpose == REFUSABLE[permission]
                assert f"grant the permission set {permission}" in refusal.error
                assert (refusal.provider, refusal.account_id) == ("scaleway", ORGANIZATION)
            fake.faults.clear()
            client.memory = Memory()
            await client.extras(NOW)
            await names(client)
            left = {refusal.permission for refusal in refused_to(client)}
            assert left == {"AuditTrailReadOnly", "ObservabilityFullAccess"}, "not asked again yet"


@pytest.mark.parametrize(
    "answer",
    [REFUSED, Fault(status=404), Fault(status=200, body='{"projects": [], "total_count": 0}')],
)
async def test_without_its_projects_the_default_one_shows_its_buckets_and_that_is_told(
    answer: Fault,
) -> None:
    async with FakeScaleway() as fake:
        fake.faults["account/v3/projects"] = answer
        async with connected(fake) as client:
            assert await names(client) == ["photos"]
            [refusal] = refused_to(client)
            assert refusal.permission == "ProjectReadOnly"
            assert "buckets" in refusal.purpose
        environ = {**fake.environment, "SCW_DEFAULT_PROJECT_ID": ""}
        async with connected(fake, environ=environ) as client:
            with pytest.raises(PermissionMissing, match="ProjectReadOnly"):
                await names(client)
            assert (await by_name(client, "instance/server"))["web-1"]


async def test_projects_that_may_not_be_listed_any_more_keep_their_buckets() -> None:
    now = 0.0
    async with FakeScaleway() as fake, connected(fake) as client:
        client.memory = Memory(lambda: now)
        fake.buckets = {("fr-par", PROJECT): ["photos"], ("fr-par", OTHER_PROJECT): ["lake"]}
        assert await names(client) == ["photos", "lake"]
        fake.faults["account/v3/projects"] = REFUSED
        now = PROJECTS_SECONDS + 1
        assert await names(client) == ["photos", "lake"]
        assert refused_to(client)
