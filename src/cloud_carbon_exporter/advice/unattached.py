"""Unattached: a disk that nothing has used since it was first seen so, two weeks ago or more."""

from __future__ import annotations

from cloud_carbon_exporter.advice.known import days, long_enough
from cloud_carbon_exporter.advice.saving import NOTHING, carried
from cloud_carbon_exporter.advice.subject import Subject, Words, advice
from cloud_carbon_exporter.model.advice import Advice


def unattached(subject: Subject) -> Advice | None:
    """Advice to snapshot and delete a disk that no machine has."""
    resource = subject.resource
    if resource.info.get("attached") != "false" or not long_enough(subject.evidence):
        return None
    saved = carried(subject.terms, NOTHING)
    if saved is None:
        return None
    gib = sum([part.amount for part in resource.components])
    words = Words(
        action="delete it, after a snapshot where its data may be wanted",
        decided_on=f"{gib:,.0f} GiB, attached to nothing for {days(subject.evidence)}",
        way_back="make a disk from the snapshot; without one its data are gone",
        caveat="a snapshot that is kept emits a little too, which is not subtracted",
    )
    return advice("unattached", subject, words, saved)
