"""Metric family as one row: name, type, HELP, labels, source of its samples, way of summing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeVar

from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.sums import Sum

LabelValues = TypeVar("LabelValues", bound=tuple[str, ...])

# No histogram and no summary: nothing here is a distribution of events.
FamilyType = Literal["gauge", "counter"]

Summing = Literal["added", "interval", "never"]
"""Sum of samples over the labels that `-metrics.aggregate` leaves out.

added:    values add up.
interval: sums add up, and the bounds of the whole are drawn anew: bounds do not add up.
never:    no sum of these samples has a meaning, or they stand by other labels.
"""

Shown = Literal["value", "lower", "upper"]
"""What a family shows of an estimate; bounds are families of their own, not labels."""

LabelSet = Literal["series", "full", "upstream"]
"""Label text of a resource: of its value series (slim or full), all of it, or the original's."""


STEPS = (
    " It steps when utilisation is read (-collect.utilisation-interval, 15m): "
    "take rate() over four steps, 1h."
)
"""End of HELP of a counter of the estate: who meets it is about to choose a window."""


class FamilySample(NamedTuple):
    """Sample of a family: label values in the order of its labels, and the number."""

    labels: tuple[str, ...]
    value: float


class SumSample(NamedTuple):
    """Sample that is a Sum still, of which a family shows the value or a bound."""

    labels: tuple[str, ...]
    sum: Sum


class ProviderKind(NamedTuple):
    """Provider and kind by which objects that are left out are counted."""

    provider: str
    kind: str


class ConfigReload(NamedTuple):
    """Reading of the configuration again. successful_at: seconds since 1970."""

    successful: bool
    successful_at: float


@dataclass(frozen=True, slots=True)
class RenderContext:
    """What samples come from: the Snapshot, and what the Renderer knows besides.

    duplicates: objects dropped so far because their labels were taken already.
    interval_seconds: from one refresh to the next; 0 where there is none.
    """

    snapshot: Snapshot
    version: str = ""
    model_version: str = ""
    interval_seconds: float = 0
    duplicates: Mapping[ProviderKind, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnswerFigures:
    """Figures of one answer, known only while it is written. size: bytes before compression."""

    series: int
    size: int
    reload: ConfigReload | None = None


Lines = Callable[[str, Sequence[str], Sequence[Row], RenderContext], list[str]]
"""Sample lines of a family: from its name, the label text of each row, the rows, the context."""


@dataclass(frozen=True, slots=True)
class PerResource:
    """Source: one series a resource, rendered in chunks.

    written_from: the part of a Row the lines are written from; while it stays equal the lines of
        the refresh before are taken. None: the lines are new each time.
    """

    lines: Lines
    written_from: Callable[[Row], object] | None
    labels: LabelSet = "series"


@dataclass(frozen=True, slots=True)
class FromSnapshot:
    """Source: few samples, all in the Snapshot."""

    samples: Callable[[Snapshot], Iterable[FamilySample]]


def from_mapping(figures: Callable[[Snapshot], Mapping[LabelValues, float]]) -> FromSnapshot:
    """Source: figures that stand in the Snapshot by their label values."""

    def samples(snapshot: Snapshot) -> Iterator[FamilySample]:
        for labels, number in figures(snapshot).items():
            yield FamilySample(labels, number)

    return FromSnapshot(samples)


@dataclass(frozen=True, slots=True)
class FromSums:
    """Source: sums of the Snapshot, of which one bound or the value is shown."""

    sums: Callable[[Snapshot], Iterable[SumSample]]
    shown: Shown


@dataclass(frozen=True, slots=True)
class FromContext:
    """Source: what the Renderer knows beside the Snapshot."""

    samples: Callable[[RenderContext], Iterable[FamilySample]]


@dataclass(frozen=True, slots=True)
class FromAnswer:
    """Source: one number that is known only while an answer is written; None leaves it out."""

    number: Callable[[AnswerFigures], float | None]


Source = PerResource | FromSnapshot | FromSums | FromContext | FromAnswer


@dataclass(frozen=True, slots=True)
class Family:
    """One metric family, whole: nothing of it stands in another list.

    labels: in the order they are written; one whose value is empty is left out.
    unit: of OpenMetrics; the name ends with it (before `_total`). Empty where it knows none.
    """

    name: str
    type: FamilyType
    help: str
    source: Source
    labels: tuple[str, ...] = ()
    unit: str = ""
    summed: Summing = "never"

    def __post_init__(self) -> None:
        if self.summed == "interval" and not isinstance(self.source, FromSums):
            raise ValueError(f"{self.name}: only sums have an interval")
