"""One Target's way through a refresh: connect, sweep every listing in every scope, read what is
due.

A sweep that fails leaves its last good result in place; one that hangs is not waited for, and not
started twice. What
comes out is a Contribution: plain values, from which the Snapshot is built elsewhere.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Coroutine, Iterator
from typing import Any

from cloud_carbon_exporter.collect.changes import ChangeLog
from cloud_carbon_exporter.collect.contribution import Contribution, Fresh, SweepState, by_region
from cloud_carbon_exporter.collect.measure import Measurer, Round
from cloud_carbon_exporter.collect.sweep import Swept, sweep
from cloud_carbon_exporter.collect.target import Shared, Target
from cloud_carbon_exporter.collect.timeline import SweepKey
from cloud_carbon_exporter.errors import CollectError, DeadlineExceeded
from cloud_carbon_exporter.model.types import Resource, TargetState
from cloud_carbon_exporter.providers.spec import Extras, Listing, Scope

log = logging.getLogger(__name__)

MIN_DEADLINE_SECONDS = 10.0
MIN_PATIENCE_SECONDS = 2.0
FIRST_PATIENCE_SECONDS = 30.0
# a listing that was empty in a scope is asked again after so many refreshes: within the hour
EMPTY_REFRESHES = 10
STARTED_AT_ONCE = (
    4  # sweeps: each prepares a call, some milliseconds, before anything else has its turn
)
CALLS_PER_API = 4  # sweeps at once, per account, region and API; and so many again, as below
# of sweeps that found something before, and as many of all others: these may be slow in vain
CALLS_PER_TARGET = 32


class TargetRun:
    """The live side of a Target. All methods run on the event loop."""

    def __init__(self, target: Target, shared: Shared) -> None:
        self.target = target
        self.label = target.label
        settings, shards = target.settings, shared.shard.of
        free, dollars = settings.free_requests // shards, settings.budget_dollars / shards
        meter = shared.budget.meter(self.label, target.name, free, dollars)
        self.client = target.provider.client(settings, meter)
        self.deadline_seconds = max(MIN_DEADLINE_SECONDS, settings.interval_seconds)
        self.changes = ChangeLog()
        self.measurer = Measurer(self.client, target, shared, self.changes)
        self._shard = shared.shard
        self._budget = shared.budget
        self._counters = shared.counters
        self._clock = shared.clock
        self._specs = [
            spec for spec in target.provider.services if spec.kind not in target.settings.exclude
        ]
        self._listings = list({id(spec.listing): spec.listing for spec in self._specs}.values())
        self._sweeps: dict[SweepKey, SweepState] = {}
        self._gone: list[SweepKey] = []
        self._rounds: list[Round] = []
        self._extras = Extras()
        self._asking: asyncio.Task[None] | None = None
        self._inhabited = asyncio.Semaphore(CALLS_PER_TARGET)
        self._others = asyncio.Semaphore(CALLS_PER_TARGET)
        self._apis: dict[tuple[str, str, str, bool], asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(CALLS_PER_API)
        )
        self._state = TargetState(target.name, self.label, up=False)
        self._tried = False

    async def refresh(self) -> None:
        """One round of everything. Failures become state, metrics and a log line; none is raised."""
        try:
            if await self._connect():
                if self._asking is None and self._shard.owns(self.target.name):
                    self._asking = asyncio.create_task(self._ask_extras())
                await self._list()
                await self._measure()
                if (
                    self._asking is not None
                ):  # what else is asked may take its time: it is no figure
                    await asyncio.wait({self._asking}, timeout=MIN_PATIENCE_SECONDS)
        finally:
            self._tried = True

    @property
    def progress(self) -> tuple[int, int]:
        """How many sweeps have ended, of how many that are known so far."""
        return sum(state.task is None for state in self._sweeps.values()), len(self._sweeps)

    async def close(self) -> None:
        """Stop what still runs, and close the client."""
        tasks = [state.task for state in self._sweeps.values() if state.task is not None]
        tasks += [self._asking] if self._asking is not None else []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.client.close()

    def contribute(self) -> Contribution:
        """What is known by now; Points and last reads are handed over once."""
        states = self._sweeps.items()
        sweeps = tuple(
            Fresh(key, state.scope.provider, state.swept, state.seen_at, state.kept)
            for key, state in states
            if state.swept is not None
        )
        listings = by_region(outcome for _, state in states for outcome in state.outcomes())
        contribution = Contribution(
            self.target,
            self.measurer.waits,
            self._state,
            sweeps,
            tuple(self._gone),
            listings,
            self.measurer.outcomes(),
            tuple(self._rounds),
            self._extras,
            self._tried,
        )
        self._gone, self._rounds = [], []
        return contribution

    async def _connect(self) -> bool:
        accounts: list[str] = []

        async def connect() -> None:
            accounts.extend(await self.client.connect())

        error = await self._attempt("connect", connect())
        name = self._state.name
        if (
            name == self.target.settings.provider and len(accounts) == 1
        ):  # nobody gave it a name, so the account does
            name = f"{name}/{accounts[0]}"
        self._state = TargetState(name, self.label, up=error is None, error=str(error or ""))
        if error is None:
            self.changes.well("connect", f"target {name}")
            return True
        self.changes.failed("connect", f"target {name} cannot be reached: {error}")
        for state in self._sweeps.values():
            state.error = str(error)
        return False

    async def _attempt(
        self, operation: str, work: Coroutine[Any, Any, Any], at: Scope | None = None
    ) -> CollectError | None:
        """Await something within the deadline; its failure, counted, or None. `at`: where, when
        that is one place.
        """
        where = {"account_id": at.account_id, "region": at.zone or at.region} if at else {}
        try:
            async with asyncio.timeout(self.deadline_seconds):
                await work
        except TimeoutError:
            failure: CollectError = DeadlineExceeded(
                f"no end after {self.deadline_seconds:.0f} s",
                provider=self.label,
                operation=operation,
                **where,
            )
        except CollectError as error:
            failure = error
        except Exception as error:  # a defect of ours, or of a library, must not end the loop
            log.exception("%s of target %s failed unexpectedly", operation, self.target.name)
            failure = CollectError(
                f"{type(error).__name__}", provider=self.label, operation=operation, **where
            )
        else:
            return None
        self._budget.error(self.label, failure.operation or operation, failure.reason)
        return failure

    async def _list(self) -> None:
        await asyncio.gather(
            *(self._find_scopes(rank, listing) for rank, listing in enumerate(self._listings))
        )
        started = 0
        for key, state in list(self._sweeps.items()):
            if state.task is not None:
                continue
            if (
                state.rest > 0 and not state.error
            ):  # what was marked failed meanwhile is asked at once
                state.rest -= 1
                continue
            state.task = asyncio.create_task(self._sweep(key, state))
            started += 1
            if started % STARTED_AT_ONCE == 0:
                await asyncio.sleep(0)
        tasks = [state.task for state in self._sweeps.values() if state.task is not None]
        if tasks:  # what is slow goes on beside the next rounds; only the first round waits for all
            patience = max(MIN_PATIENCE_SECONDS, self.target.settings.interval_seconds / 2)
            first = max(FIRST_PATIENCE_SECONDS, self.deadline_seconds)
            await asyncio.wait(tasks, timeout=patience if self._tried else first)

    async def _find_scopes(self, rank: int, listing: Listing) -> None:
        """Learn where the Listing is to be swept; what is no longer among its scopes goes."""
        found: list[Scope] = []

        async def ask() -> None:
            found.extend(await self.client.scopes(listing))

        error = await self._attempt(listing.operation, ask())
        if error is not None:
            self.changes.failed(("scopes", rank), error)
            return
        self.changes.well(("scopes", rank), f"{self.label} {listing.operation}")
        specs = [spec for spec in self._specs if spec.listing is listing]
        keys = set()
        for scope in found:
            at = (scope.account_id, scope.region, scope.zone)
            if not self._shard.owns(
                self.target.name, listing.api, listing.operation, listing.path, *at
            ):
                continue
            key = (self.target.name, rank, *at)
            keys.add(key)
            self._sweeps.setdefault(key, SweepState(listing, specs, scope))
        for key in [key for key in self._sweeps if key[1] == rank and key not in keys]:
            state = self._sweeps.pop(key)
            if state.task is not None:
                state.task.cancel()
            self._gone.append(key)

    async def _sweep(self, key: SweepKey, state: SweepState) -> None:
        """Sweep, and keep the result; a failure keeps the last good one."""
        at, listing = state.scope, state.listing
        what = f"{at.provider} {at.account_id} {at.region} {at.zone} {listing.operation}".replace(
            "  ", " "
        )
        swept: list[Swept] = []

        async def work() -> None:
            known, tags = self._counters.resource, self.target.settings.tags
            swept.append(await sweep(self.client, listing, state.specs, at, known, tags))

        places = self._inhabited if state.inhabited else self._others
        api = self._apis[at.account_id, at.region, listing.api, state.inhabited]
        async with api, places:  # who waits for its API holds no place
            started = asyncio.get_running_loop().time()
            error = await self._attempt(listing.operation, work(), at)
            state.seconds = asyncio.get_running_loop().time() - started
        state.task = None
        if error is not None:
            state.error = str(error)
            self.changes.failed(key, error)
            return
        self.changes.well(key, what)
        state.take(swept[0], self._clock())
        state.inhabited = state.inhabited or bool(swept[0].resources or swept[0].unsupported)
        state.rest = 0 if state.inhabited or swept[0].failures else EMPTY_REFRESHES
        self._count(key, state, swept[0], what)

    def _count(self, key: SweepKey, state: SweepState, swept: Swept, what: str) -> None:
        provider = state.scope.provider
        for (kind, reason), count in swept.skipped.items():
            self._budget.skip(provider, kind, reason, count)
        for kind in {spec.kind for spec in state.specs}:
            error = swept.failures.get(kind)
            if error is None:
                self.changes.well((key, kind), f"{what} of {kind}")
                continue
            self._budget.error(provider, error.operation or state.listing.operation, error.reason)
            self.changes.failed((key, kind), error)
        beside = (key, "beside")  # one thing, however many pages it fails for
        for warning in swept.warnings:
            self._budget.error(provider, warning.operation, warning.reason)
            self.changes.failed(beside, warning)
        if not swept.warnings:
            self.changes.well(beside, f"what {what} looks up besides")

    async def _measure(self) -> None:
        departed = [
            track for track in self._counters.departed() if track.sweep[0] == self.target.name
        ]
        now = self._clock()
        self._rounds.append(
            await self.measurer.round(self._resources(), departed, now, self.deadline_seconds)
        )

    def _resources(self) -> Iterator[Resource]:
        for state in self._sweeps.values():
            if state.swept is not None:
                yield from state.swept.resources

    async def _ask_extras(self) -> None:
        async def ask() -> None:
            self._extras = await self.client.extras(self._clock())

        error = await self._attempt("extras", ask())
        self._asking = None
        if error is not None:
            self.changes.failed("extras", error)
        else:
            self.changes.well("extras", f"{self.label} extras")
