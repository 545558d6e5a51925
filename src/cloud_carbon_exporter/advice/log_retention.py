"""Log retention: a log group that never forgets, and holds more than three months brought it."""

from __future__ import annotations

from dataclasses import replace

from cloud_carbon_exporter.advice.known import DAY_SECONDS, known_spread
from cloud_carbon_exporter.advice.saving import carried, of_parts
from cloud_carbon_exporter.advice.subject import Subject, Words, advice
from cloud_carbon_exporter.model.advice import Advice
from cloud_carbon_exporter.model.facts import figure

KIND = "logs/log_group"
BYTES_PER_GIB = 2**30


def log_retention(subject: Subject) -> Advice | None:
    """Advice to let log events expire.

    What came in over the days that are kept is taken at its present rate and uncompressed, so that
    what is old is no more than is said.
    """
    resource = subject.resource
    if resource.kind != KIND or resource.info.get("retention") != "never":
        return None
    spread = known_spread(subject.evidence, "bytes")
    if spread is None:
        return None
    days = figure("advice.snapshot_days").value
    recent_gib = spread.mean * days * DAY_SECONDS / BYTES_PER_GIB
    stored = [part for part in resource.components if part.kind == "object"]
    held_gib = sum([part.amount for part in stored])
    old_gib = held_gib - recent_gib
    if not stored or old_gib <= 0:
        return None
    share = old_gib / held_gib
    old = [replace(part, amount=part.amount * share) for part in stored]
    before = subject.emissions(of_parts(resource, old), subject.loads)
    saved = carried({resource.id: before}, {})
    if saved is None:
        return None
    words = Words(
        action=f"let its events expire after {days:g} days",
        decided_on=f"{held_gib:,.1f} GiB kept for ever; at {spread.mean:,.0f} bytes a second, "
        f"{recent_gib:,.1f} GiB of it are younger than {days:g} days",
        way_back="set it to never expire again; what has expired is gone",
        caveat="some logs may have to be kept by law or contract",
    )
    return advice("log_retention", subject, words, saved)
