"""Hardware that was counted on whole days, from the history file: what a bill is compared with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cloud_carbon_exporter.history.reader import FoundHeld, day_of
from cloud_carbon_exporter.history.series import HeldRow
from cloud_carbon_exporter.model.hours import DAY_SECONDS
from cloud_carbon_exporter.model.stretches import Lengths, Stretch

WHOLE = 0.99
"""Share of a day from which on it was counted whole: a restart takes some minutes."""

Account = tuple[str, str]


@dataclass(frozen=True, slots=True)
class CountedHardware:
    """Hardware by the day. days: those that were counted whole, by provider and account."""

    rows: Sequence[HeldRow]
    days: Mapping[Account, frozenset[int]]


def counted_hardware(found: FoundHeld, since: float, until: float) -> CountedHardware:
    """What the history file has of whole days in [since, until)."""
    spans: defaultdict[Account, list[Stretch]] = defaultdict(list)
    for span in found.spans:
        spans[span[:2]].append(Stretch(span.first, span.last))
    days: dict[Account, frozenset[int]] = {}
    for account, stretches in spans.items():
        days[account] = frozenset(_whole(stretches, max(since, found.kept_from), until))
    return CountedHardware(found.rows, days)


def _whole(stretches: Iterable[Stretch], since: float, until: float) -> Iterator[int]:
    """The days of a time that were counted whole."""
    lengths, known = Lengths(stretches), list(stretches)
    first = max(since, min(stretch.first for stretch in known))
    last = min(until, max(stretch.last for stretch in known))
    day = -day_of(-first)
    while day + DAY_SECONDS <= until and day < last:
        if lengths.within(day, day + DAY_SECONDS) >= WHOLE * DAY_SECONDS:
            yield day
        day += DAY_SECONDS
