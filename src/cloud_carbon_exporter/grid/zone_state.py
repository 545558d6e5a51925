"""State of one zone of one source: its intensities, when to ask again, and how it went last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from cloud_carbon_exporter.grid.spec import Source, ZoneIntensity

# Of a kWh: what is less, but for zero, is in kilograms, and no grid emits more.
LEAST_GRAMS, MOST_GRAMS = 1.0, 1500.0
# As long as utilisation may come late, with which it is multiplied.
KEEP_SECONDS = 26 * 3600.0
FORESEEN_SECONDS = 72 * 3600.0
# After a failure, growing; a refused token does not heal by itself, and a quota not soon.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 60.0, 1800.0
REFUSED_PAUSE_SECONDS = 3600.0
FORECAST_PERIOD_SECONDS = 1800.0
FORECAST_REFUSED_SECONDS = 86400.0


@dataclass(frozen=True, slots=True)
class ZoneState:
    """State of one zone of one source. Swapped whole.

    due: when to ask next. failures: in a row, since the last success.
    """

    intensities: tuple[ZoneIntensity, ...] = ()
    forecast: tuple[ZoneIntensity, ...] = ()
    due: float = 0
    forecast_due: float = 0
    failures: int = 0
    error: str = ""
    last_success: float | None = None

    def of(self, name: str) -> list[ZoneIntensity]:
        """Intensities of one zone, in the source's name for it."""
        return [intensity for intensity in self.intensities if intensity.zone == name]

    def since(self, now: float, source: Source) -> float:
        """From when on intensities are missing."""
        begun = (item.start for item in self.intensities if item.start <= now)
        return max(max(begun, default=0), now - KEEP_SECONDS + 2 * source.period_seconds)


def accepted(
    state: ZoneState, source: Source, answered: Sequence[ZoneIntensity], now: float
) -> tuple[ZoneState, CollectError | None]:
    """State with what was read, and what is wrong with some of it.

    Raises Implausible, NotThere or Stale where nothing of it serves.
    """
    sound = [intensity for intensity in answered if plausible(intensity)]
    error = _implausible(answered) if len(sound) < len(answered) else None
    if error is not None and not sound:
        raise error
    if not sound:
        raise NotThere("the answer holds no value")
    # A table of one's own may speak of any time; a source is asked for the present.
    if not source.whole and not any(_speaks_at(now, source, intensity) for intensity in sound):
        raise Stale("the newest value is too old, or lies ahead")
    known = () if source.whole else state.intensities
    fresh = replace(
        state,
        intensities=_merged(known, sound, now),
        due=next_due(source, now),
        failures=0,
        error="",
        last_success=now,
    )
    return fresh, error


def plausible(intensity: ZoneIntensity) -> bool:
    """Whether a figure can be grams a kWh, and its time a time."""
    grams = intensity.grams_per_kilowatt_hour
    return (grams == 0 or LEAST_GRAMS <= grams <= MOST_GRAMS) and intensity.start < intensity.end


def _implausible(answered: Iterable[ZoneIntensity]) -> Implausible | None:
    for intensity in answered:
        if not plausible(intensity):
            allowed = f"allowed are 0, and {LEAST_GRAMS:g} to {MOST_GRAMS:g}"
            grams = intensity.grams_per_kilowatt_hour
            return Implausible(f"{grams:g} is no intensity in g/kWh: {allowed}")
    return None


def _speaks_at(now: float, source: Source, intensity: ZoneIntensity) -> bool:
    return intensity.start <= now < intensity.end + source.hold_seconds


def _merged(
    known: Iterable[ZoneIntensity], fresh: Iterable[ZoneIntensity], now: float
) -> tuple[ZoneIntensity, ...]:
    """What was known and what is fresh, ascending, each once, without what is too old or far."""
    newest = {}
    for intensity in (*known, *fresh):
        newest[intensity.zone, intensity.start] = intensity
    merged = []
    for key in sorted(newest):
        intensity = newest[key]
        if now - KEEP_SECONDS < intensity.end and intensity.start < now + FORESEEN_SECONDS:
            merged.append(intensity)
    return tuple(merged)


def next_due(source: Source, now: float) -> float:
    """Beginning of the source's next period, shifted by its delay: one question a period."""
    shift = source.delay_seconds % source.period_seconds
    return ((now - shift) // source.period_seconds + 1) * source.period_seconds + shift


def rests(now: float, due: float, source: Source) -> bool:
    """Whether there is nothing to ask for until `due`.

    What is due later than any pause is long was noted before the clock was set back.
    """
    longest = max(FORECAST_REFUSED_SECONDS, source.period_seconds)
    return now < due <= now + longest


def failed(state: ZoneState, error: CollectError, now: float) -> ZoneState:
    """State after a failure: its intensities stay until they age, and the pause grows."""
    failures = state.failures + 1
    pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(failures - 1, 10))
    if isinstance(error, Throttled):
        pause = LONGEST_PAUSE_SECONDS
    elif isinstance(error, CredentialsMissing | CredentialsRefused | PermissionMissing):
        pause = REFUSED_PAUSE_SECONDS
    return replace(state, due=now + pause, failures=failures, error=error.reason)


def foreseen(
    state: ZoneState, source: Source, answered: Iterable[ZoneIntensity], now: float
) -> ZoneState:
    """State with a forecast."""
    sound = [intensity for intensity in answered if plausible(intensity) and intensity.end > now]
    sound.sort(key=lambda intensity: intensity.start)
    period = max(FORECAST_PERIOD_SECONDS, source.period_seconds)
    return replace(state, forecast=tuple(sound), forecast_due=now + period)


def not_foreseen(state: ZoneState, error: CollectError, now: float) -> ZoneState:
    """State without a forecast. What the plan does not hold is asked for once a day."""
    refused = isinstance(error, CredentialsRefused | PermissionMissing | NotThere | Throttled)
    pause = FORECAST_REFUSED_SECONDS if refused else REFUSED_PAUSE_SECONDS
    return replace(state, forecast=(), forecast_due=now + pause)
