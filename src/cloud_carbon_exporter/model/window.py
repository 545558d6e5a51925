"""Window of time: when a run that may wait is best begun, by the hours foreseen of a grid. Pure.

The saving is against a run that begins now. It may be off by what all hours of a source err by
alike (a part of the saving itself), and by what each hour that is foreseen errs by alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot

from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.grid import GridForecast, Method
from cloud_carbon_exporter.model.hours import HOUR_SECONDS
from cloud_carbon_exporter.model.quantities import JOULES_PER_KILOWATT_HOUR
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.types import Estimate, Place
from cloud_carbon_exporter.model.what_if import place_in


class NothingForeseen(Exception):
    """No hours of a region are foreseen, or too few before the deadline."""


@dataclass(frozen=True, slots=True)
class Load:
    """Load that may wait: how long it runs, at how many watts of IT, and by when it has ended."""

    hours: float
    watts: float
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A run from a start on: mean intensity over it, and what it emits there."""

    start: float
    end: float
    grams_per_kilowatt_hour: float
    grams: Estimate


@dataclass(frozen=True, slots=True)
class Saving:
    """What waiting saves, with its 90 % interval; ratio: beside a run now."""

    grams: float
    lower: float
    upper: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Window:
    """The best start in one region. hours: (hours ahead, g/kWh), as they are foreseen."""

    place: Place
    method: Method
    source: str
    load: Load
    now: Run
    cleanest: Run
    saving: Saving
    hours: tuple[tuple[int, float], ...]

    @property
    def waits_seconds(self) -> float:
        """How long to wait."""
        return self.cleanest.start - self.now.start

    @property
    def is_sure(self) -> bool:
        """Whether the saving's whole interval says that waiting is better."""
        return self.saving.lower > 0


def best_window(snapshot: Snapshot, places: Sequence[tuple[str, str]], load: Load) -> Window:
    """The window of least grams, of all these (provider, region) that anything is foreseen of.

    Raises NothingForeseen.
    """
    windows: list[Window] = []
    reasons: list[str] = []
    for provider, region in places:
        try:
            windows.append(_window(snapshot, provider, region, load))
        except NothingForeseen as none:
            reasons.append(str(none))
    if not windows:
        raise NothingForeseen("; ".join(reasons))
    return min(windows, key=lambda window: window.cleanest.grams.value)


def foreseen_regions(snapshot: Snapshot) -> Sequence[tuple[str, str]]:
    """Regions of which hours are foreseen, as (provider, region)."""
    known = {(each.provider, each.region): None for each in snapshot.grid.forecasts}
    return tuple(sorted(known))


def _window(snapshot: Snapshot, provider: str, region: str, load: Load) -> Window:
    forecasts = _of_place(snapshot, provider, region)
    if not forecasts:
        raise NothingForeseen(f"nothing is foreseen of {provider} {region}")
    place = place_in(snapshot, provider, region)
    hours = {each.hours_ahead: each.grams_per_kilowatt_hour for each in forecasts}
    runs: list[Run] = []
    for start in sorted(hours):
        run = _run(snapshot.taken_at, start, hours, load, place)
        if run is not None and (load.deadline is None or run.end <= load.deadline):
            runs.append(run)
    if not runs or runs[0].start != snapshot.taken_at:
        raise NothingForeseen(
            f"of {provider} {region} too little is foreseen, from now on and before the deadline"
        )
    # of two that are as clean, the earlier
    cleanest = min(runs, key=lambda run: run.grams.value)
    return Window(
        place,
        forecasts[0].method,
        forecasts[0].source,
        load,
        runs[0],
        cleanest,
        _saving(runs[0], cleanest),
        tuple(sorted(hours.items())),
    )


def _of_place(snapshot: Snapshot, provider: str, region: str) -> Sequence[GridForecast]:
    """Hours foreseen of a place. Marginal values stay apart from averages."""
    method = "marginal" if snapshot.grid.method == "marginal" else "live"
    return [
        each
        for each in snapshot.grid.forecasts
        if (each.provider, each.region, each.method) == (provider, region, method)
    ]


def _run(
    now: float, start: int, hours: Mapping[int, float], load: Load, place: Place
) -> Run | None:
    """A run that begins so many hours ahead; None where not all of its hours are foreseen."""
    left, hour, weighted = load.hours, start, 0.0
    while left > 0:
        if hour not in hours:
            return None
        part = min(1.0, left)
        weighted += part * hours[hour]
        left, hour = left - part, hour + 1
    mean = weighted / load.hours
    begin = now + start * HOUR_SECONDS
    kilowatt_hours = load.watts * place.pue_ratio.value * load.hours * HOUR_SECONDS
    grams = mean * kilowatt_hours / JOULES_PER_KILOWATT_HOUR
    reach = grams * hypot(_alike(), _alone())
    estimate = Estimate(grams, max(0.0, grams - reach), grams + reach)
    return Run(begin, begin + load.hours * HOUR_SECONDS, mean, estimate)


def _saving(now: Run, cleanest: Run) -> Saving:
    before, after = now.grams.value, cleanest.grams.value
    saved = before - after
    if now.start == cleanest.start:
        return Saving(0, 0, 0, 0)
    reach = hypot(saved * _alike(), before * _alone(), after * _alone())
    return Saving(saved, saved - reach, saved + reach, saved / before if before else 0)


def _alike() -> float:
    return figure("grid.live.estimated_margin").value


def _alone() -> float:
    return figure("grid.forecast.margin").value
