"""Keeps the live intensities of the zones in use: asks the preferred source, and the next where it
has none.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Protocol

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsMissing,
    CredentialsRefused,
    Throttled,
)
from cloud_carbon_exporter.grid import book
from cloud_carbon_exporter.grid.book import Page
from cloud_carbon_exporter.grid.series import Piece, at_moment, blend, overlay, pieces
from cloud_carbon_exporter.grid.settings import GridSettings, Preference
from cloud_carbon_exporter.grid.spec import Ask, Fetch, Reading, Web
from cloud_carbon_exporter.grid.web import SourceWeb, open_session
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.grid import GridSource, Method

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 2.0
CALLS_PER_SOURCE = 4

PlaceKey = tuple[str, str]  # provider, region (or a zone with figures of its own)


class Meter(Protocol):
    """Where calls are counted."""

    def call(
        self, *, account_id: str, api: str, operation: str, outcome: str = "success", units: int = 0
    ) -> None:
        """Count one call."""
        ...


class Changes(Protocol):
    """Where failures that last are said once."""

    def failed(self, thing: object, error: object) -> None:
        """It fails."""
        ...

    def well(self, thing: object, text: str) -> None:
        """It works."""
        ...


class Feed:
    """The live and marginal intensities of all places in use. Reading is safe from any thread;
    asking has one loop.

    meter, count_error: where calls, and errors by (provider, operation, reason), are counted. The
        provider is "grid".
    """

    def __init__(
        self,
        settings: GridSettings,
        meter: Meter,
        count_error: Callable[[str, str, str], None],
        changes: Changes,
        clock: Callable[[], float],
    ) -> None:
        self.settings = settings
        self._meter, self._count_error, self._changes, self._clock = (
            meter,
            count_error,
            changes,
            clock,
        )
        self._session = open_session()
        self._webs: list[Web] = [self._web(preference) for preference in settings.preferences]
        self._limits = [asyncio.Semaphore(CALLS_PER_SOURCE) for _ in settings.preferences]
        self._resting: dict[int, float] = {}  # until when a source as a whole is left alone
        self._pages: dict[tuple[int, str], Page] = {}
        self.version = 0  # of all that was read; another number, another answer
        self._made: dict[tuple[PlaceKey, Method], tuple[int, list[Piece]]] = {}
        self._round: asyncio.Task[None] | None = None
        self._tried = False

    def _web(self, preference: Preference) -> SourceWeb:
        return SourceWeb(
            self._session,
            preference.source.name,
            preference.source.base_url,
            argument=preference.argument,
            secrets=self.settings.secrets,
            options=self.settings.options,
            count=self._count,
        )

    def _count(self, source: str, operation: str, outcome: str) -> None:
        self._meter.call(account_id="", api=source, operation=operation, outcome=outcome)

    async def refresh(self, places: Collection[PlaceKey]) -> None:
        """Ask what is due for these places. A slow source is not waited for; its answer is there
        the next time.
        """
        if not self.settings.preferences:
            return
        if self._round is None or self._round.done():
            zones = {
                zone
                for place in (*places, *self.settings.places)
                for zone in facts.grid_zones(*place)
            }
            self._round = asyncio.create_task(self._ask_all(zones))
        patience = PATIENCE_SECONDS if self._tried else self.settings.patience_seconds
        await asyncio.wait({self._round}, timeout=patience)
        self._tried = True

    def give_up(self) -> None:
        """Wait no longer for what is being asked."""
        if self._round is not None:
            self._round.cancel()

    async def close(self) -> None:
        """Stop asking."""
        if self._round is not None:
            self._round.cancel()
            await asyncio.gather(self._round, return_exceptions=True)
        await self._session.close()

    def pieces(self, place: PlaceKey, method: Method) -> list[Piece]:
        """What a place has of a method over time: of its zones, each from the best source at each
        moment.
        """
        version, made = self._made.get((place, method), (-1, []))
        if version != self.version:
            version = self.version
            zones = facts.grid_zones(*place) or {"": 1.0}
            made = blend(
                [(weight, self._of_zone(place, zone, method)) for zone, weight in zones.items()]
            )
            self._made[place, method] = (version, made)
        return made

    def forecast(self, place: PlaceKey, method: Method) -> list[Piece]:
        """The same, ahead."""
        zones = facts.grid_zones(*place) or {"": 1.0}
        return blend([(weight, self._ahead(zone, method)) for zone, weight in zones.items()])

    def states(self) -> tuple[GridSource, ...]:
        """How each source did the last time it was asked for each zone."""
        found = []
        for (rank, zone), page in list(self._pages.items()):
            name = self.settings.preferences[rank].source.name
            found.append(GridSource(name, zone, page.error, page.last_success))
        return tuple(found)

    def _of_zone(self, place: PlaceKey, zone: str, method: Method) -> list[Piece]:
        provider, region = place
        layers: list[list[Piece]] = []
        for rank, preference in self._preferences(zone, method):
            source = preference.source
            if source.whole:
                page = self._pages.get((rank, ""), Page())
                names: Sequence[str] = (f"{provider}:{region}", region, zone)
            else:
                page = self._pages.get((rank, zone), Page())
                names = (_name(preference, zone) or "",)
            for name in filter(None, names):
                mine = [reading for reading in page.readings if reading.zone == name]
                layers.append(pieces(mine, source.name, source.hold_seconds))
        return overlay(layers)

    def _ahead(self, zone: str, method: Method) -> list[Piece]:
        layers = [
            pieces(self._pages.get((rank, zone), Page()).forecast, preference.source.name, 0)
            for rank, preference in self._preferences(zone, method)
        ]
        return overlay(layers)

    def _preferences(self, zone: str, method: Method) -> Iterator[tuple[int, Preference]]:
        for rank, preference in enumerate(self.settings.preferences):
            if preference.source.method == method and preference.zone in ("", zone):
                yield rank, preference

    async def _ask_all(self, zones: Collection[str]) -> None:
        for rank, preference in enumerate(self.settings.preferences):
            if preference.source.whole:
                await self._ask(rank, "", "")
        await asyncio.gather(*(self._ask_zone(zone) for zone in zones))

    async def _ask_zone(self, zone: str) -> None:
        """The preferred sources in order, until one speaks for the present; averages and marginal
        values apart.
        """
        for method in ("live", "marginal"):
            for rank, preference in self._preferences(zone, method):
                source, name = preference.source, _name(preference, zone)
                if name is None:
                    continue
                if not source.whole:
                    await self._ask(rank, zone, name)
                page = self._pages.get((rank, "" if source.whole else zone), Page())
                mine = [reading for reading in page.readings if reading.zone == name]
                if (
                    at_moment(pieces(mine, source.name, source.hold_seconds), self._clock())
                    is not None
                ):
                    await self._foresee(rank, zone, name)
                    break

    async def _ask(self, rank: int, zone: str, name: str) -> None:
        source, key = self.settings.preferences[rank].source, (rank, zone)
        async with self._limits[rank]:
            now, page = self._clock(), self._pages.get(key, Page())
            if now < page.due or now < self._resting.get(rank, 0):
                return
            ask = Ask(name, page.since(now, source), now)
            thing: object = ("grid", rank, zone)
            try:
                readings = await self._fetch(rank, source.live, ask)
                page, error = book.accepted(page, source, readings, self._clock())
            except CollectError as failure:
                page, error = book.failed(page, failure, now), failure
                if isinstance(failure, CredentialsMissing | CredentialsRefused | Throttled):
                    self._resting[rank] = page.due
                    thing, zone = ("grid", rank), ""
            self._pages[key] = page
            self.version += 1
        if error is None:
            for each in (thing, ("grid", rank)):
                self._changes.well(each, f"grid source {source.name} {zone}".rstrip())
            return
        self._failed(thing, source.name, zone, error)

    async def _foresee(self, rank: int, zone: str, name: str) -> None:
        source, key = self.settings.preferences[rank].source, (rank, zone)
        page, now = self._pages.get(key, Page()), self._clock()
        if source.forecast is None or now < page.forecast_due:
            return
        try:
            async with self._limits[rank]:
                page = book.foreseen(
                    page, source, await self._fetch(rank, source.forecast, Ask(name, now, now)), now
                )
        except CollectError as error:
            page = book.not_foreseen(page, error, now)
            self._failed(("grid", rank, zone, "forecast"), source.name, f"{zone} forecast", error)
        self._pages[key] = page

    async def _fetch(self, rank: int, fetch: Fetch, ask: Ask) -> Sequence[Reading]:
        try:
            return await fetch(self._webs[rank], ask)
        except CollectError:
            raise
        except Exception as error:  # an answer of a shape nobody thought of must not end the loop
            log.debug("grid source %d", rank, exc_info=True)
            raise CollectError(f"unexpected {type(error).__name__}") from None

    def _failed(self, thing: object, source: str, zone: str, error: CollectError) -> None:
        self._count_error("grid", source, error.reason)
        hint = f" ({error.hint})" if error.hint else ""
        self._changes.failed(
            thing, f"grid source {source} {zone}".rstrip() + f": {error.message}{hint}"
        )


def _name(preference: Preference, zone: str) -> str | None:
    """What the source calls a grid zone; None where it does not know it."""
    return (
        zone if preference.source.identity else facts.zone_names(preference.source.name).get(zone)
    )


def by_hour(ahead: Sequence[Piece], now: float) -> list[tuple[int, float, str]]:
    """(hours ahead, mean grams a kWh, source) of each of the next 24 hours of which half is
    foreseen at least.
    """
    found: list[tuple[int, float, str]] = []
    for hour in range(24):
        start = now + hour * 3600
        sums: dict[str, float] = defaultdict(float)
        grams = 0.0
        for piece in ahead:
            seconds = min(piece.end, start + 3600) - max(piece.start, start)
            if seconds > 0:
                sums[piece.source] += seconds
                grams += seconds * piece.grams_per_kilowatt_hour
        if (known := sum(sums.values())) >= 1800:
            found.append((hour, grams / known, max(sums, key=sums.__getitem__)))
    return found
