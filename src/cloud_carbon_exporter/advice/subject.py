"""Subject of a rule: one resource, what is known of its past, and where it stands. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cloud_carbon_exporter.advice.held_for import manager_of
from cloud_carbon_exporter.advice.known import known_spread, long_enough
from cloud_carbon_exporter.advice.saving import Around, Look
from cloud_carbon_exporter.model.advice import Advice, AdviceKind, Evidence
from cloud_carbon_exporter.model.snapshot import Row
from cloud_carbon_exporter.model.sums import Sum
from cloud_carbon_exporter.model.types import Estimate, Resource, Signal

_DIGITS = 2


class Subject(NamedTuple):
    """One resource as a rule sees it.

    loads: means over two weeks where they are known, else what was read last. terms: what it emits
    so, by its own name: one side of a difference; empty of what is not known for two weeks. look:
    what estimates it.
    """

    resource: Resource
    evidence: Evidence
    loads: Mapping[Signal, float]
    where: Around
    look: Look
    terms: Mapping[str, Sum]

    def emissions(self, resource: Resource, loads: Mapping[Signal, float]) -> Sum:
        """Grams a second of a resource that stands where this one does."""
        return self.look.emissions(resource, loads, self.where)


class Words(NamedTuple):
    """Words of a piece of advice. becomes: machine type that is advised, where it is one."""

    action: str
    decided_on: str
    way_back: str
    caveat: str = ""
    becomes: str = ""


def mean_loads(row: Row, evidence: Evidence) -> Mapping[Signal, float]:
    """Loads of a row: means over two weeks where they are known, else what was read last.

    Shares are taken in whole per cent: a saving is not known as well as that, and machines that are
    alike are estimated once.
    """
    loads = dict(row.loads)
    for signal in evidence.spreads:
        spread = known_spread(evidence, signal)
        if spread is not None:
            ratio = signal.endswith("_ratio")
            loads[signal] = round(spread.mean, _DIGITS) if ratio else spread.mean
    return loads


def subject_of(row: Row, evidence: Evidence, look: Look) -> Subject:
    """The subject of a row of the Snapshot."""
    resource, loads = row.resource, mean_loads(row, evidence)
    where = look.around_of(resource.location)
    terms: dict[str, Sum] = {}
    if long_enough(evidence):
        terms[resource.id] = look.emissions(resource, loads, where)
    return Subject(resource, evidence, loads, where, look, terms)


def with_manager(caveat: str, resource: Resource) -> str:
    """A caveat of a change of type, with what runs the machine: its template is what changes."""
    manager = manager_of(resource)
    told = f"its {manager} runs it, and holds the type that is to be changed" if manager else ""
    return "; ".join(filter(None, (caveat, told)))


def advice(kind: AdviceKind, subject: Subject, words: Words, saved: Estimate) -> Advice:
    """Advice about one resource."""
    resource = subject.resource
    at = resource.location
    return Advice(
        kind,
        resource.id,
        at.provider,
        at.account_id,
        at.region,
        resource.kind,
        resource.name or resource.id,
        1,
        words.action,
        words.decided_on,
        words.caveat,
        words.way_back,
        saved,
        words.becomes,
    )
