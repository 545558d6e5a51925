"""Questions to the sources of grid intensity: who is asked when, and who serves when one fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsMissing,
    CredentialsRefused,
    Malformed,
    NotThere,
    PermissionMissing,
    Throttled,
)
from cloud_carbon_exporter.grid import zone_state
from cloud_carbon_exporter.grid.series import at_moment, spans_of
from cloud_carbon_exporter.grid.settings import GridSettings, Preference
from cloud_carbon_exporter.grid.spec import Ask, Fetch, Source, Web, ZoneIntensity
from cloud_carbon_exporter.grid.web import SourceWeb, open_session
from cloud_carbon_exporter.grid.zone_state import ZoneState
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.grid import Method

log = logging.getLogger(__name__)

CALLS_PER_SOURCE = 4
_METHODS: tuple[Method, ...] = ("live", "marginal")
# What may be refused for the past, and given for the present.
_REFUSALS = (CredentialsRefused, PermissionMissing, NotThere, Throttled, Malformed)
# Whatever the zone: the next call to the same source fails as this one did.
_OF_THE_WHOLE_SOURCE = (CredentialsMissing, CredentialsRefused, Throttled)


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


class StateKey(NamedTuple):
    """Which ZoneState. rank: of the preference; zone: empty where one answer holds them all."""

    rank: int
    zone: str


class Asking:
    """Asks the preferred source of each zone, and the next where it has none."""

    def __init__(
        self,
        settings: GridSettings,
        meter: Meter,
        count_error: Callable[[str, str, str], None],
        changes: Changes,
        clock: Callable[[], float],
    ) -> None:
        self.version = 0
        self._settings = settings
        self._meter, self._count_error = meter, count_error
        self._changes, self._clock = changes, clock
        self._session = open_session()
        self._webs: list[Web] = [self._web(preference) for preference in settings.preferences]
        self._limits = [asyncio.Semaphore(CALLS_PER_SOURCE) for _ in settings.preferences]
        # Until when a source as a whole is left alone, by rank.
        self._resting: dict[int, float] = {}
        self._states: dict[StateKey, ZoneState] = {}

    def state(self, rank: int, zone: str) -> ZoneState:
        """What is known of a zone from the source of this rank."""
        whole = self._settings.preferences[rank].source.whole
        return self._states.get(StateKey(rank, "" if whole else zone), ZoneState())

    def answered(self) -> Iterable[tuple[StateKey, ZoneState]]:
        """All that was ever asked for, and what became of it."""
        return list(self._states.items())

    async def ask_all(self, zones: Collection[str]) -> None:
        """Ask all that is due for these zones."""
        # First, as the zones look into what these answer.
        for rank, preference in enumerate(self._settings.preferences):
            if preference.source.whole:
                await self._ask(rank, "", "")
        await asyncio.gather(*map(self._ask_zone, zones))

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    def _web(self, preference: Preference) -> SourceWeb:
        return SourceWeb(
            self._session,
            preference.source.name,
            preference.source.base_url,
            argument=preference.argument,
            secrets=self._settings.secrets,
            options=self._settings.options,
            count=self._count,
        )

    def _count(self, source: str, operation: str, outcome: str) -> None:
        self._meter.call(account_id="", api=source, operation=operation, outcome=outcome)

    async def _ask_zone(self, zone: str) -> None:
        """Ask in the order of preference until one speaks for the present; each method apart."""
        for method in _METHODS:
            for rank, preference in self._settings.preferred(zone, method):
                name = source_zone(preference, zone)
                if name is None:
                    continue
                if not preference.source.whole:
                    await self._ask(rank, zone, name)
                if self._speaks_now(rank, zone, name):
                    await self._foresee(rank, zone, name)
                    break

    def _speaks_now(self, rank: int, zone: str, name: str) -> bool:
        source = self._settings.preferences[rank].source
        spans = spans_of(self.state(rank, zone).of(name), source.name, source.hold_seconds)
        return at_moment(spans, self._clock()) is not None

    async def _ask(self, rank: int, zone: str, name: str) -> None:
        source, key = self._settings.preferences[rank].source, StateKey(rank, zone)
        about: object = ("grid", rank, zone)
        async with self._limits[rank]:
            # Only now: whoever was before may have learnt that the source is to be left alone.
            now, state = self._clock(), self.state(rank, zone)
            resting = self._resting.get(rank, 0.0)
            if any(zone_state.rests(now, due, source) for due in (state.due, resting)):
                return
            ask = Ask(name, state.since(now, source), now)
            error: CollectError | None
            try:
                intensities = await self._fetch_since(rank, source, ask)
                state, error = zone_state.accepted(state, source, intensities, self._clock())
            except CollectError as failure:
                state, error = zone_state.failed(state, failure, now), failure
                if isinstance(failure, _OF_THE_WHOLE_SOURCE):
                    self._resting[rank] = state.due
                    about, zone = ("grid", rank), ""
            self._states[key] = state
            self.version += 1
        if error is not None:
            self._failed(about, source.name, zone, error)
            return
        for thing in (about, ("grid", rank)):
            self._changes.well(thing, f"grid source {source.name} {zone}".rstrip())

    async def _foresee(self, rank: int, zone: str, name: str) -> None:
        source = self._settings.preferences[rank].source
        state, now = self.state(rank, zone), self._clock()
        if source.forecast is None or zone_state.rests(now, state.forecast_due, source):
            return
        try:
            async with self._limits[rank]:
                intensities = await self._fetch(rank, source.forecast, Ask(name, now, now))
            state = zone_state.foreseen(state, source, intensities, now)
        except CollectError as error:
            state = zone_state.not_foreseen(state, error, now)
            self._failed(("grid", rank, zone, "forecast"), source.name, f"{zone} forecast", error)
        self._states[StateKey(rank, zone)] = state

    async def _fetch_since(self, rank: int, source: Source, ask: Ask) -> Sequence[ZoneIntensity]:
        """Fetch what is missing; from a source that refuses its history, the present alone.

        Electricity Maps' free plans and others' quotas tell no past, but do tell the present.
        """
        lately = ask.now - max(2 * source.period_seconds, source.hold_seconds)
        present = replace(ask, since=max(ask.since, lately))
        try:
            return await self._fetch(rank, source.live, ask)
        except _REFUSALS:
            if present == ask or source.whole:
                raise
        return await self._fetch(rank, source.live, present)

    async def _fetch(self, rank: int, fetch: Fetch, ask: Ask) -> Sequence[ZoneIntensity]:
        try:
            return await fetch(self._webs[rank], ask)
        except CollectError:
            raise
        except Exception as error:  # an answer of a shape nobody thought of must not end the loop
            log.debug("grid source %d", rank, exc_info=True)
            raise CollectError(f"unexpected {type(error).__name__}") from None

    def _failed(self, about: object, source: str, zone: str, error: CollectError) -> None:
        self._count_error("grid", source, error.reason)
        hint = f" ({error.hint})" if error.hint else ""
        where = f"grid source {source} {zone}".rstrip()
        self._changes.failed(about, f"{where}: {error.message}{hint}")


def source_zone(preference: Preference, zone: str) -> str | None:
    """Name a source has for a grid zone; None where it does not know it."""
    if preference.source.identity:
        return zone
    return facts.zone_names(preference.source.name).get(zone)
