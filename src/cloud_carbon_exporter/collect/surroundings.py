"""What surrounds a resource: its Place, and the intensity of its grid over time, by the method that
is counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from cloud_carbon_exporter.collect.contribution import Contribution
from cloud_carbon_exporter.collect.counters import Surroundings
from cloud_carbon_exporter.grid import Feed
from cloud_carbon_exporter.grid.feed import PlaceKey
from cloud_carbon_exporter.grid.series import at_moment, by_hour, intensity, timeline
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.grid import GridForecast, GridNews, Method
from cloud_carbon_exporter.model.types import CarbonIntensity, Location, Place, Resource

_ASKED: tuple[Method, ...] = ("live", "marginal")  # methods with values of their own hour


class Surveyor:
    """Knows the surroundings of every location. The same object comes back as long as nothing has
    changed.
    """

    def __init__(self, feed: Feed | None = None) -> None:
        self._feed = feed
        self._method: Method = feed.settings.method if feed else "location"
        self._known: dict[Location, Surroundings] = {}
        self._places: dict[PlaceKey, Surroundings] = {}
        self._now = 0.0
        self._version = -1

    def __call__(self, resource: Resource) -> Surroundings:
        """Where a resource stands. A zone with figures of its own goes before its region."""
        at, of = (
            resource.location,
            self._known,
        )  # what `advance` has thrown away meanwhile is not filled again
        known = of.get(at)
        if known is None:
            key = place_key(at)
            known = self._places.get(key)
            if known is None:
                known = self._places[key] = self._survey(key)
            of[at] = known
        return known

    def advance(self, now: float) -> None:
        """Take over what the sources of intensity have said by `now`."""
        self._now = now
        version = self._feed.version if self._feed is not None else 0
        changed = {}
        for key, known in list(self._places.items()):  # the event loop asks for places meanwhile
            if version == self._version and all(now < each.end for each in known.intensities[:1]):
                continue
            fresh = self._survey(key)
            if fresh != known:
                changed[key] = fresh
        self._version = version
        if changed:
            self._places |= changed
            self._known = {}

    def place(self, provider: str, region: str) -> Place:
        """The Place as it is shown: the intensity in force first, then that of the other methods."""
        place, key = facts.place(provider, region), (provider, region)
        shown = list(place.intensities)
        if self._feed is not None:
            for method in reversed(_ASKED):
                piece = at_moment(self._feed.spans(key, method), self._now)
                if piece is not None:
                    shown.insert(0, intensity(piece, method))
        return Place(
            provider,
            region,
            _ordered(shown, self._method),
            place.pue_ratio,
            place.wue_liters_per_kilowatt_hour,
            place.carbon_free_ratio,
        )

    @property
    def wanted(self) -> tuple[PlaceKey, ...]:
        """Places that are shown though nothing stands there."""
        return self._feed.settings.places if self._feed is not None else ()

    def news(self, places: Collection[Place]) -> GridNews:
        """What the sources said, and what they foresee for these places."""
        if self._feed is None:
            return GridNews()
        return GridNews(
            self._method,
            self._feed.states(),
            tuple(self._forecasts(places)),
            self._feed.settings.compare,
        )

    def _forecasts(self, places: Collection[Place]) -> Iterator[GridForecast]:
        assert self._feed is not None
        for place in places:
            for method in _ASKED:
                ahead = self._feed.forecast((place.provider, place.region), method)
                for hour, grams, source in by_hour(ahead, self._now):
                    yield GridForecast(place.provider, place.region, method, source, hour, grams)

    def _survey(self, key: PlaceKey) -> Surroundings:
        place = facts.place(*key)
        annual = _annual(place, self._method)
        if annual is None or self._feed is None or self._method not in _ASKED:
            return Surroundings(place, () if annual is None else (annual,))
        pieces = self._feed.spans(key, self._method)
        if not pieces:
            return Surroundings(place, (annual,))
        return Surroundings(place, timeline(pieces, self._method, annual, self._now))


def places_in_use(contributions: Iterable[Contribution]) -> set[PlaceKey]:
    """The places where anything stands."""
    swept = (fresh.swept for contribution in contributions for fresh in contribution.sweeps)
    locations = {resource.location for each in swept for resource in each.resources}
    return {place_key(at) for at in locations} | {(at.provider, at.region) for at in locations}


def place_key(at: Location) -> PlaceKey:
    """The key of a Location's figures: its zone where that has some of its own, else its region."""
    return at.provider, at.zone if at.zone in facts.zones(at.provider) else at.region


def _annual(place: Place, method: Method) -> CarbonIntensity | None:
    """The annual fact that comes last: the method's own where there is one, else the location's."""
    return next(
        (each for each in place.intensities if each.method == method),
        next(iter(place.intensities), None),
    )


def _ordered(shown: Sequence[CarbonIntensity], method: Method) -> tuple[CarbonIntensity, ...]:
    """The one in force first: that of the method, else the location's, which stands in."""
    first = method if any(each.method == method for each in shown) else "location"
    return tuple(sorted(shown, key=lambda each: each.method != first))
