"""The refresh loop: every Target on its timer, one Snapshot for all, swapped whole."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from time import thread_time
from typing import Generic, TypeVar

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect.advising import Advising, keep_looking
from cloud_carbon_exporter.collect.clock import as_clock, keep_watch
from cloud_carbon_exporter.collect.cluster_side import cluster_news, open_clusters
from cloud_carbon_exporter.collect.comparison import Comparison
from cloud_carbon_exporter.collect.contribution import Contribution, places_in_use
from cloud_carbon_exporter.collect.counters import Counters
from cloud_carbon_exporter.collect.failure_log import FailureLog
from cloud_carbon_exporter.collect.first_figures import show_first_figures
from cloud_carbon_exporter.collect.heap import Heap
from cloud_carbon_exporter.collect.progress import Progress, say_progress, sentence
from cloud_carbon_exporter.collect.settings import CollectSettings
from cloud_carbon_exporter.collect.side_tasks import unless_it_fails
from cloud_carbon_exporter.collect.snapshot import SnapshotBuilder
from cloud_carbon_exporter.collect.surroundings import SurroundingsIndex
from cloud_carbon_exporter.collect.target import Shared, Target
from cloud_carbon_exporter.collect.target_run import TargetRun
from cloud_carbon_exporter.collect.threads import beside
from cloud_carbon_exporter.grid import Feed
from cloud_carbon_exporter.model.snapshot import ClockNews, Snapshot
from cloud_carbon_exporter.providers.owing import owed_by
from cloud_carbon_exporter.providers.spec import Client

log = logging.getLogger(__name__)

Rendered = TypeVar("Rendered")


class Collector(Generic[Rendered]):
    """Holds the Snapshot, and what `render` made of it.

    Lives on one event loop; the heavy parts run in a thread.
    """

    def __init__(
        self,
        targets: Sequence[Target],
        settings: CollectSettings,
        budget: Budget,
        render: Callable[[Snapshot], Rendered],
        clock: Callable[[], float],
    ) -> None:
        self.settings, self.budget = settings, budget
        self._clock = clock = as_clock(clock)
        self._feed = Feed(settings.grid, budget.meter("grid"), budget.error, FailureLog(), clock)
        surroundings = SurroundingsIndex(self._feed)
        self.counters = Counters(surroundings.of, settings.stale_after_seconds)
        self.comparison = Comparison(self.counters.services)
        self.clusters = open_clusters(settings, budget, self.counters, clock)
        shared = Shared(
            budget,
            self.counters,
            surroundings.of,
            clock,
            settings.stale_after_seconds,
            settings.shard,
        )
        self.runs = [TargetRun(target, shared) for target in targets]
        self._builder = SnapshotBuilder(
            self.counters,
            self.comparison,
            surroundings,
            budget,
            stale_after=settings.stale_after_seconds,
            counting=settings.mode == "background",
            whole=settings.shard.of == 1,
        )
        self._render = render
        self._advising = Advising(settings.dismissed, settings.past_loads, settings.advice)
        self._publishing, self._heap = asyncio.Lock(), Heap()
        self._asked = self._published = 0
        self._round: asyncio.Task[None] | None = None
        self.snapshot = Snapshot(taken_at=clock())
        self.exposition = render(self.snapshot)

    async def run(self) -> None:
        """Refresh every target on its own timer, for ever; the first time at once."""
        used_before = {(key.account_id, key.region) for key in self.counters.accounts()}
        for target in self.runs:
            target.look_first_in(used_before)
        async with asyncio.TaskGroup() as group:
            for target in self.runs:
                group.create_task(self._keep_fresh(target))
                group.create_task(self._watch(target))
            group.create_task(say_progress(self.target_progress))
            group.create_task(show_first_figures(self.target_progress, self.preview))
            group.create_task(keep_watch(self._clock))
            group.create_task(keep_looking(self.advise))

    def target_progress(self) -> list[Progress]:
        """How far the refresh under way of each target is."""
        return [run.progress for run in self.runs]

    @property
    def clients(self) -> Mapping[str, Client]:
        """What talks to the cloud of each target, by the target's name."""
        return {run.target.name: run.client for run in self.runs}

    @property
    def progress(self) -> str:
        """How far the first collection is, in a sentence; empty once it has ended."""
        if self.snapshot.first_collection_done:
            return ""
        return sentence(self.target_progress())

    async def refresh(self) -> None:
        """One collection of every target, then a new Snapshot."""
        await asyncio.gather(*(run.refresh() for run in self.runs))
        await self.publish()

    async def collect_for_scrape(self, timeout_seconds: float) -> None:
        """Make the Snapshot no older than the interval, or as good as the timeout allows.

        For -collect.mode=scrape. Scrapes that come meanwhile share the one collection; what is not
        finished in time goes on for the next.
        """
        self._follow_clock()
        young = 0 <= self._age() < self.settings.interval_seconds  # below 0: the clock was set back
        if self.snapshot.first_collection_done and young:
            return
        if self._round is None or self._round.done():
            self._round = asyncio.create_task(self.refresh())
        ended, _ = await asyncio.wait({self._round}, timeout=timeout_seconds)
        if not ended:
            await self.publish()

    async def publish(self) -> None:
        """Build, render and swap in what is known by now."""
        self._asked += 1
        asked = self._asked
        async with self._publishing:
            if self._published >= asked:  # another took what this one had to tell while it waited
                return
            # Of all who ask while one Snapshot is built, the first builds the next for the others.
            self._published = self._asked
            self._follow_clock()
            contributions = [run.contribute() for run in self.runs]
            await self._ask_grid(contributions)
            await self.clusters.feed.refresh()
            try:
                built = await beside(lambda: self._build(self._clock(), contributions))
            except Exception:  # a defect of ours must not end the loop: the last Snapshot stays
                log.exception("no new snapshot could be built")
                for run, contribution in zip(self.runs, contributions, strict=True):
                    run.take_back(contribution)
                return
            self.snapshot, self.exposition = built

    async def advise(self) -> None:
        """Look on for advice in what is shown, and publish anew where a look has ended."""
        async with self._publishing:
            shown, before = self.snapshot, self._advising.newest
            if self.settings.mode == "scrape" or not (shown.counted and not shown.progress):
                return
            with unless_it_fails("looking for advice"):
                await beside(lambda: self._advising.look(shown, self.counters.loads))
        if self._advising.newest is not before:
            await self.publish()

    async def preview(self) -> float:
        """Swap in what has been listed so far, amid the first collection; nothing is counted.

        Nothing is asked for it, and all that is handed over once waits for `publish`. Returns the
        seconds of CPU it took.
        """
        cpu_seconds = 0.0

        def build() -> tuple[Snapshot, Rendered]:
            nonlocal cpu_seconds
            began = thread_time()
            built = self._build(self._clock(), contributions, advance=False)
            cpu_seconds = thread_time() - began
            return built

        async with self._publishing:
            if self.snapshot.first_collection_done:
                return cpu_seconds
            self._follow_clock()
            contributions = [run.preview() for run in self.runs]
            with unless_it_fails("a look amid the first collection"):
                self.snapshot, self.exposition = await beside(build)
        return cpu_seconds

    async def _ask_grid(self, contributions: Sequence[Contribution]) -> None:
        if not self.settings.grid.preferences:
            return
        with unless_it_fails("asking the sources of grid intensity"):
            await self._feed.refresh(await beside(lambda: places_in_use(contributions)))

    def _follow_clock(self) -> None:
        """Move all marks with the clock, if it is set; under the lock, as nothing is built then."""
        if self.settings.mode == "scrape":
            # Nothing is counted, and a copy that was frozen since the last scrape, as Lambda does
            # it, has missed the time: all is as old as the machine says.
            self._clock.believe()
            return
        # Before anything is shown there is nothing that an old time could stand beside.
        seconds = self._clock.follow(at_once=not self.snapshot.rows)
        if seconds:
            self.counters.move(seconds)
            self.budget.move(seconds)
            self._builder.move(seconds)
            self._advising.book.move(seconds)
            self.clusters.move(seconds)
            for run in self.runs:
                run.move(seconds)

    async def close(self) -> None:
        """Stop collecting and close every connection."""
        if self._round is not None:
            self._round.cancel()
            await asyncio.gather(self._round, return_exceptions=True)
        await asyncio.gather(
            self._feed.close(),
            self.clusters.feed.close(),
            *(run.close() for run in self.runs),
            return_exceptions=True,
        )

    def owed(self) -> Sequence[str]:
        """What `close` gives back to the clouds."""
        return owed_by(run.client for run in self.runs)

    async def end(self, running: asyncio.Task[None]) -> None:
        """End `running`, this collector's `run`, between two Snapshots; nothing counts any more.

        `close` comes after it, and may take its time.
        """
        self._feed.give_up()  # a source that hangs holds up no Snapshot now
        self.clusters.feed.give_up()
        # Under the lock nothing is being built any more, in a thread that would go on.
        async with self._publishing:
            await self._end(running)

    async def hand_over(self, running: asyncio.Task[None], successor: Collector[Rendered]) -> None:
        """End as `end` does; another, not started yet, goes on counting where this one ends."""
        async with self._publishing:
            await self._end(running)
            for ours, theirs in (
                (self.counters, successor.counters),
                (self.counters.water, successor.counters.water),
                (self.counters.loads, successor.counters.loads),
                (self.counters.loads.workloads, successor.counters.loads.workloads),
                (self.comparison, successor.comparison),
                (self.clusters.counters, successor.clusters.counters),
            ):
                theirs.load(await asyncio.to_thread(list, ours.dump()))

    async def _end(self, running: asyncio.Task[None]) -> None:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    def _build(
        self, now: float, contributions: Sequence[Contribution], *, advance: bool = True
    ) -> tuple[Snapshot, Rendered]:
        news = ClockNews(self._clock.apart, self._clock.steps)
        built = self._builder.build(now, contributions, advance=advance)
        clusters = cluster_news(self.clusters, self.counters, built.rows, now, advance=advance)
        snapshot = self._advising.known(replace(built, clock=news, clusters=clusters))
        rendered = self._render(snapshot)
        if advance:  # what is set aside is to be the estate, not what lists it
            self._heap.settle(len(snapshot.rows))
        return snapshot, rendered

    def _age(self) -> float:
        return self._clock() - self.snapshot.taken_at

    async def _watch(self, run: TargetRun) -> None:
        """Publish what was listed between two refreshes, where a cloud tells of changes."""
        async for _ in run.changes():
            await self.publish()

    async def _keep_fresh(self, run: TargetRun) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            await run.refresh()
            await self.publish()
            interval = run.target.settings.interval_seconds
            due = max(due + interval, loop.time())  # a round that took longer is not made up for
            await asyncio.sleep(due - loop.time())
