"""What goes wrong at the wire, and what is said of it: each costs its own sweep alone."""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator

import pytest
from tests.fakes.scaleway import ORGANIZATION, SECRET_KEY, FakeScaleway, Fault
from tests.providers.scaleway.support import CountingMeter, by_name, connected, listing_of, swept

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsRefused,
    Malformed,
    NotThere,
    PermissionMissing,
    Throttled,
    Unreachable,
)
from cloud_carbon_exporter.providers.scaleway.client.account import projects_of
from cloud_carbon_exporter.providers.scaleway.client.memory import Memory
from cloud_carbon_exporter.providers.spec import Scope

DENIED = '{"type":"permissions_denied","message":"insufficient permissions"}'


@pytest.fixture
async def fake() -> AsyncIterator[FakeScaleway]:
    async with FakeScaleway() as fake:
        yield fake


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "expected", "calls"),
    [
        (Fault(status=401), CredentialsRefused, 1),
        (Fault(status=403, body=DENIED), PermissionMissing, 1),
        (Fault(status=429), Throttled, 3),
        (Fault(status=500, body="<html>oops</html>"), Unreachable, 3),
        (Fault(status=503), Unreachable, 3),
        (Fault(status=400, body='{"type":"invalid_arguments","message":"no"}'), Malformed, 1),
        (Fault(status=200, body='{"servers": [{"id": "1"'), Malformed, 1),
        (Fault(status=200, body=b'{"servers": [{"id": "\xff\xfe"}]}'), Malformed, 1),
        (Fault(cut=True), Unreachable, 3),
        (Fault(unpacked_mebibytes=80), Malformed, 1),
    ],
    ids=lambda value: str(getattr(value, "status", getattr(value, "__name__", value))),
)
async def test_a_fault_has_its_error(
    fake: FakeScaleway, fault: Fault, expected: type[CollectError], calls: int
) -> None:
    meter = CountingMeter()
    async with connected(fake, meter=meter) as client:
        fake.faults["instance/v1/zones/fr-par-1/servers"] = fault
        scope = Scope("scaleway", ORGANIZATION, "fr-par", "fr-par-1")
        with pytest.raises(expected) as raised:
            await swept(client, listing_of("instance/server"), scope)
        assert fake.calls["instance/v1/zones/fr-par-1/servers"] == calls
        assert meter.calls["instance", "ListServers", expected.reason] == 1
        said = str(raised.value)
        assert "instance" in said
        assert "fr-par-1" in said
        assert "ListServers" in said
        assert SECRET_KEY not in said
        elsewhere = await swept(
            client,
            listing_of("instance/server"),
            Scope("scaleway", ORGANIZATION, "fr-par", "fr-par-2"),
        )
        assert {resource.name for resource in elsewhere.resources} == {"train-1", "arm-1"}, (
            "the other zone goes on"
        )


@pytest.mark.parametrize(
    "body",
    [
        '{"servers": [{"id": NaN, "name": 1e308}]}',
        '{"servers": [1, "two", null, [3]]}',
        '{"servers": [{"name": "no id"}, {}]}',
    ],
)
async def test_an_answer_of_nonsense_fails_its_kind_and_takes_nothing_away(
    fake: FakeScaleway, body: str
) -> None:
    async with connected(fake) as client:
        fake.faults["instance/v1/zones/fr-par-1/servers"] = Fault(status=200, body=body)
        scope = Scope("scaleway", ORGANIZATION, "fr-par", "fr-par-1")
        result = await swept(client, listing_of("instance/server"), scope)
        assert result.resources == ()
        error = result.failures["instance/server"]
        assert isinstance(error, Malformed)
        assert error.region == "fr-par-1"


@pytest.mark.parametrize("kind", ["baremetal/server", "instance/server", "lb/lb", "redis/cluster"])
async def test_an_answer_of_nonsense_is_no_resource_of_any_kind(
    fake: FakeScaleway, kind: str
) -> None:
    listing = listing_of(kind)
    async with connected(fake) as client:
        scope = (await client.scopes(listing))[0]
        path = listing.path.format(zone=scope.zone, region=scope.region)
        fake.faults[path] = Fault(
            status=200, body=json.dumps({listing.items: [{"id": math.nan, "name": 1e308}]})
        )
        result = await swept(client, listing, scope)
        assert result.resources == ()
        assert isinstance(result.failures[kind], Malformed)


async def test_xml_that_is_no_list_of_buckets_is_malformed(fake: FakeScaleway) -> None:
    async with connected(fake) as client:
        fake.faults["s3/fr-par"] = Fault(status=200, body="<html><body>Please log in</body></html>")
        with pytest.raises(Malformed, match="no list of buckets"):
            await by_name(client, "object/bucket")


async def test_projects_of_which_none_can_be_read_are_malformed(fake: FakeScaleway) -> None:
    async with connected(fake) as client:
        fake.faults["account/v3/projects"] = Fault(
            status=200, body='{"projects": [{"id": null}, 7]}'
        )
        with pytest.raises(Malformed, match="no project can be read"):
            await projects_of(client)
        fake.faults["account/v3/projects"] = Fault(
            status=200, body='{"projects": [7, {"id": "1"}], "total_count": 2}'
        )
        client.memory = Memory()
        assert [project.id for project in (await projects_of(client)).known] == ["1"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"message": "no list here"}', "an error in place of an answer: no list here"),
        ("[]", "'servers'"),
        ("null", "'servers'"),
        ('{"servers": {"1": {}}}', "'servers'"),
    ],
)
async def test_an_answer_of_another_shape_is_malformed(
    fake: FakeScaleway, body: str, said: str
) -> None:
    async with connected(fake) as client:
        fake.faults["instance/v1/zones/fr-par-1/servers"] = Fault(status=200, body=body)
        with pytest.raises(Malformed, match=said):
            await by_name(client, "instance/server")


