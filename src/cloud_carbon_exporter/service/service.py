"""The running program under the configuration in force; a reload puts another in its place."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cloud_carbon_exporter import exposition
from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect.advice_book import AdviceBook
from cloud_carbon_exporter.collect.carbon_budgets import CarbonBudgets
from cloud_carbon_exporter.collect.clock import Clock
from cloud_carbon_exporter.collect.side_tasks import unless_it_fails
from cloud_carbon_exporter.config import Settings
from cloud_carbon_exporter.errors import ConfigError, ExporterError
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.service.advice_prices import keep_priced
from cloud_carbon_exporter.service.budget_keeper import BudgetKeeper
from cloud_carbon_exporter.service.compared_file import ComparedFile
from cloud_carbon_exporter.service.newest import Collecting, Newest
from cloud_carbon_exporter.service.opening import missing_credentials, open_collector
from cloud_carbon_exporter.service.reloaded import say_what_changes
from cloud_carbon_exporter.service.remembering import open_history
from cloud_carbon_exporter.service.shown import SizeWarning, exposition_settings, web_settings
from cloud_carbon_exporter.storage.rows import Section
from cloud_carbon_exporter.storage.state_file import StateFile
from cloud_carbon_exporter.web.app import make_app
from cloud_carbon_exporter.web.listener import Listener
from cloud_carbon_exporter.web.settings import SERVING
from cloud_carbon_exporter.web.trend import Trend
from cloud_carbon_exporter.web.web_thread import WebThread, on

log = logging.getLogger(__name__)

# A program that ends waits so long for a reload under way: well within its second and a half.
RELOAD_PATIENCE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Bound:
    """Where it listens: http or https, and the socket addresses, which know the real port."""

    scheme: str
    addresses: Sequence[Any]


class Service:
    """All that serves. `run` it; `reload` reads the configuration again, and follows it."""

    def __init__(self, settings: Settings, reread: Callable[[], Settings]) -> None:
        self._settings = settings
        self._reread = reread
        self._trend = Trend()
        self._size, self._compared = SizeWarning(), ComparedFile()
        self.clock = Clock()
        self._state: StateFile | None = None
        self._counted = False  # before anything is, the state stays as it was read
        self._budgets = CarbonBudgets(settings.budgets)
        self._advice = AdviceBook()
        self._sections: dict[str, Section] = {
            "advice": self._advice,
            "clock": self.clock,
            "history": self._trend,
            "budgets": self._budgets,
        }
        state = (
            StateFile(Path(settings.state_file), self._sections) if settings.state_file else None
        )
        if state is not None:
            state.read()  # the clock goes on before anything looks at it
        self._history = open_history(settings)
        self._newest = Newest(self._open(settings, None))
        self._keep()
        if state is not None:
            state.hand_out()
        self._state = state
        recorder = self._history.recorder
        self._keeper = BudgetKeeper(self._budgets, recorder.found, recorder.ends)
        told = self._trend, recorder.find, lambda: self._budgets.standings
        app = make_app(web_settings(settings), self._newest, *told, self._advice)
        self._serving = app[SERVING]
        self._listener, self._web_thread = Listener(app, settings.web_config_file), WebThread()
        self._collecting: asyncio.Task[None] | None = None
        self._reloading = asyncio.Lock()
        self._leaving: dict[asyncio.Task[None], Collecting] = {}  # of earlier configurations
        self._closing = False

    def _open(self, settings: Settings, budget: Budget | None) -> Collecting:
        render = exposition.Renderer(exposition_settings(settings))

        def show(snapshot: Snapshot) -> exposition.Exposition:
            with unless_it_fails("the trend"):
                self._trend.record(snapshot)
            # Whatever becomes of the rendering: what the Snapshot has counted no other one tells.
            # One target may be counted while another's first collection goes on.
            if snapshot.counted:
                with unless_it_fails("the budgets"):
                    self._keeper.take(snapshot, counting=settings.mode == "background")
            with self._kept_counted(snapshot):
                shown = replace(snapshot, budgets=self._budgets.standings)
                rendered = render(self._compared.put_in(shown, settings))
            with unless_it_fails("the look at the size"):
                self._size.look_at(rendered.text.size, settings)
            return rendered

        return open_collector(settings, show, budget=budget, clock=self.clock, advice=self._advice)

    @contextmanager
    def _kept_counted(self, snapshot: Snapshot) -> Iterator[None]:
        """Save what was counted.

        Before it is shown: a killed process must not have counted further than is kept. The history
        comes last, whatever happens: its thread makes up a month before a demo, and the first
        Snapshot would wait for that.
        """
        saved = self._state is None
        with unless_it_fails("the state file"):
            if self._state is not None and snapshot.counted:
                self._counted = True
                saved = self._state.save_if_due()
        try:
            yield
        finally:
            with unless_it_fails("the history"):
                if snapshot.counted:
                    self._history.record(snapshot, saved=saved)

    def _keep(self) -> None:
        current = self._newest.current
        self._sections |= {
            "counters": current.counters,
            "water": current.counters.water,
            "held": current.counters.held,
            "loads": current.counters.loads,
            "workloads": current.counters.loads.workloads,
            "budget": current.budget,
            "comparison": current.comparison,
            "kubernetes": current.clusters.counters,
        }

    async def listen(self, host: str, port: int) -> Bound:
        """Answer from now on; where.

        Raises OSError if the port is taken, ConfigError for a web config not followed.
        """
        home = self._newest.home = asyncio.get_running_loop()
        self._serving.reload = lambda: on(home, self.reload())
        await self._web_thread.run(self._listener.open(host, port))
        return Bound(self._listener.scheme, self._listener.addresses)

    @property
    def budget(self) -> Budget:
        """Where the exporter's own traffic is counted."""
        return self._newest.current.budget

    def collected(self) -> exposition.Exposition | None:
        """The newest rendering; None until the first collection has ended."""
        return self._newest.exposition if self._newest.snapshot.first_collection_done else None

    async def run(self) -> None:
        """Collect for ever. Raises ExporterError when no target has credentials."""
        await self._check_credentials()
        while True:
            collecting = self._collecting = asyncio.create_task(
                self._collect(self._newest.current, self._settings.mode)
            )
            await asyncio.wait({collecting})
            if not collecting.cancelled():
                collecting.result()
            # It was ended by a reload, which puts another in its place before it lets go of this.
            async with self._reloading:
                pass

    async def _check_credentials(self) -> None:
        """Raises ExporterError when no target of the configuration in force has credentials."""
        while True:
            collector = self._newest.current
            missing = await missing_credentials(collector.clients)
            if collector is not self._newest.current:
                continue  # reloaded meanwhile, most likely to mend just that
            if missing:
                raise ExporterError("; ".join(str(error) for error in missing))
            return

    async def _collect(self, collector: Collecting, mode: str) -> None:
        if mode == "scrape":
            await asyncio.Event().wait()  # each scrape collects
        async with asyncio.TaskGroup() as group:
            group.create_task(keep_priced(self._settings.advice_bill, collector, self._advice))
            await collector.run()

    async def reload(self) -> None:
        """Read the configuration again.

        Raises ConfigError when it cannot be followed; the one in force then stays.
        """
        async with self._reloading:
            if self._closing:
                return
            try:
                settings = await asyncio.to_thread(self._reread)
                opened = await self._open_if_changed(settings)
            except ConfigError as error:
                self._serving.reloads.failed("configuration")
                log.error("reload: the configuration in force stays: %s", error)
                raise
            if opened is not None:
                await self._replace(opened, settings)
            self._serving.reloads.done("configuration")
            self._serving.reloads.done("web config")
            log.info(
                "reload: %s",
                "nothing has changed" if opened is None else "the new configuration is in force",
            )

    async def _open_if_changed(self, settings: Settings) -> Collecting | None:
        """A collector under the new settings, if they are; the web config is followed as well."""
        opened: Collecting | None = None
        if settings != self._settings:
            opened = self._open(settings, self._newest.current.budget)
        try:
            await self._web_thread.run(self._listener.reload())
        except ConfigError:
            if opened is not None:
                await opened.close()
            raise
        return opened

    async def _replace(self, opened: Collecting, settings: Settings) -> None:
        say_what_changes(self._settings, settings)
        # The old one ends before the new one begins: the same time would count twice.
        before = self._newest.current
        if self._collecting is not None:
            await before.hand_over(self._collecting, opened)
        self._let_go(before)
        shown = self._newest.shown
        waits = settings.mode == "background" and shown.snapshot.first_collection_done
        self._newest.replace(opened, shown if waits else None)
        self._settings = settings
        self._keeper.follow(settings.budgets)
        self._serving.settings = web_settings(settings)
        self._keep()

    def _let_go(self, collector: Collecting) -> None:
        """Close a collector beside the next one: what it gives back to its cloud takes its time."""
        leaving = asyncio.create_task(collector.close())
        self._leaving[leaving] = collector
        leaving.add_done_callback(lambda ended: self._leaving.pop(ended, None))

    def owed(self) -> Sequence[str]:
        """What is to be given back to the clouds before the program ends. Asked by any thread."""
        texts: list[str] = []
        for collector in {self._newest.current, *self._leaving.values()}:
            texts += collector.owed()
        return texts

    async def close(self) -> None:
        """Keep what a restart must not lose, then stop everything.

        In this order, as an answer under way, or what is given back, may hang until the deadline.
        """
        self._closing = True
        # A reload under way puts another collector to work: what is kept must be of that one.
        with suppress(TimeoutError):
            async with asyncio.timeout(RELOAD_PATIENCE_SECONDS), self._reloading:
                pass
        collector = self._newest.current
        if self._collecting is not None:
            await self._end_collecting(collector, self._collecting)
        saved = True
        if self._state is not None:
            if self._counted:
                saved = self._state.save()
            self._state.close()
        await asyncio.to_thread(self._history.close, saved=saved)
        self._let_go(collector)
        await self._web_thread.run(self._listener.cleanup())
        await self._web_thread.close()
        await asyncio.gather(*self._leaving, return_exceptions=True)

    async def _end_collecting(self, collector: Collecting, running: asyncio.Task[None]) -> None:
        if self._state is not None:
            await collector.end(running)  # what is saved must not be counted on meanwhile
            return
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
