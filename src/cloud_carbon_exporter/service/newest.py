"""The collector whose figures are shown: the one at work, or the one before it during a reload."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field

from cloud_carbon_exporter import exposition
from cloud_carbon_exporter.collect import Collector
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.web.web_thread import on

Collecting = Collector[exposition.Exposition]


@dataclass(slots=True)
class Newest:
    """The collector at work; what the one before it had stays shown until this one has collected.

    home: the loop where collecting runs; scrapes come from another. Read in the thread of the HTTP
    side, replaced in that of the collecting.
    """

    current: Collecting
    before: Collecting | None = None
    home: asyncio.AbstractEventLoop | None = None
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

    @property
    def progress(self) -> str:
        """How far the first collection is, in a sentence; empty once there is something to show."""
        return self.shown.progress

    async def collect_for_scrape(self, timeout_seconds: float) -> None:
        """Collect now, as the collector at work does."""
        assert self.home is not None
        await on(self.home, self._collect_at_home(timeout_seconds))

    async def _collect_at_home(self, timeout_seconds: float) -> None:
        """Collect there, with whichever is at work by then: a reload may come in between."""
        await self.current.collect_for_scrape(timeout_seconds)
