"""Events of EC2 and ECS that EventBridge puts into a queue of SQS: what changed is listed at once.

Optional. A listing tells the same, but with the next refresh; only the end of a machine that its
own operating system shut down is told by no list.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.optional import EVENTS
from cloud_carbon_exporter.providers.aws.describing.moments import moment
from cloud_carbon_exporter.providers.changes import Change
from cloud_carbon_exporter.providers.spec import Scope

# SQS API reference, ReceiveMessage: so many messages at most, and so long a wait for the first.
_MESSAGES = 10
_WAIT_SECONDS = 20
_ENDED = "ended instance"
# EC2 user guide: a terminated instance is listed for about an hour more.
_REMEMBERED_SECONDS = 7200.0
_ENDING = frozenset({"shutting-down", "terminated", "stopping", "stopped"})


class Listed(NamedTuple):
    """What lists the things an event is about."""

    api: str
    operation: str


# "detail-type" of an event -> what lists its things. EventBridge sends these by itself.
_LISTED: Mapping[str, Listed] = {
    "EC2 Instance State-change Notification": Listed("ec2", "DescribeInstances"),
    "ECS Task State Change": Listed("ecs", "ListClusters"),
}


async def changes(client: AwsApi) -> AsyncIterator[Sequence[Change]]:
    """What has changed, as it is told; nothing, at once, where no queue is configured."""
    url = client.options.events_queue_url
    if not url:
        return
    scope = await _scope(client, url)
    # the connection must not be given up before the answer is due
    wait = max(1, min(_WAIT_SECONDS, int(client.settings.timeout_seconds / 2)))
    wanted = {"QueueUrl": url, "MaxNumberOfMessages": _MESSAGES, "WaitTimeSeconds": wait}
    while True:
        with client.refusals.asking(scope.account_id, EVENTS):
            answer = await client.call(scope, "sqs", "ReceiveMessage", wanted, permissions=EVENTS)
        messages = answer.get("Messages") or ()
        if not messages:
            continue
        told: set[Change] = set()
        for message in messages:
            change = _read(client, message)
            if change is not None:
                told.add(change)
        # what is lost from here on costs a wait until the next refresh, and no more
        await _delete(client, scope, url, messages)
        if told:
            yield tuple(told)


async def _scope(client: AwsApi, url: str) -> Scope:
    """Account and region of a queue: https://sqs.eu-west-3.amazonaws.com/123456789012/name."""
    host, path = urlsplit(url).hostname or "", urlsplit(url).path.strip("/")
    known = await client.accounts.known()
    owner = path.partition("/")[0]
    labels = host.split(".")
    region = labels[1] if labels[0] == "sqs" and len(labels) > 2 else client.options.default_region
    return Scope("aws", owner if owner in known else known[0], region)


async def _delete(
    client: AwsApi, scope: Scope, url: str, messages: Sequence[Mapping[str, Any]]
) -> None:
    entries: list[dict[str, str]] = []
    for number, message in enumerate(messages):
        entries.append({"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]})
    params = {"QueueUrl": url, "Entries": entries}
    await client.call(scope, "sqs", "DeleteMessageBatch", params, permissions="sqs:DeleteMessage")


def _read(client: AwsApi, message: Mapping[str, Any]) -> Change | None:
    """What a message tells to list anew; None where it is about something else."""
    try:
        event = json.loads(message["Body"])
        listed = _LISTED[event["detail-type"]]
        if listed.api == "ec2":
            _remember_end(client, event)
        return Change(str(event["account"]), str(event["region"]), *listed)
    except (KeyError, TypeError, ValueError):  # whatever else is put into the queue
        return None


def _remember_end(client: AwsApi, event: Mapping[str, Any]) -> None:
    """Remember when an instance began to end; the first of two events tells what is billed."""
    key = (_ENDED, event["detail"]["instance-id"])
    if event["detail"]["state"] not in _ENDING:
        client.cache.keep(key, 0, None)
    elif client.cache.last(key) is None:
        client.cache.keep(key, _REMEMBERED_SECONDS, moment(event["time"]))


def end_of(client: AwsApi, instance_id: str) -> float | None:
    """When an event told that an instance ended, if one did."""
    ended: float | None = client.cache.last((_ENDED, instance_id))
    return ended
