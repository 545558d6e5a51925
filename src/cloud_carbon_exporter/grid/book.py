"""What is known of one zone from one source: its Readings, when it is to be asked again, and how
the last time went.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsMissing,
    CredentialsRefused,
    Implausible,
    NotThere,
    PermissionMissing,
    Stale,
    Throttled,
)
from cloud_carbon_exporter.grid.spec import Reading, Source

LEAST_GRAMS, MOST_GRAMS = (
    1.0,
    1500.0,
)  # no grid emits more a kWh; less than one, but for 0, is in kilograms
KEEP_SECONDS = 26 * 3600.0  # as long as utilisation may come late
FORESEEN_SECONDS = 72 * 3600.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 60.0, 1800.0
REFUSED_PAUSE_SECONDS = 3600.0
FORECAST_PERIOD_SECONDS = 1800.0
FORECAST_REFUSED_SECONDS = 86400.0


@dataclass(frozen=True, slots=True)
class Page:
    """One zone of one source. Swapped whole. due: when to ask next; failures: in a row, since the
    last success.
    """

    readings: tuple[Reading, ...] = ()
    forecast: tuple[Reading, ...] = ()
    due: float = 0
    forecast_due: float = 0
    failures: int = 0
    error: str = ""
    last_success: float | None = None

    def since(self, now: float, source: Source) -> float:
        """From when on Readings are missing."""
        newest = max(
            (reading.start for reading in self.readings if reading.start <= now), default=0
        )
        return max(newest, now - KEEP_SECONDS + 2 * source.period_seconds)


def accepted(
    page: Page, source: Source, readings: Sequence[Reading], now: float
) -> tuple[Page, CollectError | None]:
    """The Page with what was read. Also what is wrong with some of it; raises where nothing of it
    serves.
    """
    sound = [reading for reading in readings if plausible(reading)]
    error = None
    if len(sound) < len(readings):
        odd = next(
            reading for reading in readings if not plausible(reading)
        ).grams_per_kilowatt_hour
        error = Implausible(
            f"{odd:g} is no intensity in g/kWh: allowed are 0, and {LEAST_GRAMS:g} to {MOST_GRAMS:g}"
        )
        if not sound:
            raise error
    merged = {(each.zone, each.start): each for each in page.readings} if not source.whole else {}
    merged |= {(each.zone, each.start): each for each in sound}
    kept = [
        each
        for each in merged.values()
        if now - KEEP_SECONDS < each.end and each.start < now + FORESEEN_SECONDS
    ]
    kept.sort(key=lambda each: (each.zone, each.start))
    if not sound:
        raise NotThere("the answer holds no value")
    if (
        not any(each.start <= now < each.end + source.hold_seconds for each in sound)
        and not source.whole
    ):
        raise Stale("the newest value is too old, or lies ahead")
    return replace(
        page,
        readings=tuple(kept),
        due=next_due(source, now),
        failures=0,
        error="",
        last_success=now,
    ), error


def plausible(reading: Reading) -> bool:
    """Whether a figure can be grams a kWh, and its time a time."""
    grams = reading.grams_per_kilowatt_hour
    return (grams == 0 or LEAST_GRAMS <= grams <= MOST_GRAMS) and reading.start < reading.end


def next_due(source: Source, now: float) -> float:
    """The beginning of the source's next period, shifted by its delay: one question a zone and
    period.
    """
    shift = source.delay_seconds % source.period_seconds
    return ((now - shift) // source.period_seconds + 1) * source.period_seconds + shift


def failed(page: Page, error: CollectError, now: float) -> Page:
    """The Page after a failure: its Readings stay until they age, and the pause grows."""
    failures = page.failures + 1
    pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(failures - 1, 10))
    if isinstance(error, Throttled):
        pause = LONGEST_PAUSE_SECONDS
    elif isinstance(error, CredentialsMissing | CredentialsRefused | PermissionMissing):
        pause = REFUSED_PAUSE_SECONDS
    return replace(page, due=now + pause, failures=failures, error=error.reason)


def foreseen(page: Page, source: Source, readings: Sequence[Reading], now: float) -> Page:
    """The Page with a forecast."""
    sound = sorted(
        (each for each in readings if plausible(each) and each.end > now),
        key=lambda each: each.start,
    )
    period = max(FORECAST_PERIOD_SECONDS, source.period_seconds)
    return replace(page, forecast=tuple(sound), forecast_due=now + period)


def not_foreseen(page: Page, error: CollectError, now: float) -> Page:
    """The Page without one. What the plan does not hold is asked for once a day."""
    refused = isinstance(error, CredentialsRefused | PermissionMissing | NotThere | Throttled)
    return replace(
        page,
        forecast=(),
        forecast_due=now + (FORECAST_REFUSED_SECONDS if refused else REFUSED_PAUSE_SECONDS),
    )
