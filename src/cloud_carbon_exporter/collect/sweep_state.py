"""State of one sweep between refreshes: its last good result, its error, and when it runs again."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cloud_carbon_exporter.collect.last_good import failures_to_show, kept_of_failed_kinds
from cloud_carbon_exporter.collect.rest import Rest
from cloud_carbon_exporter.collect.sweep import Swept
from cloud_carbon_exporter.model.snapshot import Outcome
from cloud_carbon_exporter.providers.spec import Listing, Scope, ServiceSpec


@dataclass(slots=True)
class SweepState:
    """What is known of one Listing in one Scope.

    swept: the last good result, from `seen_at`. since: kind that fails -> when it last did not.
    kept: ids in `swept` of an earlier sweep, as their kind fails since. seconds: how long the
    newest sweep took. inhabited: whether it ever found something. found: kinds it ever found. rest:
    how long it is left alone, having been empty. rested: refreshes that it was; None where it need
    not rest. task: the sweep that is under way. missing_since: kind -> since when its
    list is missing from answers.
    """

    listing: Listing
    specs: Sequence[ServiceSpec]
    scope: Scope
    swept: Swept | None = None
    seen_at: float = -math.inf
    error: str = ""
    since: Mapping[str, float | None] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    seconds: float = 0
    inhabited: bool = False
    found: frozenset[str] = frozenset()
    rest: Rest = field(default_factory=Rest)
    rested: int | None = None
    missing_since: dict[str, float] = field(default_factory=dict)
    task: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """What the log calls it: provider, account, place, operation."""
        scope = self.scope
        parts = (scope.provider, scope.account_id, scope.region, scope.zone, self.listing.operation)
        return " ".join(filter(None, parts))

    @property
    def tried(self) -> bool:
        """Whether it has ended once, well or not."""
        return self.swept is not None or bool(self.error)

    def take(self, fresh: Swept, now: float) -> Swept:
        """Take the result of a sweep; the kinds it failed for keep what they had.

        Returns what is held from now on.
        """
        failures = failures_to_show(self.swept, fresh, self.missing_since, now)
        fresh = replace(fresh, failures=failures)
        if self.missing_since and self.swept is not None:
            fresh = replace(fresh, unsupported=self.swept.unsupported)
        last_success = None if self.swept is None else self.seen_at
        since: dict[str, float | None] = {}
        for kind in failures:
            since[kind] = self.since.get(kind, last_success)
        kept = kept_of_failed_kinds(self.swept, fresh, since)
        self.since = since
        self.kept = frozenset(resource.id for resource in kept)
        self.swept, self.seen_at, self.error = fresh.with_kept(kept), now, ""
        self.found = self.found.union(kind for kind, count in fresh.counts.items() if count)
        self.inhabited = self.inhabited or bool(fresh.resources or fresh.unsupported)
        self.rested = None if self.inhabited or failures else 0
        return self.swept

    def move(self, seconds: float) -> None:
        """The clock was set: what was seen, and what is doubted since, moves with it."""
        self.seen_at += seconds
        since: dict[str, float | None] = {}
        for kind, moment in self.since.items():
            since[kind] = None if moment is None else moment + seconds
        self.since = since
        for kind in self.missing_since:
            self.missing_since[kind] += seconds

    def rests(self, in_use: bool) -> bool:
        """Whether it is left alone in this refresh; what was marked failed meanwhile never is.

        in_use: whether anything else stands in its place.
        """
        if self.rested is None or self.error:
            return False
        self.rested += 1
        return self.rested <= (self.rest.used if in_use else self.rest.unused)

    def outcomes(self) -> Iterator[Outcome]:
        """One row for each kind the listing feeds; none before its first sweep has ended."""
        if self.swept is None and not self.error:
            return
        swept = self.swept or Swept()
        success = self.seen_at if self.swept is not None else None
        for spec in self.specs:
            yield Outcome(
                self.scope.provider,
                self.scope.account_id,
                self.scope.region,
                spec.kind,
                self.error or str(swept.failures.get(spec.kind, "")),
                self.seconds,
                swept.counts.get(spec.kind, 0),
                self.since.get(spec.kind, success),
                spec.kind in self.found,
            )
