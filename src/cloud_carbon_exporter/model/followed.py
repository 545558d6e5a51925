"""Followed advice: what a resource emitted when it was told of, and what it emits since.

Frozen, as all of the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from cloud_carbon_exporter.model.advice import AdviceKind
from cloud_carbon_exporter.model.types import Estimate, Resource, Signal

Way = Literal["gone", "stopped", "changed", "expires"]
"""How advice was followed.

gone: the resource is there no more. stopped: it holds its machine no more. changed: it is of the
type that was advised. expires: its data are kept for a time, no longer for ever.
"""

WAYS: tuple[Way, ...] = get_args(Way)


@dataclass(frozen=True, slots=True)
class Told:
    """Advice about one resource as it was told, and the resource as it was then.

    loads: its means over two weeks. told_at, seen_at: when it was told first, and last. way, since:
    how it was followed, and when that was seen first; None while the resource is as it was.
    """

    kind: AdviceKind
    resource: Resource
    loads: Mapping[Signal, float]
    becomes: str
    told_at: float
    seen_at: float
    way: Way | None = None
    since: float = 0

    @property
    def id(self) -> str:
        """Name of the advice."""
        return f"{self.kind}:{self.resource.id}"

    @property
    def key(self) -> tuple[str, str]:
        """What it is kept by: a machine may be told to be smaller again, once it is."""
        return self.id, self.becomes


@dataclass(frozen=True, slots=True)
class Followed:
    """What a piece of advice has saved since it was followed.

    told_at, since: when it was told first, and when it was seen to be followed. accepted: whether a
    person had said so. before_, after_grams_per_second: of power and manufacture of the resource,
    both by the grid of now. saved_grams_per_second: the difference; `lower` is above 0.
    """

    kind: AdviceKind
    subject: str
    provider: str
    account_id: str
    region: str
    resource_kind: str
    name: str
    way: Way
    accepted: bool
    told_at: float
    since: float
    before_grams_per_second: Estimate
    after_grams_per_second: Estimate
    saved_grams_per_second: Estimate

    @property
    def id(self) -> str:
        """Name of the advice that was followed."""
        return f"{self.kind}:{self.subject}"

    @property
    def resources(self) -> int:
        """How many it is about: always one, as nothing is known afterwards of a group's members."""
        return 1
