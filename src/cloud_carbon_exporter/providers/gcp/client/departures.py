"""Departures: what was deleted since the last listing, or came and went unseen between two.

Asset Inventory lists what is there. What it listed before and no longer does is looked up in the
history of assets, free of charge; machines that it never listed are named by their uptime.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.providers.gcp.client import history, uptime
from cloud_carbon_exporter.providers.gcp.client.asset_feed import ToldDeletions, number_of
from cloud_carbon_exporter.providers.gcp.client.discovery import is_closed
from cloud_carbon_exporter.providers.gcp.client.http import Rest
from cloud_carbon_exporter.providers.gcp.describing.times import moment
from cloud_carbon_exporter.providers.spec import Raw

log = logging.getLogger(__name__)

INSTANCE = "compute.googleapis.com/Instance"
WATCHED = frozenset(
    {
        INSTANCE,
        "compute.googleapis.com/Disk",
        "compute.googleapis.com/RegionDisk",
        "tpu.googleapis.com/Node",
    }
)
"""Types that come and go by the minute, as their owners' jobs do."""

DAY_SECONDS = 86400.0
UPTIME_EVERY_SECONDS = 3600.0
"""How often uptime is read. It is paid for by the series, so by the number of machines: read with
each hour it adds a quarter to what their load costs, read each quarter of an hour.
"""

_OVERLAP_SECONDS = 900.0
"""How far a read of uptime reaches back into the one before: points may come late."""

_SILENT_SECONDS = 900.0
"""Silence after which a machine runs no more: thrice what Monitoring may be late. One that is taken
for gone and listed later would be refused as long as it lives.
"""

_PATIENCE_SECONDS = 60.0
"""Time the listing waits for what is gone; what is there must not be late for it."""

_AGAIN_SECONDS = 3600.0
"""Rest after a history that is shut to us."""


