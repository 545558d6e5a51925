"""All rules together: from rows and what is known of their past to advice, the largest first. Pure.

What is idle is not told to be smaller as well. All other rules stand beside one another: what they
save of one machine is not to be added up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from cloud_carbon_exporter.advice.idle import idle
from cloud_carbon_exporter.advice.known import KnownOf
from cloud_carbon_exporter.advice.log_retention import log_retention
from cloud_carbon_exporter.advice.moves import arm, older_generation
from cloud_carbon_exporter.advice.no_traffic import no_traffic
from cloud_carbon_exporter.advice.old_snapshots import is_snapshot, old_snapshots
from cloud_carbon_exporter.advice.oversized import oversized
from cloud_carbon_exporter.advice.regions import region_advice
from cloud_carbon_exporter.advice.saving import Look
from cloud_carbon_exporter.advice.subject import Subject, subject_of
from cloud_carbon_exporter.advice.unattached import unattached
from cloud_carbon_exporter.advice.unused_reservation import unused_reservation
from cloud_carbon_exporter.model.advice import Advice, Evidence, ranked
from cloud_carbon_exporter.model.snapshot import Row

Rule = Callable[[Subject], Advice | None]

ALONE: tuple[Rule, ...] = (idle, unattached, no_traffic, unused_reservation)
"""Rules after which nothing else is said of a resource: it is to go."""

BESIDE: tuple[Rule, ...] = (oversized, older_generation, arm, log_retention)
"""Rules that change a resource, each in a way of its own."""


def of_resource(subject: Subject) -> Iterator[Advice]:
    """Advice about one resource."""
    if not subject.resource.components:
        return
    for rule in ALONE:
        found = rule(subject)
        if found is not None:
            yield found
            return
    for rule in BESIDE:
        found = rule(subject)
        if found is not None:
            yield found


def of_row(row: Row, evidence: Evidence, look: Look) -> Iterator[Advice]:
    """Advice about the resource of one row."""
    if row.resource.components:
        yield from of_resource(subject_of(row, evidence, look))


def of_estate(
    rows: Collection[Row], known_of: KnownOf, look: Look, now: float
) -> Iterator[Advice | None]:
    """Advice about groups of resources: regions, and snapshots that pile up; None in between."""
    yield from region_advice(rows, known_of, look)
    snapshots: list[Subject] = []
    for row in rows:
        if not is_snapshot(row.resource.kind) or not row.resource.components:
            continue
        known = known_of(row.resource.id)
        if known is not None:
            snapshots.append(subject_of(row, known, look))
    yield from old_snapshots(snapshots, now)


def advise(rows: Collection[Row], known_of: KnownOf, look: Look, now: float) -> tuple[Advice, ...]:
    """All advice about an estate, the largest saving first."""
    found = list(filter(None, of_estate(rows, known_of, look, now)))
    for row in rows:
        known = known_of(row.resource.id)
        if known is not None:
            found += of_row(row, known, look)
    return ranked(found)


def without(advice: Iterable[Advice], dismissed: Collection[str]) -> tuple[Advice, ...]:
    """Advice but what was dismissed: by its id, its kind, or its subject."""
    kept: list[Advice] = []
    for each in advice:
        if dismissed and not {each.id, each.kind, each.subject}.isdisjoint(dismissed):
            continue
        kept.append(each)
    return tuple(kept)
