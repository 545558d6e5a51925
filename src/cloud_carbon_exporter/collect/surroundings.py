"""Surroundings of a resource: its Place, and the intensity of its grid over time, as counted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cloud_carbon_exporter.grid import Feed
from cloud_carbon_exporter.grid.feed import PlaceKey
from cloud_carbon_exporter.grid.series import at_moment, by_hour, intensity, timeline
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.grid import GridForecast, GridNews, Method
from cloud_carbon_exporter.model.intensities import annual_of
from cloud_carbon_exporter.model.types import CarbonIntensity, Location, Place, Resource

MOST_BY_IDENTITY = 65_536

# Methods with values of their own hour, which a source is asked for; the others are annual facts.
_HOURLY: tuple[Method, ...] = ("live", "marginal")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a resource's place adds to the sum: its Place, and its grid's intensities over time.

    intensities: the preferred first.
    """

    place: Place
    intensities: tuple[CarbonIntensity, ...]


class _Placed(NamedTuple):
    """A Location, held so that no other has its id, and what is there."""

    location: Location
    surroundings: Surroundings


class SurroundingsIndex:
    """Surroundings of every location: the same object again as long as nothing has changed.

    changes: how often any has changed.
    """

    def __init__(self, feed: Feed | None = None) -> None:
        self._feed = feed
        self._method: Method = feed.settings.method if feed else "location"
        self._by_location: dict[Location, Surroundings] = {}
        self._by_identity: dict[int, _Placed] = {}
        self._by_place: dict[PlaceKey, Surroundings] = {}
        self._now = 0.0
        self._version = -1
        self.changes = 0

    def of(self, resource: Resource) -> Surroundings:
        """Where a resource stands. A zone with figures of its own goes before its region."""
        location = resource.location
        # Mostly one object for all that stand there, which is found faster than an equal one.
        placed = self._by_identity.get(id(location))
        if placed is not None and placed.location is location:
            return placed.surroundings
        # `advance`, in another thread, may put an empty index here meanwhile: what is filled below
        # is the one it has thrown away, so that nothing outdated gets into the new one.
        by_location, by_identity = self._by_location, self._by_identity
        surroundings = by_location.get(location)
        if surroundings is None:
            key = place_key(location)
            surroundings = self._by_place.get(key)
            if surroundings is None:
                surroundings = self._by_place[key] = self._look_up(key)
            by_location[location] = surroundings
        if len(by_identity) < MOST_BY_IDENTITY:
            by_identity[id(location)] = _Placed(location, surroundings)
        return surroundings

    def advance(self, now: float) -> None:
        """Take over what the sources of intensity have said by `now`."""
        set_back = now < self._now
        self._now = now
        version = self._feed.version if self._feed is not None else 0
        changed: dict[PlaceKey, Surroundings] = {}
        # A copy, as the event loop asks for places meanwhile. By place and not by location: an
        # estate has a hundred thousand resources in some thirty regions.
        for key, before in list(self._by_place.items()):
            if version == self._version and _in_force(before, now) and not set_back:
                continue
            after = self._look_up(key)
            if after != before:
                changed[key] = after
        self._version = version
        if changed:
            self._by_place |= changed
            self._by_location, self._by_identity = {}, {}
            self.changes += 1

    def place(self, provider: str, region: str) -> Place:
        """The Place as it is shown: the intensity in force first, then that of other methods."""
        place, key = facts.place(provider, region), (provider, region)
        intensities = list(place.intensities)
        if self._feed is not None:
            for method in reversed(_HOURLY):
                piece = at_moment(self._feed.spans(key, method), self._now)
                if piece is not None:
                    intensities.insert(0, intensity(piece, method))
        return Place(
            provider,
            region,
            _counted_first(intensities, self._method),
            place.pue_ratio,
            place.wue_liters_per_kilowatt_hour,
            place.carbon_free_ratio,
            place.doubt,
            place.water,
        )

    @property
    def wanted(self) -> tuple[PlaceKey, ...]:
        """Places that are shown though nothing stands there."""
        return self._feed.settings.places if self._feed is not None else ()

    def news(self, places: Collection[Place]) -> GridNews:
        """What the sources said, and what they foresee for these places."""
        if self._feed is None:
            return GridNews()
        forecasts = tuple(_forecasts(self._feed, places, self._now))
        return GridNews(self._method, self._feed.states(), forecasts, self._feed.settings.compare)

    def _look_up(self, key: PlaceKey) -> Surroundings:
        place = facts.place(*key)
        annual = annual_of(place, self._method)
        if annual is None:
            return Surroundings(place, ())
        if self._feed is None or self._method not in _HOURLY:
            return Surroundings(place, (annual,))
        pieces = self._feed.spans(key, self._method)
        if not pieces:
            return Surroundings(place, (annual,))
        return Surroundings(place, timeline(pieces, self._method, annual, self._now))


def place_key(at: Location) -> PlaceKey:
    """Key of a Location's figures: see `facts.place_of`."""
    return at.provider, facts.place_of(at)


def _in_force(surroundings: Surroundings, now: float) -> bool:
    """Whether the intensity counted last still holds."""
    intensities = surroundings.intensities
    return not intensities or now < intensities[0].end


def _forecasts(feed: Feed, places: Collection[Place], now: float) -> Iterator[GridForecast]:
    for place in places:
        for method in _HOURLY:
            ahead = feed.forecast((place.provider, place.region), method)
            for hour, grams, source in by_hour(ahead, now):
                yield GridForecast(place.provider, place.region, method, source, hour, grams)


def _counted_first(
    intensities: Sequence[CarbonIntensity], method: Method
) -> tuple[CarbonIntensity, ...]:
    """The one that is counted first: of the method, or of the location, which stands in for it."""
    known = {intensity.method for intensity in intensities}
    counted = method if method in known else "location"
    return tuple(sorted(intensities, key=lambda intensity: intensity.method != counted))
