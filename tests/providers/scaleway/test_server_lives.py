"""Lives of Instances by the audit trail: when they ran, though the list may never show them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import jsonschema
import pytest
from tests.fakes.scaleway import ORGANIZATION, PROJECT, FakeScaleway, Fault
from tests.fakes.scaleway_schema import response_schema
from tests.providers.scaleway.support import connected, held, listing_of, swept
from tests.providers.scaleway.test_lives import stamp

from cloud_carbon_exporter.collect.sweep import Swept
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.description import Ended
from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient
from cloud_carbon_exporter.providers.spec import Scope

SERVERS = listing_of("instance/server")
PARIS_1 = Scope("scaleway", ORGANIZATION, "fr-par", "fr-par-1")
WARSAW = Scope("scaleway", ORGANIZATION, "pl-waw", "pl-waw-1")
PATH = "instance/v1/zones/{zone}/servers"
TRAIL = "audit-trail/v1alpha1/regions/fr-par/events"
NOON = 1_796_040_000.0

NEW_SERVER = {
    "name": "runner",
    "commercial_type": "PLAY2-MICRO",
    "project": PROJECT,
    "tags": ["ci"],
    "volumes": {"0": {"size": 20_000_000_000, "volume_type": "l_ssd"}},
}


def event(server_id: str, method: str, at: float, **body: Any) -> dict[str, Any]:
    """An event as ListEvents tells it."""
    return {
        "id": f"event-{method}-{at}",
        "recorded_at": stamp(at),
        "locality": "fr-par-1",
        "principal": {"id": "me"},
        "organization_id": ORGANIZATION,
        "project_id": PROJECT,
        "source_ip": "192.0.2.1",
        "user_agent": None,
        "product_name": "instance",
        "service_name": "scaleway.instance.v1.API",
        "method_name": method,
        "resources": [{"id": server_id, "type": "instance_server"}],
        "request_id": "request",
        "request_body": body,
        "status_code": 200,
    }


def action(server_id: str, word: str, at: float) -> dict[str, Any]:
    return event(server_id, "ServerAction", at, action=word)


@pytest.fixture
async def fake() -> AsyncIterator[FakeScaleway]:
    async with FakeScaleway() as fake:
        fake.events = {"fr-par": [], "nl-ams": []}
        yield fake


@pytest.fixture
async def client(fake: FakeScaleway) -> AsyncIterator[ScalewayClient]:
    async with connected(fake) as client:
        yield client


async def listed(fake: FakeScaleway, client: ScalewayClient, *newest: dict[str, Any]) -> Swept:
    """A sweep in Paris, told of these events, newest first."""
    assert fake.events is not None
    fake.events["fr-par"] = list(newest)
    client.memory._answers.pop(("audit-trail", "fr-par"), None)
    result = await swept(client, SERVERS, PARIS_1)
    assert not result.skipped
    return result


def endings(result: Swept) -> dict[str, Ended]:
    return {ending.resource.id: ending for ending in result.endings}


def named(result: Swept, name: str) -> Resource:
    return next(resource for resource in result.resources if resource.name == name)


def test_the_events_of_the_fake_are_those_of_the_sdk() -> None:
    answer = {"events": [event("i", "CreateServer", NOON, **NEW_SERVER)], "next_page_token": None}
    jsonschema.validate(answer, response_schema("audit_trail.v1alpha1.ListEventsResponse"))


async def test_a_server_that_was_never_listed_is_told_whole(
    fake: FakeScaleway, client: ScalewayClient
) -> None:
    deleted = action("i-1", "terminate", NOON + 90)
    created = event("i-1", "CreateServer", NOON, **NEW_SERVER)
    result = await listed(fake, client, deleted, created)
    ending = endings(result)["i-1"]
    assert (ending.resource.started, ending.at, ending.left) == (NOON, NOON + 90, None)
    assert ending.resource.name == "runner"
    assert ending.resource.tags == {"ci": "true"}
    assert held(ending.resource)["ssd", "ssd"] == pytest.approx(18.626)
    assert any(part.kind == "vcpu" for part in ending.resource.components)


async def test_a_server_that_was_listed_ends_when_it_was_deleted(
    fake: FakeScaleway, client: ScalewayClient
) -> None:
    before = named(await listed(fake, client), "web-1")
    fake.route(PATH).places["fr-par-1"] = []
    result = await listed(fake, client, event(before.id, "DeleteServer", NOON))
    ending = endings(result)[before.id]
    assert ending.at == NOON
    assert ending.resource.components == before.components
    assert ending.resource.started == before.started
    again = await listed(fake, client, event(before.id, "DeleteServer", NOON))
    assert endings(again).keys() == {before.id}, "told as long as the audit trail tells"


async def test_what_is_still_listed_or_was_not_deleted_has_not_ended(
    fake: FakeScaleway, client: ScalewayClient
) -> None:
    web = named(await listed(fake, client), "web-1")
    result = await listed(fake, client, event(web.id, "DeleteServer", NOON))
    assert endings(result) == {}
    made = event("i-1", "CreateServer", NOON, **NEW_SERVER)
    assert endings(await listed(fake, client, made)) == {}


async def test_a_restart_is_the_start_of_another_run(
    fake: FakeScaleway, client: ScalewayClient
) -> None:
    web = named(await listed(fake, client), "web-1")
    stopped, started = action(web.id, "poweroff", NOON), action(web.id, "poweron", NOON + 600)
    result = await listed(fake, client, started, stopped)
    ending = endings(result)[web.id]
    assert (ending.at, ending.left) == (NOON, named(result, "web-1"))
    assert named(result, "web-1").started == NOON + 600
    later = named(await listed(fake, client), "web-1")
    assert later.started == NOON + 600, "though the audit trail tells of it no more"


@pytest.mark.parametrize(
    ("actions", "ended"),
    [
        ([("poweroff", 0)], 0),
        ([("poweroff", 0), ("poweron", 60)], 300),
        ([("poweron", 0), ("poweroff", 60)], 60),
    ],
)
async def test_what_was_stopped_before_it_was_deleted_ended_then(
    fake: FakeScaleway, client: ScalewayClient, actions: list[tuple[str, float]], ended: float
) -> None:
    events = [event("i-1", "CreateServer", NOON - 900, **NEW_SERVER)]
    events += (action("i-1", word, NOON + after) for word, after in actions)
    events.append(event("i-1", "DeleteServer", NOON + 300))
    result = await listed(fake, client, *reversed(events))
    assert endings(result)["i-1"].at == NOON + ended


async def test_where_it_may_not_be_read_the_list_is_as_it_was() -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        for _ in range(3):
            result = await swept(client, SERVERS, PARIS_1)
        assert named(result, "web-1").started is not None
        assert fake.calls[TRAIL] == 1, "a refusal holds for an hour"


async def test_a_region_without_an_audit_trail_or_a_fault_of_it_costs_nothing(
    fake: FakeScaleway, client: ScalewayClient
) -> None:
    assert not (await swept(client, SERVERS, WARSAW)).failures
    fake.faults["audit-trail"] = Fault(status=500)
    assert named(await listed(fake, client), "web-1")


async def test_odd_events_tell_nothing(fake: FakeScaleway, client: ScalewayClient) -> None:
    odd: list[Any] = [
        None,
        {"method_name": "DeleteServer"},
        {**event("i-1", "DeleteServer", NOON), "recorded_at": "noon"},
        {**event("i-2", "DeleteServer", NOON), "resources": None},
        {**event("i-3", "DeleteServer", NOON), "resources": [None, {"id": 7}, {}]},
        event("i-4", "DeleteServer", NOON),
        {**event("i-5", "CreateServer", NOON), "request_body": None},
        event("i-5", "DeleteServer", NOON),
        {**event("i-6", "CreateServer", NOON, **NEW_SERVER), "locality": "fr-par-2"},
        event("i-6", "DeleteServer", NOON),
    ]
    result = await listed(fake, client, *odd)
    assert endings(result) == {}
    assert named(result, "web-1")


async def test_events_come_in_pages_and_the_zones_of_a_region_share_them(
    fake: FakeScaleway, client: ScalewayClient
) -> None:
    assert fake.events is not None
    many: list[dict[str, Any]] = []
    for number in range(120):
        many.append(event(f"i-{number}", "DeleteServer", NOON))
        many.append(event(f"i-{number}", "CreateServer", NOON - 60, **NEW_SERVER))
    result = await listed(fake, client, *many)
    assert len(endings(result)) == 120
    await swept(client, SERVERS, Scope("scaleway", ORGANIZATION, "fr-par", "fr-par-2"))
    assert fake.calls[TRAIL] == 3
