"""Refresh of one Target: connect, sweep every listing in every scope, read what is due.

What comes out is a Contribution: plain values, from which the Snapshot is built elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import replace

from cloud_carbon_exporter.collect.attempts import Attempts
from cloud_carbon_exporter.collect.contribution import Contribution
from cloud_carbon_exporter.collect.extras import checked
from cloud_carbon_exporter.collect.failure_log import FailureLog
from cloud_carbon_exporter.collect.measure import Asked, Measurer, Round
from cloud_carbon_exporter.collect.progress import Progress
from cloud_carbon_exporter.collect.target import Shared, Target
from cloud_carbon_exporter.collect.target_sweeps import TargetSweeps
from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.model.snapshot import TargetState
from cloud_carbon_exporter.providers.refusals import refused_to
from cloud_carbon_exporter.providers.spec import Extras

# Sweeps that are slow go on beside the next refreshes. A refresh waits for them no longer than half
# its interval, and so long at least; the first one, which waits for all, so long at least.
MIN_PATIENCE_SECONDS = 2.0
FIRST_PATIENCE_SECONDS = 30.0
# Between two listings for the sake of events: a fleet that starts sends an event a machine.
EVENTS_PAUSE_SECONDS = 5.0


class TargetRun:
    """The live side of a Target. All methods run on the event loop."""

    def __init__(self, target: Target, shared: Shared) -> None:
        self.target = target
        self.label = target.label
        settings, shards = target.settings, shared.shard.of
        free, dollars = settings.free_requests // shards, settings.budget_dollars / shards
        meter = shared.budget.meter(self.label, target.name, free, dollars)
        self.client = target.provider.client(settings, meter)
        self._shard = shared.shard
        self._counters = shared.counters
        self._clock = shared.clock
        self._attempts = Attempts(target, shared)
        self._failures = FailureLog()
        self._sweeps = TargetSweeps(target, shared, self.client, self._attempts, self._failures)
        self._measurer = Measurer(self.client, target, shared, self._failures)
        self._rounds: list[Round] = []
        self._extras = Extras()
        self._refused: dict[tuple[str, str, str], str] = {}
        self._asking: asyncio.Task[None] | None = None
        self._state = TargetState(target.name, self.label, up=False)
        self._step = ""
        self._tried = False
        self._moved_seconds = 0.0  # by how much the clock was set since the start

    async def refresh(self) -> None:
        """A round of everything. Failures become state, metrics and a log line; none is raised."""
        try:
            self._step = f"{self._state.name} to answer"
            # Credentials first: with bad ones each of a thousand listings would fail alike.
            if await self._connect():
                # What belongs to the account as a whole is one replica's to ask.
                if self._asking is None and self._shard.owns(self.target.name):
                    self._asking = asyncio.create_task(self._ask_extras())
                await self._list()
                self._step = f"the utilisation of {self._state.name}"
                await self._measure()
                if self._asking is not None:  # it may take its time: it is no figure
                    await asyncio.wait({self._asking}, timeout=MIN_PATIENCE_SECONDS)
                self._tell_refusals()
        finally:
            self._step = ""
            self._tried = True

    @property
    def progress(self) -> Progress:
        """How far the refresh under way is."""
        states = self._sweeps.states
        waiting = [state for state in states if not state.tried]
        waiting.sort(key=lambda state: state.task is None)  # what has not begun waits for those
        names = tuple(state.name for state in waiting)
        return Progress(len(states) - len(names), len(states), names, self._step, self._tried)

    def look_first_in(self, places: Collection[tuple[str, str]]) -> None:
        """Accounts and regions where an earlier process found something."""
        self._sweeps.used_before = places

    async def changes(self) -> AsyncIterator[None]:
        """Moments at which a listing was read again, as the cloud told that something changed."""
        tell = self.target.provider.changes
        while tell is not None:
            await asyncio.sleep(EVENTS_PAUSE_SECONDS)
            if not self._state.up:
                continue
            try:
                async for told in tell(self.client):
                    self._failures.well("events", f"events of {self._state.name}")
                    await self._sweeps.look_again(told)
                    yield
                    await asyncio.sleep(EVENTS_PAUSE_SECONDS)
            except CollectError as error:  # each refresh lists all of it none the less
                self._failures.failed("events", error)
                await asyncio.sleep(self.target.settings.interval_seconds)
            else:
                return

    def move(self, seconds: float) -> None:
        """The clock was set: what was seen and asked moves with it."""
        self._moved_seconds += seconds
        self._sweeps.move(seconds)
        self._measurer.due.move(seconds)
        self._rounds = [_moved(fresh, seconds) for fresh in self._rounds]

    async def close(self) -> None:
        """Stop what still runs, and close the client."""
        tasks = self._sweeps.running()
        if self._asking is not None:
            tasks.append(self._asking)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.client.close()

    def contribute(self) -> Contribution:
        """What is known by now; Points and last reads are handed over once."""
        rounds, self._rounds = self._rounds, []
        return replace(self.preview(), gone=self._sweeps.hand_over_gone(), rounds=rounds)

    def preview(self) -> Contribution:
        """What is known by now, for a look at it: what is handed over once stays here."""
        progress = self.progress
        return Contribution(
            self.target,
            self._measurer.waits,
            self._state,
            self._sweeps.last_good(),
            (),
            self._sweeps.outcomes(),
            self._measurer.outcomes(),
            [],
            self._extras,
            self._tried,
            refused_to(self.client),
            progress.ended,
            progress.known,
        )

    def take_back(self, contribution: Contribution) -> None:
        """What no Snapshot was built of is handed over once more."""
        self._rounds = [*contribution.rounds, *self._rounds]
        self._sweeps.take_back_gone(contribution.gone)

    async def _connect(self) -> bool:
        accounts: list[str] = []

        async def connect() -> None:
            accounts.extend(await self.client.connect())

        error = await self._attempts.attempt("connect", connect())
        name = self._state.name
        if name == self.target.settings.provider and len(accounts) == 1:
            name = f"{name}/{accounts[0]}"  # nobody gave it a name, so the account does
        account_ids = tuple(accounts) if error is None else self._state.account_ids
        self._state = TargetState(name, self.label, error is None, str(error or ""), account_ids)
        if error is None:
            self._failures.well("connect", f"target {name}")
            return True
        self._failures.failed("connect", f"target {name} cannot be reached: {error}")
        self._sweeps.mark_failed(str(error))
        return False

    async def _list(self) -> None:
        self._step = f"the places of {self._state.name}"
        await self._sweeps.start()
        self._step = ""  # the sweeps themselves say what is waited for
        running = self._sweeps.running()
        if not running:
            return
        if self._tried:
            patience = max(MIN_PATIENCE_SECONDS, self.target.settings.interval_seconds / 2)
        else:
            patience = max(FIRST_PATIENCE_SECONDS, self._attempts.deadline_seconds)
        await asyncio.wait(running, timeout=patience)

    async def _measure(self) -> None:
        resources, deadline = self._sweeps.resources(), self._attempts.deadline_seconds
        name, all_departed = self.target.name, self._counters.departed()
        departed = [timeline for timeline in all_departed if timeline.sweep.target == name]
        moved_before = self._moved_seconds
        fresh = await self._measurer.round(resources, departed, self._clock(), deadline)
        fresh = _moved(fresh, self._moved_seconds - moved_before)
        # Only now is the list looked up: another target's publishing has put a new one in its place
        # meanwhile (`contribute`), and what is added to the old one is lost.
        self._rounds.append(fresh)

    def _tell_refusals(self) -> None:
        """Log what is optional and not allowed, once, and once more when it is."""
        before, self._refused = self._refused, {}
        for refusal in refused_to(self.client):
            key = ("optional", refusal.account_id, refusal.permission)
            self._refused[key] = f"optional, and refused: {refusal.purpose}"
            self._failures.failed(key, f"{self._refused[key]}: {refusal.error}")
        for key in before.keys() - self._refused.keys():
            self._failures.well(key, before[key])

    async def _ask_extras(self) -> None:
        async def ask() -> None:
            self._extras = checked(await self.client.extras(self._clock()))

        error = await self._attempts.attempt("extras", ask())
        self._asking = None
        if error is not None:
            self._failures.failed("extras", error)
        else:
            self._failures.well("extras", f"{self.label} extras")


def _moved(fresh: Round, seconds: float) -> Round:
    """A round of reads that was begun before the clock was set."""
    if not seconds:
        return fresh
    asked: list[Asked] = []
    for ask in fresh.asked:
        until, next_read = ask.until + seconds, ask.next_read + seconds
        asked.append(replace(ask, until=until, next_read=next_read))
    released = {name: until + seconds for name, until in fresh.released.items()}
    return replace(fresh, asked=tuple(asked), released=released)
