"""Followed: how a resource that was told of stands now, and what it emits less. Pure.

What cannot be put down to the advice is not claimed: a machine that was told to be smaller and is
gone, one that is of another type than was advised, an idle one that is busy now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from cloud_carbon_exporter.advice.idle import hardware_of
from cloud_carbon_exporter.advice.known import DAY_SECONDS, KnownOf, known_spread
from cloud_carbon_exporter.advice.oversized import SIGNAL
from cloud_carbon_exporter.advice.saving import NOTHING, Look, carried
from cloud_carbon_exporter.advice.subject import mean_loads
from cloud_carbon_exporter.model.advice import AdviceKind
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.followed import Followed, Told, Way
from cloud_carbon_exporter.model.snapshot import Outcome, Row
from cloud_carbon_exporter.model.sums import Sum
from cloud_carbon_exporter.model.types import Resource

TO_GO: frozenset[AdviceKind] = frozenset({"idle", "unattached", "no_traffic", "unused_reservation"})
"""Kinds of advice that a resource follows by being gone."""

MOVED: frozenset[AdviceKind] = frozenset({"oversized", "older_generation", "arm"})
"""Kinds of advice that a resource follows by being of another machine type."""

Began = Callable[[Resource], float | None]
"""Since when a resource has been as it is; None where nobody knows."""


class Alike(NamedTuple):
    """What may take the place of a resource: all of one kind and type in its account and region."""

    provider: str
    account_id: str
    region: str
    kind: str
    host_type: str


def alike(resource: Resource) -> Alike:
    """Whose place a resource may take."""
    at = resource.location
    host_type = resource.info.get("host_type", "")
    return Alike(at.provider, at.account_id, at.region, resource.kind, host_type)


def listed_kinds(listings: Iterable[Outcome]) -> frozenset[tuple[str, str, str]]:
    """Provider, account and kind whose listings all went well: what is not there is gone."""
    well: set[tuple[str, str, str]] = set()
    failing: set[tuple[str, str, str]] = set()
    for outcome in listings:
        key = (outcome.provider, outcome.account_id, outcome.kind)
        (failing if outcome.error or outcome.last_success is None else well).add(key)
    return frozenset(well - failing)


def way_of(told: Told, row: Row | None, listed: Collection[tuple[str, str, str]]) -> Way | None:
    """How the advice is followed; None where it is not, or nobody can tell."""
    before = told.resource
    if row is None:
        at = before.location
        known = (at.provider, at.account_id, before.kind) in listed
        return "gone" if known and told.kind in TO_GO else None
    info = row.resource.info
    if told.kind == "idle" and not hardware_of(row.resource):
        return "stopped"
    if told.kind in MOVED and told.becomes and info.get("host_type") == told.becomes:
        return "changed"
    if told.kind == "log_retention" and info.get("retention", "never") != "never":
        return "expires"
    return None


def followed(
    told: Told, row: Row | None, known_of: KnownOf, look: Look, now: float, *, accepted: bool
) -> Followed | None:
    """What was saved; None where it is too early to tell, or the interval does not carry it."""
    if told.way is None or now - told.since < figure("advice.seen_days").value * DAY_SECONDS:
        return None
    where = look.around_of(told.resource.location)
    before = look.emissions(told.resource, told.loads, where)
    after = Sum()
    terms: Mapping[str, Sum] = NOTHING
    if row is not None:
        evidence = known_of(row.resource.id)
        if told.way == "changed" and (evidence is None or not known_spread(evidence, SIGNAL)):
            return None
        loads = mean_loads(row, evidence) if evidence is not None else row.loads
        after = look.emissions(row.resource, loads, look.around_of(row.resource.location))
        terms = {told.becomes or told.resource.id: after}
    saved = carried({told.resource.id: before}, terms)
    if saved is None:
        return None
    at = told.resource.location
    return Followed(
        told.kind,
        told.resource.id,
        at.provider,
        at.account_id,
        at.region,
        told.resource.kind,
        told.resource.name or told.resource.id,
        told.way,
        accepted,
        told.told_at,
        told.since,
        before.estimate,
        after.estimate,
        saved,
    )


def newcomers(
    rows: Iterable[Row], since: Mapping[Alike, float], began: Began
) -> Mapping[Alike, int]:
    """How many of each have come since a moment of theirs."""
    came: Counter[Alike] = Counter()
    for row in rows:
        group = alike(row.resource)
        moment = since.get(group)
        if moment is not None and (began(row.resource) or 0.0) > moment:
            came[group] += 1
    return came


def not_replaced(
    gone: Iterable[tuple[Alike, Followed]], came: Mapping[Alike, int]
) -> Iterator[Followed]:
    """Those of which none like it has come since, the largest savings left out first.

    Who was accepted is told in any case: a person has said what it is.
    """
    left = Counter(came)
    by_size = sorted(gone, key=lambda each: -each[1].saved_grams_per_second.value)
    for group, each in by_size:
        if each.accepted or left[group] <= 0:
            yield each
        else:
            left[group] -= 1
