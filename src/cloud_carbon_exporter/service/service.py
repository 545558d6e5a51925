"""What collects and what is shown, under the configuration in force; a reload puts others in their
place.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cloud_carbon_exporter
from cloud_carbon_exporter import exposition, logs
from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector
from cloud_carbon_exporter.config import Settings
from cloud_carbon_exporter.errors import ConfigError, ExporterError
from cloud_carbon_exporter.exposition.families import matching
from cloud_carbon_exporter.model.types import Snapshot
from cloud_carbon_exporter.service.opening import missing_credentials, open_collector
from cloud_carbon_exporter.storage.state_file import Section, StateFile
from cloud_carbon_exporter.version import model_version
from cloud_carbon_exporter.web.app import make_app
from cloud_carbon_exporter.web.listener import Listener
from cloud_carbon_exporter.web.settings import SERVING, WebSettings
from cloud_carbon_exporter.web.trend import Trend
from cloud_carbon_exporter.web.web_thread import WebThread, on

log = logging.getLogger(__name__)

LARGE_BYTES = 16 << 20  # what VictoriaMetrics' agent takes at most, by default
_FIXED = {
    "listen": "-listen",
    "state_file": "-state.file",
    "web_config_file": "-web.config.file",
    "push": "destination of pushes",
}

Collecting = Collector[exposition.Exposition]


def shown(settings: Settings) -> exposition.Settings:
    """What is exported and how."""
    return exposition.Settings(
        tags=settings.tags,
        labels=settings.labels,
        families=matching(settings.families) if settings.families else None,
        aggregate=settings.aggregate,
        upstream_names=settings.upstream_names,
        version=cloud_carbon_exporter.__version__,
        model_version=model_version(),
    )


def web_settings(settings: Settings) -> WebSettings:
    """What the HTTP side is told."""
    return WebSettings(
        exposition=shown(settings), mode=settings.mode, version=cloud_carbon_exporter.__version__
    )


@dataclass(slots=True)
class Newest:
    """The collector at work; what the one before it had stays shown until the first collection has
    ended.

    Read in the thread of the HTTP side, replaced in that of the collecting.
    """

    current: Collecting
    before: Collecting | None = None
    home: asyncio.AbstractEventLoop | None = (
        None  # where collecting runs; scrapes come from another
    )
    _replacing: threading.Lock = field(default_factory=threading.Lock)

    def replace(self, current: Collecting, before: Collecting | None) -> None:
        """Put another collector to work."""
        with self._replacing:
            self.current, self.before = current, before

    @property
    def shown(self) -> Collecting:
        """Whose figures are shown."""
        with self._replacing:
            if self.current.snapshot.first_collection_done:
                self.before = None
            return self.before or self.current

    @property
    def snapshot(self) -> Snapshot:
        """The newest Snapshot."""
        return self.shown.snapshot

    @property
    def exposition(self) -> exposition.Exposition:
        """Its rendering."""
        return self.shown.exposition

    async def collect_for_scrape(self, timeout_seconds: float) -> None:
        """Collect now, as the collector at work does."""
        assert self.home is not None
        await on(self.home, self.current.collect_for_scrape(timeout_seconds))


@dataclass(frozen=True, slots=True)
class Bound:
    """Where it listens: http or https, and the socket addresses, which know the real port."""

    scheme: str
    addresses: Sequence[Any]


class Service:
    """All that serves. `run` it; `reload` reads the configuration again, and changes nothing when
    it is the same.
    """

    def __init__(self, settings: Settings, reread: Callable[[], Settings]) -> None:
        self._settings = settings
        self._reread = reread
        self._trend = Trend()
        self._large = False
        self._kept: StateFile | None = None
        self._newest = Newest(self._open(settings, None))
        self._sections: dict[str, Section] = {"history": self._trend}
        self._keep()
        if settings.state_file:
            kept = StateFile(Path(settings.state_file), self._sections)
            kept.load()
            self._kept = kept
        app = make_app(web_settings(settings), self._newest, self._trend)
        self._serving = app[SERVING]
        self._listener, self._web_thread = Listener(app, settings.web_config_file), WebThread()
        self._collecting: asyncio.Task[None] | None = None
        self._reloading = asyncio.Lock()

    def _open(self, settings: Settings, budget: Budget | None) -> Collecting:
        render = exposition.Renderer(shown(settings))

        def show(snapshot: Snapshot) -> exposition.Exposition:
            self._trend.record(snapshot)
            rendered = render(snapshot)
            self._warn_if_large(rendered.text.size, settings)
            if self._kept is not None and snapshot.first_collection_done:
                # before it is shown: a killed process must not have counted further
                self._kept.save_if_due()
            return rendered

        return open_collector(settings, show, budget=budget)

    def _warn_if_large(self, size: int, settings: Settings) -> None:
        if size > LARGE_BYTES and not self._large:
            remedies = (
                "-metrics.labels=slim, " if settings.labels == "full" else ""
            ) + "-metrics.families"
            log.warning(
                "/metrics is %.1f MiB: more than the 16 MiB some agents take by default (-promscrape.maxScrapeSize of "
                "vmagent); %s or -metrics.aggregate make it smaller",
                size / (1 << 20),
                remedies,
            )
        self._large = size > LARGE_BYTES

    def _keep(self) -> None:
        current = self._newest.current
        self._sections |= {"counters": current.counters, "budget": current.budget}

    async def listen(self, host: str, port: int) -> Bound:
        """Answer from now on; where. Raises OSError if the port is taken, ConfigError for a web
        config not followed.
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
        missing = await missing_credentials([run.client for run in self._newest.current.runs])
        if missing:
            raise ExporterError("; ".join(str(error) for error in missing))
        while True:
            collecting = self._collecting = asyncio.create_task(
                self._collect(self._newest.current, self._settings.mode)
            )
            await asyncio.wait({collecting})
            if not collecting.cancelled():
                collecting.result()
            async with (
                self._reloading
            ):  # it was ended by a reload, which has put another in its place
                pass

    async def _collect(self, collector: Collecting, mode: str) -> None:
        if mode == "scrape":
            await asyncio.Event().wait()  # each scrape collects
        await collector.run()

    async def reload(self) -> None:
        """Read the configuration again. Raises ConfigError when it cannot be followed; the one in
        force then stays.
        """
        async with self._reloading:
            try:
                settings = await asyncio.to_thread(self._reread)
                changed = settings != self._settings
                opened = self._open(settings, self._newest.current.budget) if changed else None
                try:
                    await self._web_thread.run(self._listener.reload())
                except ConfigError:
                    if opened is not None:
                        await opened.close()
                    raise
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

    async def _replace(self, opened: Collecting, settings: Settings) -> None:
        if (settings.log_level, settings.log_format) != (
            self._settings.log_level,
            self._settings.log_format,
        ):
            logs.configure(settings.log_level, settings.log_format)
        for warning in settings.warnings:
            log.warning("%s", warning)
        for name, flag in _FIXED.items():
            if getattr(settings, name) != getattr(self._settings, name):
                log.warning("reload: a new %s takes a restart", flag)
        before = self._newest.current
        if self._collecting is not None:
            await before.hand_over(self._collecting, opened)
        else:
            await before.close()
        shown = self._newest.shown
        waits = settings.mode == "background" and shown.snapshot.first_collection_done
        self._newest.replace(opened, shown if waits else None)
        self._settings = settings
        self._serving.settings = web_settings(settings)
        self._keep()

    async def close(self) -> None:
        """Keep what a restart must not lose, then stop everything: an answer under way may hang
        until the deadline.
        """
        collector = self._newest.current
        if self._kept is not None and self._collecting is not None:
            await collector.end(self._collecting)  # what is saved must not be counted on meanwhile
        elif self._collecting is not None:
            self._collecting.cancel()
            await asyncio.gather(self._collecting, return_exceptions=True)
        if self._kept is not None:
            if self._newest.snapshot.first_collection_done:
                self._kept.save()
            self._kept.close()
        await self._web_thread.run(self._listener.cleanup())
        await self._web_thread.close()
        await collector.close()
