"""Past of a demo: thirty days of its history, made up from its seed before it is started.

The estate is taken to have stood as it stands now. Its load repeats by the hour of a working day or
of a weekend, so two days are estimated, and every day of the past is one of them, a little more or
less; what the estate holds has grown.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from cloud_carbon_exporter.collect.surroundings import place_key
from cloud_carbon_exporter.config import Settings
from cloud_carbon_exporter.history.recorder import Past
from cloud_carbon_exporter.history.series import AlikeHours, Series
from cloud_carbon_exporter.model.estimate import NOWHERE, estimate
from cloud_carbon_exporter.model.held import Held, add_held, held
from cloud_carbon_exporter.model.hours import DAY_SECONDS, HOUR_SECONDS, Amounts, group_of
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.sums import FootprintSum, footprint_sum
from cloud_carbon_exporter.model.types import Footprint, Place
from cloud_carbon_exporter.providers.demo.day import is_weekend, noise
from cloud_carbon_exporter.providers.demo.past import loads_at
from cloud_carbon_exporter.providers.options import DemoOptions

DEMO_DAYS = 30
MOST_ESTIMATES = 5_000
"""Resources times hours that are estimated; of a larger estate, no resource but every n-th."""

DAY_HOURS = 24

GROWTH_A_DAY = 0.002
UNREST = 0.12
"""How far two days of one group may be apart."""


def past_of(settings: Settings) -> Past:
    """What makes up the past of the demo of these settings."""
    seed = settings.targets[0].options_of(DemoOptions).seed
    return partial(made_up_past, seed=seed)


def made_up_past(snapshot: Snapshot, seed: int) -> Iterator[AlikeHours]:
    """Thirty days of hours before the one the Snapshot was taken in."""
    until = int(snapshot.taken_at // HOUR_SECONDS) * HOUR_SECONDS
    together = _hours_together(len(snapshot.rows))
    every = max(1, len(snapshot.rows) * 2 // MOST_ESTIMATES)
    seconds = HOUR_SECONDS * every
    places = {(place.provider, place.region): place for place in snapshot.places}
    for region, rows in _by_region(snapshot.rows[::every]).items():
        for hours in _alike(until, region, together):
            for series, (sums, hardware) in _sums(rows, places, hours[0], seed).items():
                amounts = Amounts(
                    sums.power_watts.scaled(seconds),
                    sums.operational_grams_per_second.scaled(seconds),
                    sums.embodied_grams_per_second.scaled(seconds),
                )
                changes = [(hour, *_change(series, hour, until, seed)) for hour in hours]
                yield AlikeHours(series, amounts, changes, _over(seconds, hardware))


def _hours_together(resources: int) -> int:
    """How many hours of a day are taken for one, so that not too many are estimated."""
    for hours in (2, 3, 4, 6, 12):
        if resources * 2 * DAY_HOURS // hours <= MOST_ESTIMATES:
            return hours
    return DAY_HOURS


def _by_region(rows: Iterable[Row]) -> Mapping[str, Sequence[Row]]:
    regions: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        regions[row.resource.location.region].append(row)
    return regions


def _alike(until: int, region: str, together: int) -> Iterable[Sequence[int]]:
    """Hours of the past that are loaded alike: a weekend begins in each region when it does there.

    together: hours of a day that are taken for one.
    """
    alike: defaultdict[tuple[bool, int], list[int]] = defaultdict(list)
    for hour in range(until - DEMO_DAYS * DAY_SECONDS, until, HOUR_SECONDS):
        time_of_day = hour % DAY_SECONDS // HOUR_SECONDS // together
        alike[is_weekend(hour, region), time_of_day].append(hour)
    return alike.values()


def _sums(
    rows: Iterable[Row], places: Mapping[tuple[str, str], Place], at: int, seed: int
) -> Mapping[Series, tuple[FootprintSum, Held]]:
    """What is there now, as it was loaded at a moment, and the hardware it holds."""
    footprints: defaultdict[Series, list[Footprint]] = defaultdict(list)
    hardware: defaultdict[Series, dict[str, float]] = defaultdict(dict)
    for row in rows:
        resource = row.resource
        place = places.get(place_key(resource.location), NOWHERE)
        grid = place.intensities[0] if place.intensities else None
        loads = loads_at(resource, at, seed)
        footprint = estimate(resource, loads, place, grid)
        series = Series(group_of(resource), footprint.basis)
        footprints[series].append(footprint)
        add_held(hardware[series], held(resource.components, loads, resource.kind), 1)
    return {
        series: (footprint_sum(of_it), tuple(hardware[series].items()))
        for series, of_it in footprints.items()
    }


def _over(seconds: float, hardware: Held) -> Held:
    """Hardware times so many seconds. It stood all the while: what it holds grows, not itself."""
    return tuple([(name, amount * seconds) for name, amount in hardware])


def _change(series: Series, hour: int, until: int, seed: int) -> tuple[float, float]:
    """By how much an hour differs from its like: what was drawn, and what was there."""
    days_ago = (until - hour) / DAY_SECONDS
    there = 1 - GROWTH_A_DAY * days_ago
    key = zlib.crc32(repr(series.group).encode(), seed & 0xFFFFFFFF)
    return there * (1 + UNREST * (noise(key, hour // DAY_SECONDS) - 0.5)), there
