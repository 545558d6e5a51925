"""Advice: what could be done, what it would save, on what it was decided, and the way back.

Frozen, as all of the model.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol, get_args

from cloud_carbon_exporter.model.emissions import weakest
from cloud_carbon_exporter.model.types import Estimate, Signal

AdviceKind = Literal[
    "idle",
    "unattached",
    "oversized",
    "older_generation",
    "arm",
    "region",
    "old_snapshots",
    "log_retention",
    "no_traffic",
    "unused_reservation",
    "large_requests",
]
"""Kind of advice: one word of a closed set, which is a label and a key of the file."""

OF_GROUPS: frozenset[AdviceKind] = frozenset({"region", "old_snapshots", "large_requests"})
"""Kinds of advice about several resources at once."""

ADVICE_KINDS: tuple[AdviceKind, ...] = get_args(AdviceKind)

Decision = Literal["accepted", "dismissed"]
"""What a person has decided about a piece of advice: to follow it, or that it is not told again."""

DECISIONS: tuple[Decision, ...] = get_args(Decision)


class YearlyCost(NamedTuple):
    """Money a year, by what a bill tells of a month. lower, upper: by its cheapest and dearest day.

    currency: as the bill has it, "USD".
    """

    currency: str
    value: float
    lower: float
    upper: float


class Spread(NamedTuple):
    """Spread of one signal over the time that is looked back on, by hours.

    read_hours: hours in which it was read; unread_hours: those in which the thing ran and it was
    not. mean: over the hours read. p95: bound that 95 % of these hours lie at or below; most: that
    all of them do.
    """

    read_hours: float
    unread_hours: float
    mean: float
    p95: float
    most: float

    @property
    def read_ratio(self) -> float:
        """Share of the hours that was read."""
        hours = self.read_hours + self.unread_hours
        return self.read_hours / hours if hours else 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the past of one resource, as it is described now.

    since: from when on it has been so, as far as was seen; until: up to when it is known.
    """

    since: float
    until: float
    spreads: Mapping[Signal, Spread] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """How long that is."""
        return self.until - self.since


@dataclass(frozen=True, slots=True)
class Advice:
    """One piece of advice.

    subject: id of the resource, else the name of the group it is about: with the kind it names the
    advice for good. resources: how many it is about. action: what to do. decided_on: the figures it
    was decided on. caveat: what was not known, and is to be looked at first. way_back: how it is
    undone. saved_grams_per_second: of power and manufacture together; `lower` is above 0.
    becomes: machine type that is advised, where it is one. members: ids of the resources of a group
    that is to go. decision: of a person, where there is one. cost: what is saved in money, where a
    bill tells it.
    """

    kind: AdviceKind
    subject: str
    provider: str
    account_id: str
    region: str
    resource_kind: str
    name: str
    resources: int
    action: str
    decided_on: str
    caveat: str
    way_back: str
    saved_grams_per_second: Estimate
    becomes: str = ""
    members: tuple[str, ...] = ()
    decision: Decision | None = None
    cost: YearlyCost | None = None

    @property
    def id(self) -> str:
        """Name by which it is dismissed: kind and subject."""
        return f"{self.kind}:{self.subject}"

    @property
    def is_of_one(self) -> bool:
        """Whether it is about one resource, whose id its subject is."""
        return self.kind not in OF_GROUPS


class Saving(Protocol):
    """What saves something: advice, or advice that was followed."""

    @property
    def kind(self) -> AdviceKind:
        """Kind of the advice."""

    @property
    def provider(self) -> str:
        """Provider of the account."""

    @property
    def account_id(self) -> str:
        """Account of the resource."""

    @property
    def resources(self) -> int:
        """How many it is about."""

    @property
    def saved_grams_per_second(self) -> Estimate:
        """What it saves."""


class AdviceSum(NamedTuple):
    """Advice of one kind in one account, together.

    resources: how many it is about. Bounds are those of each, added: what they err by alike is not
    kept, so that the interval is wider than that of a sum.
    """

    provider: str
    account_id: str
    kind: AdviceKind
    pieces: int
    resources: int
    saved_grams_per_second: Estimate


def sums_of(advice: Iterable[Saving]) -> tuple[AdviceSum, ...]:
    """Sums by account and kind. What two kinds save of one machine is not to be added up."""
    groups: defaultdict[tuple[str, str, AdviceKind], list[Saving]] = defaultdict(list)
    for each in advice:
        groups[each.provider, each.account_id, each.kind].append(each)
    sums: list[AdviceSum] = []
    for key, members in sorted(groups.items()):
        saved = [each.saved_grams_per_second for each in members]
        whole = Estimate(
            sum([each.value for each in saved]),
            sum([each.lower for each in saved]),
            sum([each.upper for each in saved]),
            weakest("measured", *{each.basis for each in saved}),
        )
        resources = sum([each.resources for each in members])
        sums.append(AdviceSum(*key, len(members), resources, whole))
    return tuple(sums)


def ranked(advice: Iterable[Advice]) -> tuple[Advice, ...]:
    """Advice with the largest saving first; by name where two save the same."""
    return tuple(sorted(advice, key=lambda each: (-each.saved_grams_per_second.value, each.id)))


def standing(advice: Iterable[Advice]) -> tuple[Advice, ...]:
    """Advice but what a person has dismissed."""
    return tuple([each for each in advice if each.decision != "dismissed"])
