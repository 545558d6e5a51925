"""Sweeps of one Target: where each listing is to be swept, which are due, and running them.

A sweep that fails leaves its last good result in place; one that hangs is not waited for, and not
started twice.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import astuple
from typing import NamedTuple

from cloud_carbon_exporter.collect.attempts import Attempts
from cloud_carbon_exporter.collect.concurrency import GentleStart, SweepPlaces
from cloud_carbon_exporter.collect.contribution import LastGood
from cloud_carbon_exporter.collect.failure_log import FailureLog
from cloud_carbon_exporter.collect.outcomes import by_region
from cloud_carbon_exporter.collect.rest import rest_of
from cloud_carbon_exporter.collect.sweep import SweepKey, Swept, sweep
from cloud_carbon_exporter.collect.sweep_state import SweepState
from cloud_carbon_exporter.collect.target import Shared, Target
from cloud_carbon_exporter.model.snapshot import Outcome
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.changes import Change
from cloud_carbon_exporter.providers.quotas import quota_of
from cloud_carbon_exporter.providers.spec import Client, Listing, Scope, ServiceSpec

# In a first collection the kinds that most of a bill is for have the clouds, and this machine, for
# themselves for so long, unless they have answered before: figures of them are shown first.
HEAD_START_SECONDS = 10.0


class ListedKinds(NamedTuple):
    """A listing, and the kinds it feeds."""

    listing: Listing
    specs: list[ServiceSpec]


class TargetSweeps:
    """All listings of a Target, in every scope. Runs on the event loop."""

    def __init__(
        self,
        target: Target,
        shared: Shared,
        client: Client,
        attempts: Attempts,
        failures: FailureLog,
    ) -> None:
        self._target = target
        self._client = client
        self._attempts = attempts
        self._failures = failures
        self._shard = shared.shard
        self._account = shared.budget
        self._counters = shared.counters
        self._clock = shared.clock
        self._places = SweepPlaces()
        self._listed_kinds = _listed_kinds(target)
        self._listings_of_api = Counter(listed.listing.api for listed in self._listed_kinds)
        self._states: dict[SweepKey, SweepState] = {}
        self._by_rank: defaultdict[int, set[SweepKey]] = defaultdict(set)
        self._gone: list[SweepKey] = []
        self._begun = False
        self.used_before: Collection[tuple[str, str]] = ()
        """Accounts and regions where an earlier process found something."""

    @property
    def states(self) -> tuple[SweepState, ...]:
        """All sweeps known so far."""
        return tuple(self._states.values())

    def running(self) -> list[asyncio.Task[None]]:
        """The sweeps that are under way."""
        return [state.task for state in self._states.values() if state.task is not None]

    def resources(self) -> Iterator[Resource]:
        """What the last good results hold."""
        for state in self._states.values():
            if state.swept is not None:
                yield from state.swept.resources

    def last_good(self) -> tuple[LastGood, ...]:
        """The last good result of each sweep that ever had one."""
        results: list[LastGood] = []
        for key, state in self._states.items():
            if state.swept is not None:
                provider = state.scope.provider
                results.append(LastGood(key, provider, state.swept, state.seen_at, state.kept))
        return tuple(results)

    def outcomes(self) -> tuple[Outcome, ...]:
        """How the newest sweeps went: one row a kind, account and region."""
        return by_region(outcome for state in self._states.values() for outcome in state.outcomes())

    def hand_over_gone(self) -> tuple[SweepKey, ...]:
        """Sweeps whose scope exists no more; each is handed over once."""
        gone, self._gone = tuple(self._gone), []
        return gone

    def take_back_gone(self, gone: Iterable[SweepKey]) -> None:
        """They are handed over once more, but for those whose scope exists again."""
        self._gone = [*(key for key in gone if key not in self._states), *self._gone]

    def move(self, seconds: float) -> None:
        """The clock was set: what was seen moves with it."""
        for state in self._states.values():
            state.move(seconds)

    def mark_failed(self, error: str) -> None:
        """The whole Target cannot be reached: every sweep shows why."""
        for state in self._states.values():
            state.error = error

    async def start(self) -> None:
        """Learn where to look, and start every sweep that is due and not under way."""
        start, finding = GentleStart(), list[asyncio.Task[None]]()
        for rank, listed in enumerate(self._listed_kinds):
            finding.append(asyncio.create_task(self._find_scopes(rank, listed)))
            await start.another()
        await asyncio.gather(*finding)
        in_use = self._places_in_use()
        due: list[SweepKey] = []
        for key, state in self._states.items():
            if state.task is None and not state.rests((key.account_id, key.region) in in_use):
                due.append(key)
        if not self._begun:
            self._begun = True
            due = await self._give_head_start(due)
        await self._start(due)

    async def _give_head_start(self, due: Iterable[SweepKey]) -> list[SweepKey]:
        """Start the sweeps of what weighs most, and wait for them a while. Returns all others."""
        heavy = self._target.provider.listed_first
        first: list[SweepKey] = []
        others: list[SweepKey] = []
        for key in due:
            kinds = {spec.kind for spec in self._states[key].specs}
            (others if kinds.isdisjoint(heavy) else first).append(key)
        await self._start(first)
        running = self.running()
        if running:
            await asyncio.wait(running, timeout=HEAD_START_SECONDS)
        return others

    async def _start(self, due: Iterable[SweepKey]) -> None:
        """Start these sweeps: where anything stands, then elsewhere."""
        in_use = self._places_in_use().union(self.used_before)
        start = GentleStart()
        for key in sorted(due, key=lambda key: (key.account_id, key.region) not in in_use):
            state = self._states[key]
            if state.task is None:  # one was begun meanwhile, if the cloud told of a change
                state.task = asyncio.create_task(self._sweep(key, state))
                await start.another()

    def _places_in_use(self) -> set[tuple[str, str]]:
        """Accounts and regions where anything was ever found."""
        in_use: set[tuple[str, str]] = set()
        for key, state in self._states.items():
            if state.inhabited:
                in_use.add((key.account_id, key.region))
        return in_use

    def _new_state(self, listed: ListedKinds, scope: Scope) -> SweepState:
        listing = listed.listing
        rest = rest_of(
            listed.specs,
            quota_of(scope.provider, listing.api, listing.operation),
            self._listings_of_api[listing.api],
            self._target.settings.interval_seconds,
        )
        return SweepState(listing, listed.specs, scope, rest=rest)

    async def look_again(self, changes: Iterable[Change]) -> None:
        """Sweep what has changed since it was listed, and wait for it."""
        wanted = {astuple(change) for change in changes}
        again: list[tuple[SweepKey, SweepState]] = []
        for key, state in self._states.items():
            listing = state.listing
            if (key.account_id, key.region, listing.api, listing.operation) in wanted:
                again.append((key, state))
        # What is being listed now may have been listed before it changed.
        under_way = [state.task for _, state in again if state.task is not None]
        await asyncio.gather(*under_way, return_exceptions=True)
        for key, state in again:
            if state.task is None and key in self._states:
                state.task = asyncio.create_task(self._sweep(key, state))
        fresh = [state.task for _, state in again if state.task is not None]
        await asyncio.gather(*fresh, return_exceptions=True)

    async def _find_scopes(self, rank: int, listed: ListedKinds) -> None:
        """Learn where a listing is to be swept; what is no longer among its scopes goes."""
        listing = listed.listing
        scopes: list[Scope] = []

        async def ask() -> None:
            scopes.extend(await self._client.scopes(listing))

        error = await self._attempts.attempt(listing.operation, ask())
        if error is not None:
            self._failures.failed(("scopes", rank), error)
            return
        self._failures.well(("scopes", rank), f"{self._target.label} {listing.operation}")
        name = self._target.name
        keys: set[SweepKey] = set()
        for scope in scopes:
            at = (scope.account_id, scope.region, scope.zone)
            if self._shard.owns(name, listing.api, listing.operation, listing.path, *at):
                key = SweepKey(name, rank, *at)
                keys.add(key)
                if key not in self._states:
                    self._states[key] = self._new_state(listed, scope)
                    self._by_rank[rank].add(key)
        for key in self._by_rank[rank] - keys:
            self._drop(key)

    def _drop(self, key: SweepKey) -> None:
        state = self._states.pop(key)
        self._by_rank[key.listing_rank].discard(key)
        if state.task is not None:
            state.task.cancel()
        self._gone.append(key)

    async def _sweep(self, key: SweepKey, state: SweepState) -> None:
        """Sweep, and keep the result; a failure keeps the last good one."""
        results: list[Swept] = []

        async def work() -> None:
            known, tags = self._counters.resource, self._target.settings.tags
            swept = await sweep(self._client, state.listing, state.specs, state.scope, known, tags)
            results.append(swept)

        loop = asyncio.get_running_loop()
        async with self._places.place(state):
            started = loop.time()
            error = await self._attempts.attempt(state.listing.operation, work(), state.scope)
            state.seconds = loop.time() - started
        state.task = None
        if error is not None:
            state.error = str(error)
            self._failures.failed(key, error)
            return
        self._failures.well(key, state.name)
        # Seen as of now, when the last page came; what was on the first may be gone, or be new.
        [swept] = results
        self._count(key, state, state.take(swept, self._clock()))

    def _count(self, key: SweepKey, state: SweepState, swept: Swept) -> None:
        """Count, and say, what went wrong in a sweep that went well."""
        provider, account = state.scope.provider, self._account
        for (kind, reason), count in swept.skipped.items():
            account.skip(provider, kind, reason, count)
        for kind in {spec.kind for spec in state.specs}:
            error = swept.failures.get(kind)
            if error is None:
                self._failures.well((key, kind), f"{state.name} of {kind}")
                continue
            account.error(provider, error.operation or state.listing.operation, error.reason)
            self._failures.failed((key, kind), error)
        beside = (key, "beside")  # one thing, however many pages it fails for
        for warning in swept.warnings:
            account.error(provider, warning.operation, warning.reason)
            self._failures.failed(beside, warning)
        if not swept.warnings:
            self._failures.well(beside, f"what {state.name} looks up besides")


def _listed_kinds(target: Target) -> list[ListedKinds]:
    """Listings of a Target, without those that feed nothing but what it excludes."""
    # By identity: a Listing holds parameters in a dictionary, and has no hash.
    by_identity: dict[int, ListedKinds] = {}
    for spec in target.provider.services:
        if spec.kind not in target.settings.exclude:
            listed = by_identity.setdefault(id(spec.listing), ListedKinds(spec.listing, []))
            listed.specs.append(spec)
    return list(by_identity.values())
