"""What a rule must know before it says anything: two weeks, most of them read. Pure."""

from __future__ import annotations

from collections.abc import Callable

from cloud_carbon_exporter.model.advice import Evidence, Spread
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.quantities import SECONDS_PER_HOUR
from cloud_carbon_exporter.model.types import Signal

DAY_SECONDS = 24 * SECONDS_PER_HOUR

KnownOf = Callable[[str], Evidence | None]
"""What is known of the past of a resource, by its id; None where nothing is."""


def long_enough(evidence: Evidence) -> bool:
    """Whether it was looked at for two weeks."""
    return evidence.seconds >= figure("advice.days").value * DAY_SECONDS


def known_spread(evidence: Evidence, signal: Signal) -> Spread | None:
    """Spread of a signal over two weeks; None where it is of less, or too little was read."""
    spread = evidence.spreads.get(signal)
    if spread is None or not long_enough(evidence):
        return None
    enough = spread.read_hours >= figure("advice.read_hours").value
    if not enough or spread.read_ratio < figure("advice.read_ratio").value:
        return None
    return spread


_NAMES = {"cpu_ratio": "processors", "gpu_ratio": "accelerators"}


def days(evidence: Evidence) -> str:
    """How long it was looked at, as a reader is told."""
    return f"{evidence.seconds / DAY_SECONDS:.0f} days"


def percent(ratio: float) -> str:
    """A ratio as a reader is told it."""
    whole = ratio * 100
    return f"{whole:.1f} %" if 0 < whole < 10 and whole != round(whole) else f"{whole:.0f} %"


def told_load(signal: Signal, spread: Spread, evidence: Evidence) -> str:
    """The load a rule was decided on: its 95th percentile, its mean, over how long."""
    return (
        f"load of the {_NAMES.get(signal, signal)}: at most {percent(spread.p95)} in 95 % of "
        f"{spread.read_hours:.0f} hours, {percent(spread.mean)} on average (over {days(evidence)}, "
        f"of which {percent(spread.read_ratio)} was read)"
    )
