"""Feed of live grid intensities: what the zones in use have, each from its best source."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from cloud_carbon_exporter.grid.asking import Asking, Changes, Meter, source_zone
from cloud_carbon_exporter.grid.series import Span, blend, overlay, spans_of
from cloud_carbon_exporter.grid.settings import GridSettings, Preference
from cloud_carbon_exporter.http.round import Round
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.grid import GridSource, Method

PlaceKey = tuple[str, str]
"""Provider, and region (or a zone with figures of its own)."""


class _Blended(NamedTuple):
    """Spans of a place, and the version of the answers they were made of."""

    version: int
    spans: list[Span]


class Feed:
    """Live and marginal intensities of all places in use.

    Reading is safe from any thread; asking has one loop.

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
        self._asking = Asking(settings, meter, count_error, changes, clock)
        self._blended: dict[tuple[PlaceKey, Method], _Blended] = {}
        self._round = Round(settings.patience_seconds)

    @property
    def version(self) -> int:
        """Version of all that was read: another number, another answer."""
        return self._asking.version

    async def refresh(self, places: Collection[PlaceKey]) -> None:
        """Ask what is due for these places.

        A slow source is not waited for; its answer is there the next time.
        """
        if self.settings.preferences:
            await self._round.ask(partial(self._ask_all, (*places, *self.settings.places)))

    def give_up(self) -> None:
        """Wait no longer for what is being asked."""
        self._round.give_up()

    async def close(self) -> None:
        """Stop asking."""
        await self._round.close()
        await self._asking.close()

    async def _ask_all(self, places: Iterable[PlaceKey]) -> None:
        zones: set[str] = set()
        for place in places:
            zones.update(facts.grid_zones(*place))
        await self._asking.ask_all(zones)

    def spans(self, place: PlaceKey, method: Method) -> list[Span]:
        """Spans of a place: of its zones, each from the best source at each moment."""
        known = self._blended.get((place, method))
        version = self.version
        if known is None or known.version != version:
            known = _Blended(version, self._blend(place, method, self._of_zone))
            self._blended[place, method] = known
        return known.spans

    def forecast(self, place: PlaceKey, method: Method) -> list[Span]:
        """Spans of a place that lie ahead."""
        return self._blend(place, method, self._ahead)

    def states(self) -> tuple[GridSource, ...]:
        """How each source did the last time it was asked for each zone."""
        states = []
        for key, state in self._asking.answered():
            source = self.settings.preferences[key.rank].source
            states.append(GridSource(source.name, key.zone, state.error, state.last_success))
        return tuple(states)

    def _blend(
        self,
        place: PlaceKey,
        method: Method,
        of_zone: Callable[[PlaceKey, str, Method], list[Span]],
    ) -> list[Span]:
        weighted = []
        for zone, weight in (facts.grid_zones(*place) or {"": 1.0}).items():
            weighted.append((weight, of_zone(place, zone, method)))
        return blend(weighted)

    def _of_zone(self, place: PlaceKey, zone: str, method: Method) -> list[Span]:
        layers: list[list[Span]] = []
        for rank, preference in self.settings.preferred(zone, method):
            source = preference.source
            state = self._asking.state(rank, zone)
            for name in _names(preference, place, zone):
                spans = spans_of(state.of(name), source.name, source.hold_seconds)
                layers.append(spans)
        return overlay(layers)

    def _ahead(self, place: PlaceKey, zone: str, method: Method) -> list[Span]:
        layers = []
        for rank, preference in self.settings.preferred(zone, method):
            foreseen = self._asking.state(rank, zone).forecast
            layers.append(spans_of(foreseen, preference.source.name, 0))
        return overlay(layers)


def _names(preference: Preference, place: PlaceKey, zone: str) -> Iterator[str]:
    """Names under which a source may speak of a place, the most exact first."""
    if preference.source.whole:
        provider, region = place
        names: tuple[str | None, ...] = (f"{provider}:{region}", region, zone)
    else:
        names = (source_zone(preference, zone),)
    return filter(None, names)
