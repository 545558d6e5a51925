"""Keys of Scaleway: no redirect takes them to another host. Rate limits are waited out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from time import perf_counter

import pytest
from tests.fakes.scaleway import COCKPIT_TOKEN, ORGANIZATION, FakeScaleway, Fault
from tests.providers.scaleway.support import by_name, connected, listing_of, swept

from cloud_carbon_exporter.errors import Malformed
from cloud_carbon_exporter.providers.scaleway.services.instance import CPU
from cloud_carbon_exporter.providers.spec import Read, Scope

PARIS = Scope("scaleway", ORGANIZATION, "fr-par", "fr-par-1")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()


@pytest.fixture
async def fake() -> AsyncIterator[FakeScaleway]:
    async with FakeScaleway() as server:
        yield server


@pytest.fixture
async def elsewhere() -> AsyncIterator[FakeScaleway]:
    async with FakeScaleway() as server:
        yield server


def to(elsewhere: FakeScaleway, status: int) -> Fault:
    """A redirect to the same path of another host."""
    url = elsewhere.url.replace("127.0.0.1", "localhost")
    return Fault(status=status, headers={"Location": f"{url}/instance/v1/zones/fr-par-1/servers"})


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_the_secret_key_follows_no_redirect(
    fake: FakeScaleway, elsewhere: FakeScaleway, status: int
) -> None:
    async with connected(fake) as client:
        fake.faults["instance/v1/zones/fr-par-1/servers"] = to(elsewhere, status)
        with pytest.raises(Malformed, match=str(status)):
            await swept(client, listing_of("instance/server"), PARIS)
    assert not elsewhere.calls


async def test_the_signature_of_s3_follows_no_redirect(
    fake: FakeScaleway, elsewhere: FakeScaleway
) -> None:
    async with connected(fake) as client:
        fake.faults["s3/fr-par"] = to(elsewhere, 307)
        with pytest.raises(Malformed, match="307"):
            await swept(client, listing_of("object/bucket"), PARIS)
    assert not elsewhere.calls


@pytest.mark.parametrize("piece", ["label/__name__/values", "query_range"])
async def test_the_token_of_cockpit_follows_no_redirect(
    fake: FakeScaleway, elsewhere: FakeScaleway, piece: str
) -> None:
    async with connected(fake, cockpit_token=COCKPIT_TOKEN) as client:
        web = (await by_name(client, "instance/server"))["web-1"]
        labels = {"resource_id": web.id}
        for name in ("instance_server_cpu_seconds_total", "instance_server_vcpu_count"):
            fake.series[name] = [(labels, 1.0)]
        fake.faults[piece] = to(elsewhere, 302)
        reading = await client.series([Read(web, CPU, NOW - 3600)], NOW)
    assert isinstance(reading.failures["instance/server"], Malformed)
    assert not elsewhere.calls


async def test_a_made_token_is_asked_for_where_it_was_meant_to_be(
    fake: FakeScaleway, elsewhere: FakeScaleway
) -> None:
    async with connected(fake, cockpit_create_tokens=True) as client:
        web = (await by_name(client, "instance/server"))["web-1"]
        fake.faults["/tokens"] = to(elsewhere, 308)
        reading = await client.series([Read(web, CPU, NOW - 3600)], NOW)
    assert isinstance(reading.failures["instance/server"], Malformed)
    assert not elsewhere.calls


@pytest.mark.slow
async def test_a_rate_limit_that_names_a_date_is_waited_out(fake: FakeScaleway) -> None:
    path = "instance/v1/zones/fr-par-1/servers"
    async with connected(fake) as client:
        # Dates of HTTP know no parts of a second: two seconds hence is more than one.
        free_at = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
        fake.faults[path] = Fault(status=429, headers={"Retry-After": free_at}, times=1)
        began = perf_counter()
        assert (await swept(client, listing_of("instance/server"), PARIS)).resources
        assert perf_counter() - began > 0.9
    assert fake.calls[path] == 2
