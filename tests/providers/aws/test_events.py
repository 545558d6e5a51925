"""Events out of a queue: what they make be listed again, and what they tell of an end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from tests.fakes.aws import ACCOUNT, AwsFake, Call
from tests.fakes.aws_replay import spec
from tests.fakes.ec2_xml import instance, instance_id, reservations
from tests.patience import PATIENCE_SECONDS
from tests.providers.aws.conftest import INSTANCES, MakeClient

from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.errors import PermissionMissing
from cloud_carbon_exporter.providers.aws.client.events import changes
from cloud_carbon_exporter.providers.changes import Change
from cloud_carbon_exporter.providers.options import AwsOptions
from cloud_carbon_exporter.providers.spec import Scope

QUEUE = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/carbon"
AT = "2026-11-30T07:18:03Z"
NOW = 1_796_023_083.0
EC2 = Change(ACCOUNT, "eu-west-3", "ec2", "DescribeInstances")
ECS = Change(ACCOUNT, "eu-west-3", "ecs", "ListClusters")


def event(kind: str, **detail: Any) -> dict[str, Any]:
    """Event as EventBridge sends it."""
    return {
        "version": "0",
        "detail-type": kind,
        "account": ACCOUNT,
        "region": "eu-west-3",
        "time": AT,
        "detail": detail,
    }


def of_instance(number: int, state: str) -> dict[str, Any]:
    named = {"instance-id": instance_id(number), "state": state}
    return event("EC2 Instance State-change Notification", **named)


class Queue:
    """Queue of SQS that holds what is put in until it is deleted."""

    def __init__(self, fake: AwsFake) -> None:
        self.messages: list[Any] = []
        self.deleted: list[str] = []
        self.waits: list[int] = []
        fake.handlers["ReceiveMessage"] = self._receive
        fake.handlers["DeleteMessageBatch"] = self._delete

    def put(self, *bodies: Any) -> None:
        self.messages += bodies

    def _receive(self, call: Call) -> dict[str, Any]:
        assert call.params["QueueUrl"] == QUEUE
        assert call.region == "us-east-1"
        self.waits.append(call.params["WaitTimeSeconds"])
        some, self.messages = self.messages[:10], self.messages[10:]
        bodies = [body if isinstance(body, str) else json.dumps(body) for body in some]
        messages = [{"Body": body, "ReceiptHandle": body[:9]} for body in bodies]
        return {"Messages": messages} if messages else {}

    def _delete(self, call: Call) -> dict[str, Any]:
        entries = call.params["Entries"]
        self.deleted += [entry["ReceiptHandle"] for entry in entries]
        return {"Successful": [{"Id": entry["Id"]} for entry in entries], "Failed": []}


@pytest.fixture
def queue(fake: AwsFake) -> Queue:
    return Queue(fake)


async def first(client: Any) -> Sequence[Change]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await anext(changes(client))


async def test_what_starts_and_ends_is_to_be_listed_again(
    queue: Queue, make_client: MakeClient
) -> None:
    queue.put(
        of_instance(1, "running"),
        of_instance(2, "pending"),
        event("ECS Task State Change", lastStatus="STOPPED"),
        event("EC2 Spot Instance Interruption Warning"),
        "no event at all",
    )
    assert set(await first(make_client(events_queue_url=QUEUE))) == {EC2, ECS}
    assert len(queue.deleted) == 5, "whatever else is in the queue is taken out of it"
    assert queue.waits[0] == 2, "half of the timeout of a silent connection"


async def test_what_tells_nothing_of_ours_is_passed_over(
    queue: Queue, make_client: MakeClient
) -> None:
    queue.put(*["{}"] * 10, of_instance(1, "running"))
    assert await first(make_client(events_queue_url=QUEUE)) == (EC2,)


async def test_without_a_queue_nothing_is_asked(fake: AwsFake, make_client: MakeClient) -> None:
    assert [told async for told in changes(make_client())] == []
    assert fake.calls == []


async def test_a_queue_that_may_not_be_read_names_the_permission(
    fake: AwsFake, queue: Queue, make_client: MakeClient
) -> None:
    fake.fault("ReceiveMessage", "forbidden")
    with pytest.raises(PermissionMissing, match="sqs:ReceiveMessage"):
        await first(make_client(events_queue_url=QUEUE))


@pytest.mark.parametrize(
    ("states", "ended"),
    [
        (("shutting-down",), NOW),
        (("running", "shutting-down", "terminated"), NOW),
        (("shutting-down", "pending"), None),
        (("running",), None),
    ],
)
async def test_an_event_tells_the_end_that_no_list_tells(
    fake: AwsFake,
    queue: Queue,
    make_client: MakeClient,
    states: tuple[str, ...],
    ended: float | None,
) -> None:
    """A machine that its operating system shut down says "User initiated", and no time."""
    queue.put(*[of_instance(1, state) for state in states])
    client = make_client(events_queue_url=QUEUE, clock=lambda: NOW + 60)
    await first(client)
    xml = instance(1, state="terminated").replace("<reason/>", "<reason>User initiated</reason>")
    fake.handlers["DescribeInstances"] = reservations([xml, instance(2)])
    scope = Scope("aws", ACCOUNT, "eu-west-3")
    swept = await sweep(client, INSTANCES, [spec("ec2/instance")], scope)
    assert [ending.at for ending in swept.endings] == ([] if ended is None else [ended])
    assert len(swept.resources) == 1


def test_a_queue_is_named_by_a_target(tmp_path: Any) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(f'targets: [{{provider: aws, events_queue_url: "{QUEUE}"}}]')
    (target,) = load(["-config.file", str(file)], {}).settings.targets
    options = target.options_of(AwsOptions)
    assert options.events_queue_url == QUEUE
    assert options.explored() == AwsOptions().explored(), "it makes no other target"
