"""What a Target knows between refreshes, and what it hands over for the next Snapshot."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cloud_carbon_exporter.collect.measure import Round
from cloud_carbon_exporter.collect.sweep import Swept
from cloud_carbon_exporter.collect.target import Target
from cloud_carbon_exporter.collect.timeline import SweepKey
from cloud_carbon_exporter.model.types import Outcome, Resource, TargetState
from cloud_carbon_exporter.providers.spec import Extras, Listing, Scope, ServiceSpec


@dataclass(slots=True)
class SweepState:
    """What is known of one Listing in one Scope. `swept` is the last good result, from `seen_at`."""

    listing: Listing
    specs: Sequence[ServiceSpec]
    scope: Scope
    swept: Swept | None = None
    seen_at: float = -math.inf
    error: str = ""
    since: Mapping[str, float | None] = field(
        default_factory=dict
    )  # kind that fails -> when it last did not
    kept: frozenset[str] = (
        frozenset()
    )  # ids in `swept` of an earlier sweep, as their kind fails since
    seconds: float = 0
    inhabited: bool = False  # ever found something
    rest: int = 0  # refreshes to leave it alone, having been empty
    task: asyncio.Task[None] | None = None

    def take(self, fresh: Swept, now: float) -> None:
        """A sweep has ended; the kinds it failed for keep what they had."""
        known = None if self.swept is None else self.seen_at
        self.since = {kind: self.since.get(kind, known) for kind in fresh.failures}
        found = {resource.id for resource in fresh.resources} if self.since else frozenset[str]()
        before = self.swept.resources if self.swept is not None and self.since else ()
        kept = [
            resource
            for resource in before
            if resource.kind in self.since and resource.id not in found
        ]
        self.kept = frozenset(resource.id for resource in kept)
        self.swept, self.seen_at, self.error = fresh.with_kept(kept), now, ""

    def outcomes(self) -> Iterator[Outcome]:
        """One row for each kind the listing feeds; none before its first sweep has ended, well or
        not.
        """
        at = self.scope
        if self.swept is None and not self.error:
            return
        counts = self.swept.counts if self.swept is not None else {}
        success = self.seen_at if self.swept is not None else None
        failures = self.swept.failures if self.swept is not None else {}
        for spec in self.specs:
            kind, count = spec.kind, counts.get(spec.kind, 0)
            error = self.error or str(failures.get(kind, ""))
            last_success = self.since.get(kind, success)
            yield Outcome(
                at.provider,
                at.account_id,
                at.region,
                kind,
                error,
                self.seconds,
                count,
                last_success,
            )


def by_region(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """One row a kind, account and region: the zones of a region stand together, and one that failed
    shows.
    """
    found: dict[tuple[str, str, str, str], Outcome] = {}
    for each in outcomes:
        key = (each.provider, each.account_id, each.region, each.kind)
        found[key] = _together(found[key], each) if key in found else each
    return tuple(found.values())


def _together(one: Outcome, other: Outcome) -> Outcome:
    successes = (one.last_success, other.last_success)
    return replace(
        one,
        error=one.error or other.error,
        seconds=max(one.seconds, other.seconds),
        resources=one.resources + other.resources,
        last_success=None
        if None in successes
        else min(each for each in successes if each is not None),
    )


@dataclass(frozen=True, slots=True)
class Fresh:
    """The last good result of one sweep, as of `seen_at`. kept: ids in it that were last seen by an
    earlier one.
    """

    key: SweepKey
    provider: str
    swept: Swept
    seen_at: float
    kept: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Contribution:
    """All a Target has to say for the next Snapshot.

    waits: whether what a resource draws now hangs on a series that is read. gone: sweeps whose
        scope exists no more.
    rounds: reads made since the last Contribution; each is handed over once.
    """

    target: Target
    waits: Callable[[Resource], bool]
    state: TargetState
    sweeps: tuple[Fresh, ...]
    gone: tuple[SweepKey, ...]
    listings: tuple[Outcome, ...]
    measurements: tuple[Outcome, ...]
    rounds: tuple[Round, ...]
    extras: Extras
    tried: bool

    def oldest(self, now: float, stale_after: float) -> float:
        """What was last seen before this is shown no more; a collection not due yet has not failed
        to see it.
        """
        interval = self.target.settings.interval_seconds
        return now - stale_after - (interval if interval >= stale_after else 0)
