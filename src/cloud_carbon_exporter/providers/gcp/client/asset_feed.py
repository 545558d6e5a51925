"""Feed of Asset Inventory, pulled out of a subscription of Pub/Sub: what begins and what ends.

Optional. A listing tells the same, but with the next refresh, and of what came and went between two
of them it tells nothing.
"""

from __future__ import annotations

import asyncio
import time
from base64 import b64decode
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from cloud_carbon_exporter.http.json_bodies import read_json
from cloud_carbon_exporter.providers.gcp.client.asset_types import TYPES
from cloud_carbon_exporter.providers.gcp.client.history import begins, project_of
from cloud_carbon_exporter.providers.gcp.client.http import Call, Rest
from cloud_carbon_exporter.providers.gcp.client.optional import FEED
from cloud_carbon_exporter.providers.gcp.describing.times import moment
from cloud_carbon_exporter.providers.spec import Raw

# Far below the 512 KiB that one request to acknowledge may have; an id takes some 200 bytes.
_MESSAGES = 100
_LONGEST_WAIT_SECONDS = 60.0

_PAUSE_SECONDS = 1.0
"""Pause after an empty answer: nothing says how long Pub/Sub waits before it gives one."""

_KEPT_SECONDS = 3600.0
"""How long a deletion waits for the lists to know it: far longer than Asset Inventory is late."""

_STATES = ("status", "state")


class _Told(NamedTuple):
    """Deletion that was told, and until when of the monotonic clock it waits for a listing."""

    deleted: Raw
    until: float


class AssetChange(NamedTuple):
    """An asset that began, ended or is in another state.

    asset: without data where it was deleted. deleted: how it was last, with `deletedAt`; None for
    what is there, and where the feed does not send resources.
    """

    asset: Raw
    deleted: Raw | None


async def changes(
    rest: Rest, subscription: str, timeout_seconds: float
) -> AsyncIterator[Sequence[AssetChange]]:
    """Changes of assets as they are told, until CollectError is raised."""
    pull = Call(
        api="pubsub",
        operation="projects.subscriptions.pull",
        path=f"v1/{subscription}:pull",
        account_id=subscription.split("/")[1],
        body={"maxMessages": _MESSAGES},
        permissions=(FEED,),
        # The connection must not be taken for a dead one before nothing was told.
        waits_seconds=min(_LONGEST_WAIT_SECONDS, timeout_seconds / 2),
    )
    while True:
        with rest.refusals.asking(pull.account_id, FEED):
            received = pull.listed(await rest.fetch(pull), "receivedMessages")
        if not received:
            await asyncio.sleep(_PAUSE_SECONDS)
            continue
        told: list[AssetChange] = []
        for message in received:
            change = _read(message)
            if change is not None:
                told.append(change)
        # What is lost from here on costs a wait until the next refresh, and no more.
        await _acknowledge(rest, subscription, received)
        if told:
            yield told


async def _acknowledge(rest: Rest, subscription: str, received: Iterable[Any]) -> None:
    readable = [message for message in received if isinstance(message, Mapping)]
    ids = [str(message["ackId"]) for message in readable if message.get("ackId")]
    if not ids:
        return
    call = Call(
        api="pubsub",
        operation="projects.subscriptions.acknowledge",
        path=f"v1/{subscription}:acknowledge",
        account_id=subscription.split("/")[1],
        body={"ackIds": ids},
        permissions=(FEED,),
    )
    await rest.fetch(call)


def _read(message: Any) -> AssetChange | None:
    """Change in a message; None for the greeting of a new feed, and whatever else is no change."""
    try:
        temporal = read_json(b64decode(message["message"]["data"]))
        asset, prior = temporal["asset"], temporal.get("priorAsset")
        if asset["assetType"] not in TYPES or not isinstance(asset["name"], str):
            return None
        if temporal.get("deleted"):
            return AssetChange(asset, _as_it_was(asset, prior, begins(temporal)))
        return AssetChange(asset, None) if _state(asset) != _state(prior) else None
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        return None


def _as_it_was(asset: Raw, prior: Any, deleted_at: str) -> Raw | None:
    """Asset before it was deleted: the window of a deletion begins when the asset ended."""
    # One without a readable time would be taken for an asset that is there.
    if moment(deleted_at) is None or not isinstance(prior, Mapping):
        return None
    if not isinstance(prior.get("resource", {}).get("data"), Mapping):
        return None
    return {**prior, **asset, "resource": prior["resource"], "deletedAt": deleted_at}


def _state(asset: Any) -> object:
    """State an asset is in: labels and fingerprints change by the minute, and change no watt."""
    if not isinstance(asset, Mapping):
        return ()
    resource = asset.get("resource")
    if not isinstance(resource, Mapping):
        return object()  # a feed without resources: any change may be one of state
    data = resource["data"]
    return ("there", *(data.get(name) for name in _STATES))


def is_below(raw: Raw, account_id: str, projects: Mapping[str, str]) -> bool:
    """Whether an asset belongs to a target: a feed may tell of a whole organisation.

    projects: ids of those below the target, by number.
    """
    if project_of(raw["name"]) in {account_id, *projects, *projects.values()}:
        return True
    above = raw.get("ancestors")
    return isinstance(above, list) and (account_id in above or f"projects/{account_id}" in above)


class ToldDeletions:
    """Deletions the feed told of, each kept until a listing that began later lacks the asset."""

    def __init__(self) -> None:
        self._told: dict[str, _Told] = {}
        self._due: dict[str, _Told] = {}

    def add(self, deleted: Raw) -> None:
        """An asset was deleted; the later of two deletions of one name stands."""
        self._told[deleted["name"]] = _Told(deleted, time.monotonic() + _KEPT_SECONDS)

    def begin(self) -> None:
        """A listing begins: what is told from here on may be on a page that was read before."""
        now = time.monotonic()
        self._told = {name: told for name, told in self._told.items() if now < told.until}
        self._due = dict(self._told)

    def listed(self, raw: Raw) -> None:
        """An asset that is listed still, as lists are late; a new one has another number."""
        told = self._due.get(raw["name"])
        if told is not None and number_of(told.deleted) == number_of(raw):
            del self._due[raw["name"]]

    def take(self) -> list[Raw]:
        """Deletions that the listing bears out; each is handed over once."""
        due, self._due = self._due, {}
        for name, told in due.items():
            if self._told.get(name) is told:
                del self._told[name]
        return [told.deleted for told in due.values()]


def number_of(raw: Raw) -> str:
    """Number of a resource that its API gives it; empty where it has none."""
    return str(raw["resource"]["data"].get("id", ""))
