"""Snapshots that pile up: old ones that have a newer one of the same volume. Pure.

A snapshot after the first holds what has changed, so what is saved by deleting one is known of such
alone; the first of several is left out, as later ones stand on its blocks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cloud_carbon_exporter.advice.known import DAY_SECONDS
from cloud_carbon_exporter.advice.saving import NOTHING, carried
from cloud_carbon_exporter.advice.subject import Subject
from cloud_carbon_exporter.model.advice import Advice
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.sums import sum_of_all

_INCREMENTAL = "/incremental"


class Group(NamedTuple):
    """Snapshots of one kind in one account and region."""

    provider: str
    account_id: str
    region: str
    kind: str


def is_snapshot(kind: str) -> bool:
    """Whether things of a kind are snapshots."""
    return kind.endswith("/snapshot") or kind.endswith("_snapshot")


def old_snapshots(subjects: Iterable[Subject], now: float) -> Iterator[Advice]:
    """Advice to delete snapshots that are old, a group at once.

    subjects: the snapshots of the whole estate.
    """
    groups: defaultdict[Group, list[Subject]] = defaultdict(list)
    for subject in subjects:
        at = subject.resource.location
        key = Group(at.provider, at.account_id, at.region, subject.resource.kind)
        groups[key].append(subject)
    for group, members in groups.items():
        found = _piled_up(group, members, now)
        if found is not None:
            yield found


def _age_days(subject: Subject, now: float) -> float:
    """Days since it was made, or was first seen where nothing tells."""
    started = subject.resource.started
    since = subject.evidence.since if started is None else min(started, subject.evidence.since)
    return (now - since) / DAY_SECONDS


def _is_old(subject: Subject, now: float) -> bool:
    return _age_days(subject, now) > figure("advice.snapshot_days").value


def _piled_up(group: Group, members: Sequence[Subject], now: float) -> Advice | None:
    """Those that are old and not the newest of their volume."""
    newest: dict[str, float] = {}
    for subject in members:
        volume = subject.resource.info.get("volume", "")
        newest[volume] = min(newest.get(volume, _age_days(subject, now)), _age_days(subject, now))
    old: list[Subject] = []
    for subject in members:
        volume = subject.resource.info.get("volume", "")
        has_newer = bool(volume) and _age_days(subject, now) > newest[volume]
        if has_newer and _is_old(subject, now) and _is_incremental(subject):
            old.append(subject)
    emitted = [subject.emissions(subject.resource, subject.loads) for subject in old]
    saved = carried({"old": sum_of_all(emitted)}, NOTHING) if old else None
    if saved is None:
        return None
    oldest = max([_age_days(subject, now) for subject in old])
    return Advice(
        "old_snapshots",
        "/".join(group),
        *group,
        f"{len(old)} {group.kind}",
        len(old),
        f"delete {len(old)} old snapshots",
        f"older than {figure('advice.snapshot_days').value:g} days, the oldest of {oldest:.0f}; a "
        "newer one of the same volume is kept",
        "some may have to be kept by law or contract; what an image or a backup plan stands on is "
        "deleted through that",
        "none: a deleted snapshot is gone, unless a recycle bin holds it",
        saved,
        members=tuple([subject.resource.id for subject in old]),
    )


def _is_incremental(subject: Subject) -> bool:
    return any(part.part.endswith(_INCREMENTAL) for part in subject.resource.components)
