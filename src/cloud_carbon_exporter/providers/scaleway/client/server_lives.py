"""Lives of Instances: their list with the starts and ends that the audit trail tells besides.

The list shows what there is, and of it the creation alone. What was deleted is told as an object
more, in the state `deleted`, whether the list ever showed it or not.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.scaleway.client.audit_trail import ServerEvent, server_events
from cloud_carbon_exporter.providers.scaleway.describing.moments import written
from cloud_carbon_exporter.providers.spec import Raw, Scope

DELETED = "deleted"
STARTED_AT, ENDED_AT = "started_at", "ended_at"
"""Fields that the API's own objects do not have."""

# The audit trail tells of an hour; what is gone for longer has been told of, or never will be.
REMEMBERED_SECONDS = 3600.0

# What describing a server reads.
FIELDS = ("id", "name", "commercial_type", "arch", "tags", "project", "zone", "creation_date")
VOLUME_FIELDS = ("volume_type", "size")

STARTS = frozenset({"poweron"})
STOPS = frozenset({"poweroff", "terminate"})


class Departed(NamedTuple):
    """A server the list shows no more. at: since when, by our monotonic clock."""

    raw: Raw
    at: float


@dataclass(slots=True)
class Run:
    """When a server was started and stopped last, as far as that is told."""

    started: float | None = None
    stopped: float | None = None

    def dates(self) -> Raw:
        """The same as fields of an object."""
        fields: dict[str, str] = {}
        if self.started is not None:
            fields[STARTED_AT] = written(self.started)
        if self.stopped is not None:
            fields[ENDED_AT] = written(self.stopped)
        return fields

    def end(self, deleted: float) -> float:
        """When it ran last: until it was deleted, or until it was stopped before that."""
        stopped = self.stopped
        if stopped is None or (self.started is not None and self.started > stopped):
            return deleted
        return min(stopped, deleted)


class ServerLives:
    """What is remembered of the Instances of one organisation, by zone and by id."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._listed: dict[str, dict[str, Raw]] = {}
        self._departed: dict[str, Departed] = {}
        self._runs: dict[str, Run] = {}

    async def dated(
        self, pages: AsyncIterator[Sequence[Any]], scope: Scope
    ) -> AsyncIterator[Sequence[Any]]:
        """Pages of the list with the dates told besides, and a page more of what was deleted."""
        # Asked before the list: what is deleted in between is told of with the next one.
        events = await server_events(self._api, scope)
        if events is None:
            async for page in pages:
                yield page
            return
        self._note_actions(events)
        listed: dict[str, Raw] = {}
        async for page in pages:
            yield [self._with_dates(raw, listed) for raw in page]
        self._note_departures(scope.zone, listed)
        deleted = list(self._deleted(scope.zone, events, listed))
        if deleted:
            yield deleted

    def _note_actions(self, events: Sequence[ServerEvent]) -> None:
        """When each was started and stopped last."""
        for event in reversed(events):
            action = event.body.get("action") if event.method == "ServerAction" else None
            if action in STARTS:
                self._runs.setdefault(event.server_id, Run()).started = event.at
            elif action in STOPS:
                self._runs.setdefault(event.server_id, Run()).stopped = event.at

    def _with_dates(self, raw: Any, listed: dict[str, Raw]) -> Any:
        if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
            return raw
        listed[raw["id"]] = _slim(raw)
        run = self._runs.get(raw["id"])
        return raw if run is None else {**raw, **run.dates()}

    def _note_departures(self, zone: str, listed: dict[str, Raw]) -> None:
        now = time.monotonic()
        for server_id, raw in self._listed.get(zone, {}).items():
            if server_id not in listed:
                self._departed[server_id] = Departed(raw, now)
        self._listed[zone] = listed
        for server_id, departed in list(self._departed.items()):
            if now - departed.at > REMEMBERED_SECONDS:
                del self._departed[server_id]
                self._runs.pop(server_id, None)

    def _deleted(
        self, zone: str, events: Sequence[ServerEvent], listed: Mapping[str, Raw]
    ) -> Iterator[Raw]:
        """Servers that were deleted, as they were listed last, or else as they were asked for."""
        created = {event.server_id: event for event in events if event.method == "CreateServer"}
        told: set[str] = set()
        for event in events:
            server_id = event.server_id
            if server_id in listed or server_id in told or not _deletes(event):
                continue
            departed = self._departed.get(server_id)
            raw = departed.raw if departed else _as_asked_for(created.get(server_id))
            if raw.get("zone") == zone:
                told.add(server_id)
                run = self._runs.get(server_id, Run())
                dates = {**run.dates(), ENDED_AT: written(run.end(event.at))}
                yield {**raw, "state": DELETED, **dates}


def _deletes(event: ServerEvent) -> bool:
    if event.method == "DeleteServer":
        return True
    return event.method == "ServerAction" and event.body.get("action") == "terminate"


def _slim(raw: Raw) -> Raw:
    """What of a server is to be remembered."""
    shown = raw.get("volumes")
    volumes: dict[str, Raw] = {}
    for key, volume in shown.items() if isinstance(shown, dict) else ():
        if isinstance(volume, dict):
            volumes[key] = {field: volume.get(field) for field in VOLUME_FIELDS}
    return {**{field: raw.get(field) for field in FIELDS}, "volumes": volumes}


def _as_asked_for(event: ServerEvent | None) -> Raw:
    """A server by the request that made it; nothing where that is not told, or told by halves."""
    if event is None or not event.body.get("commercial_type"):
        return {}
    body = event.body
    volumes = body.get("volumes")
    return {
        "id": event.server_id,
        "name": body.get("name"),
        "commercial_type": body["commercial_type"],
        "tags": body.get("tags"),
        "project": body.get("project") or event.project_id,
        "zone": event.zone,
        "creation_date": written(event.at),
        "volumes": volumes if isinstance(volumes, dict) else {},
    }