async def test_a_forbidden_product_names_the_permission_set(fake: FakeScaleway) -> None:
    async with connected(fake) as client:
        fake.faults["rdb/v1"] = Fault(status=403, body=DENIED)
        with pytest.raises(PermissionMissing) as raised:
            await by_name(client, "rdb/instance")
        assert "RelationalDatabasesReadOnly" in raised.value.hint
        assert raised.value.region == "fr-par"
        assert await by_name(client, "redis/cluster")


@pytest.mark.parametrize(
    "fault", [Fault(status=429, headers={"Retry-After": "0"}, times=1), Fault(status=502, times=2)]
)
async def test_what_passes_is_got_over(fake: FakeScaleway, fault: Fault) -> None:
    meter = CountingMeter()
    async with connected(fake, meter=meter) as client:
        fake.faults["lb/v1/zones/fr-par-1"] = fault
        assert set(await by_name(client, "lb/lb")) == {"front"}
        assert meter.calls["lb", "ListLbs", "success"] == len(
            await client.scopes(listing_of("lb/lb"))
        )


@pytest.mark.parametrize("status", [404, 501])
async def test_an_absent_product_is_no_error_and_is_remembered(
    fake: FakeScaleway, status: int
) -> None:
    async with connected(fake) as client:
        fake.absent.append(("redis/v1/zones/pl-waw-3", status))
        assert set(await by_name(client, "redis/cluster")) == {"cache"}
        assert set(await by_name(client, "redis/cluster")) == {"cache"}
        assert fake.calls["redis/v1/zones/pl-waw-3/clusters"] == 1
        assert fake.calls["redis/v1/zones/nl-ams-1/clusters"] == 2


@pytest.mark.parametrize(
    ("kind", "path"), [("redis/cluster", "redis/v1/zones/nl-ams-1"), ("object/bucket", "s3/fr-par")]
)
async def test_a_product_that_has_listed_something_does_not_turn_absent(
    fake: FakeScaleway, kind: str, path: str
) -> None:
    async with connected(fake) as client:
        before = set(await by_name(client, kind))
        assert before
        fake.faults[path] = Fault(status=404)
        with pytest.raises(NotThere):
            await by_name(client, kind)
        del fake.faults[path]
        assert set(await by_name(client, kind)) == before, "asked again at once"


async def test_a_zone_the_product_does_not_know_is_no_error(fake: FakeScaleway) -> None:
    body = '{"type":"invalid_arguments","details":[{"argument_name":"zone","reason":"constraint"}]}'
    async with connected(fake) as client:
        fake.faults["lb/v1/zones/pl-waw-3"] = Fault(status=400, body=body)
        assert set(await by_name(client, "lb/lb")) == {"front"}
        assert set(await by_name(client, "lb/lb")) == {"front"}
        assert fake.calls["lb/v1/zones/pl-waw-3/lbs"] == 1


async def test_a_failed_catalogue_costs_no_server(fake: FakeScaleway) -> None:
    async with connected(fake) as client:
        fake.faults["products/servers"] = Fault(status=500)
        scope = Scope("scaleway", ORGANIZATION, "fr-par", "fr-par-1")
        result = await swept(client, listing_of("instance/server"), scope)
        assert len(result.resources) == 5
        assert [warning.operation for warning in result.warnings] == ["ListServersTypes"]
        web = next(resource for resource in result.resources if resource.name == "web-1")
        assert {part.kind: part.amount for part in web.components} == {"vcpu": 8, "memory": 32}, (
            "our own table stands in"
        )


async def test_what_nobody_knows_is_guessed_and_says_so(fake: FakeScaleway) -> None:
    servers = fake.route("instance/v1/zones/{zone}/servers").places["fr-par-1"]
    assert isinstance(servers, list)
    servers[0] = {
        **servers[0],
        "commercial_type": "QUANTUM7-L",
        "state": "dreaming",
        "volumes": None,
        "tags": None,
    }
    async with connected(fake) as client:
        server = (await by_name(client, "instance/server"))["web-1"]
        assert server.info["state"] == "dreaming"
        assert {part.kind for part in server.components} >= {"vcpu", "memory"}
        assert all(part.assumed for part in server.components)
        assert len(await by_name(client, "instance/server")) == 7


async def test_an_object_without_sense_costs_itself(fake: FakeScaleway) -> None:
    servers = fake.route("instance/v1/zones/{zone}/servers").places["fr-par-1"]
    assert isinstance(servers, list)
    servers[0] = {"id": "00000000-0000-4000-8000-000000000000"}
    async with connected(fake) as client:
        scope = Scope("scaleway", ORGANIZATION, "fr-par", "fr-par-1")
        result = await swept(client, listing_of("instance/server"), scope)
        assert len(result.resources) == 4
        assert result.skipped == {("instance/server", "KeyError"): 1}


async def test_a_tag_of_ten_megabytes_costs_nothing(fake: FakeScaleway) -> None:
    servers = fake.route("instance/v1/zones/{zone}/servers").places["fr-par-1"]
    assert isinstance(servers, list)
    servers[0]["tags"] = ["team=" + "x" * 10_000_000]
    async with connected(fake) as client:
        assert len((await by_name(client, "instance/server"))["web-1"].tags["team"]) == 1024


@pytest.mark.slow
async def test_a_silent_project_list_costs_the_catalogues_one_timeout(fake: FakeScaleway) -> None:
    async with connected(fake, timeout_seconds=1) as client:
        fake.faults["account/v3/projects"] = Fault(hang=True)
        assert len(await by_name(client, "block/volume")) == 3
        assert fake.calls["account/v3/projects"] == 2, "ten zones share one failure"
