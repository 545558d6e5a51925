"""Unused reservation: machines that are held for an account, and that no machine of its uses."""

from __future__ import annotations

from cloud_carbon_exporter.advice.known import days, long_enough
from cloud_carbon_exporter.advice.saving import NOTHING, carried
from cloud_carbon_exporter.advice.subject import Subject, Words, advice
from cloud_carbon_exporter.model.advice import Advice


def unused_reservation(subject: Subject) -> Advice | None:
    """Advice to give back what a reservation holds and nobody uses."""
    info = subject.resource.info
    unused = info.get("unused", "")
    if unused in ("", "0") or not long_enough(subject.evidence):
        return None
    saved = carried(subject.terms, NOTHING)
    if saved is None:
        return None
    held = f" of {info['reserved']}" if info.get("reserved") else ""
    of_type = f" {info['host_type']}" if info.get("host_type") else ""
    words = Words(
        action=f"give back the {unused} unused{held}{of_type}",
        decided_on=f"{unused}{held} unused, as many all the time, for {days(subject.evidence)}",
        way_back="reserve them again, if the cloud has any left then",
        caveat="a term that is paid for is not paid back; what is held for a failover is unused "
        "until then",
    )
    return advice("unused_reservation", subject, words, saved)