class Departures:
    """What the listings of one Target had, and what of it is gone."""

    def __init__(self, rest: Rest, metrics_scope: str) -> None:
        self._rest = rest
        self._metrics_scope = metrics_scope
        self._before: frozenset[str] = frozenset()
        self._now: set[str] = set()
        self._numbers: dict[str, float] = {}
        self._started: dict[str, float] = {}  # machines of the listing -> their last start
        self._projects: set[str] = set()
        self._uptime_until = 0.0
        self._next_uptime = 0.0
        self._next_history = 0.0
        self._told = ToldDeletions()

    def tell(self, deleted: Raw) -> None:
        """A deletion that the feed of assets tells of, with the asset as it was last."""
        if deleted["assetType"] in WATCHED:
            self._told.add(deleted)

    def begin(self) -> None:
        """A listing begins."""
        self._now = set()
        self._started = {}
        self._told.begin()

    def see(self, page: Iterable[Raw], now: float) -> None:
        """A page of the listing under way."""
        for raw in page:
            try:
                asset_type, name = raw["assetType"], raw["name"]
                if asset_type in WATCHED:
                    self._now.add(name)
                    self._projects.add(history.project_of(name))
                    self._told.listed(raw)
                if asset_type == INSTANCE:
                    self._started[name] = -math.inf
                    data = raw["resource"]["data"]
                    self._numbers[str(data["id"])] = now
                    self._started[name] = _last_start(data)
            except (AttributeError, KeyError, TypeError):
                continue  # whatever is wrong with it, `describe` will tell

    async def pages(self, now: float) -> AsyncIterator[Sequence[Raw]]:
        """What is gone, now that a listing has ended and was whole. Never raises CollectError."""
        before, self._before = self._before, frozenset(self._now)
        told = self._told.take()
        if told:
            yield told
        for raw in told:
            # its uptime, which Monitoring tells as well, is not another life
            self._numbers[number_of(raw)] = now
        if vanished := before - self._now - {raw["name"] for raw in told}:
            yield await self._history(vanished, now)
        # Not with the first listing: what it did not see is none of the time that is counted.
        if before and now >= self._next_uptime:
            yield await self._unseen(now)

    async def _history(self, names: Iterable[str], now: float) -> Sequence[Raw]:
        """Deleted ones of these, as their history has them; none where it is not open to us."""
        found: list[Raw] = []
        if now < self._next_history:
            return found
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                async for some in history.deleted(self._rest, names, now - DAY_SECONDS):
                    found += some
        except TimeoutError:
            log.info("what else was deleted counts up to when it was last seen: no time to ask")
        except CollectError as error:
            if is_closed(error):
                self._next_history = now + _AGAIN_SECONDS
            else:
                log.info("what was deleted counts up to when it was last seen: %s", error)
        return found

    async def _unseen(self, now: float) -> Sequence[Raw]:
        """Machines that ran in the time since, and that no listing ever had."""
        self._next_uptime = now + UPTIME_EVERY_SECONDS
        # In the periods of its load: within one, nothing tells when a machine began.
        until = now - now % uptime.PERIOD_SECONDS
        since = max(self._uptime_until - _OVERLAP_SECONDS, until - DAY_SECONDS)
        ran: list[uptime.Ran] = []
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                for project in self._asked_in():
                    ran += await uptime.machines_that_ran(self._rest, project, since, until)
        except TimeoutError:
            log.info("machines that came and went between two listings are not known: no time")
            return ()
        except CollectError as error:
            log.info("machines that came and went between two listings are not known: %s", error)
            return ()
        self._uptime_until = until
        self._forget(now)
        gone = [machine for machine in ran if self._is_gone(machine, now)]
        gone.sort(key=lambda machine: machine.ended)
        told: dict[str, Raw] = {}
        for raw in await self._history({machine.asset_name for machine in gone}, now):
            told[raw["name"]] = raw
        return [_raw(machine, told.get(machine.asset_name)) for machine in gone]

    def _is_gone(self, machine: uptime.Ran, now: float) -> bool:
        """Whether it is no more, and no listing had it.

        Its name may be that of one that is there: of a managed group's machine that was made anew.
        """
        if machine.number in self._numbers or machine.ended >= now - _SILENT_SECONDS:
            return False
        name = machine.asset_name
        return name not in self._now or self._started.get(name, -math.inf) >= machine.ended

    def _asked_in(self) -> Iterable[str]:
        """Projects whose Monitoring tells of all machines."""
        return (self._metrics_scope,) if self._metrics_scope else sorted(self._projects)

    def _forget(self, now: float) -> None:
        for number, seen in list(self._numbers.items()):
            if seen < now - 2 * DAY_SECONDS:
                del self._numbers[number]


def _raw(machine: uptime.Ran, told: Raw | None) -> Raw:
    """A machine as an asset that was deleted: as its history has it, else as Monitoring does."""
    if told is not None and str(_data(told).get("id")) == machine.number:
        return told
    data = {
        "id": machine.number,
        "name": machine.name,
        "machineType": machine.machine_type,
        "status": "RUNNING",
        "lastStartTimestamp": uptime.rfc3339(machine.started),
        # Monitoring does not tell labels; the name of an Autopilot node does (owned.py).
        "labels": {"goog-gke-node": ""} if machine.name.startswith("gk3-") else {},
    }
    return {
        "name": machine.asset_name,
        "assetType": INSTANCE,
        "ancestors": [f"projects/{machine.project}"],
        "resource": {"location": machine.zone, "data": data},
        "deletedAt": uptime.rfc3339(machine.ended),
    }


def _last_start(data: Mapping[str, Any]) -> float:
    """When a machine that is there began to run; before all where nothing tells."""
    started = moment(data.get("lastStartTimestamp"))
    ends = [moment(data.get(field)) for field in ("lastStopTimestamp", "lastSuspendedTimestamp")]
    # Once it was resumed nothing tells since when it runs.
    if started is None or any(end is not None and end > started for end in ends):
        return -math.inf
    return started


def _data(raw: Raw) -> Mapping[str, Any]:
    data: Mapping[str, Any] = raw["resource"]["data"]
    return data
