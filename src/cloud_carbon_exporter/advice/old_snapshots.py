"""Snapshots that pile up, and those that could lie in an archive: both by what they are of. Pure.

A snapshot after the first holds what has changed, so what is saved by deleting one is known of such
alone; the first of several is left out, as later ones stand on its blocks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from cloud_carbon_exporter.advice.known import DAY_SECONDS
from cloud_carbon_exporter.advice.saving import NOTHING, carried, of_parts
from cloud_carbon_exporter.advice.subject import Subject
from cloud_carbon_exporter.model.advice import Advice, AdviceKind
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.sums import Sum, sum_of_all
from cloud_carbon_exporter.model.types import Component

EBS = "aws/ebs-snapshot"
_INCREMENTAL = "/incremental"
_STANDALONE = ("instance/snapshot", "block/snapshot", "rdb/snapshot", "rds/db_snapshot")


class Group(NamedTuple):
    """Snapshots of one kind in one account and region."""

    provider: str
    account_id: str
    region: str
    kind: str

    @property
    def name(self) -> str:
        """The group in a line."""
        return "/".join(self)


def is_snapshot(kind: str) -> bool:
    """Whether things of a kind are snapshots."""
    return kind.endswith("/snapshot") or kind.endswith("_snapshot")


def old_snapshots(subjects: Iterable[Subject], now: float) -> Iterator[Advice]:
    """Advice to delete snapshots that are old, a group at once, and to archive what stands alone.

    subjects: the snapshots of the whole estate.
    """
    groups: defaultdict[Group, list[Subject]] = defaultdict(list)
    for subject in subjects:
        at = subject.resource.location
        key = Group(at.provider, at.account_id, at.region, subject.resource.kind)
        groups[key].append(subject)
    for group, members in groups.items():
        yield from _piled_up(group, members, now)
        yield from _archivable(group, members, now)


def _age_days(subject: Subject, now: float) -> float:
    """Days since it was made, or was first seen where nothing tells."""
    started = subject.resource.started
    since = subject.evidence.since if started is None else min(started, subject.evidence.since)
    return (now - since) / DAY_SECONDS


def _is_old(subject: Subject, now: float) -> bool:
    return _age_days(subject, now) > figure("advice.snapshot_days").value


def _parts(subject: Subject) -> tuple[Component, ...]:
    return subject.resource.components


def _piled_up(group: Group, members: Sequence[Subject], now: float) -> Iterator[Advice]:
    """Those that are old and not the newest of their volume."""
    newest: dict[str, float] = {}
    for subject in members:
        volume = subject.resource.info.get("volume", "")
        newest[volume] = min(newest.get(volume, _age_days(subject, now)), _age_days(subject, now))
    old: list[Subject] = []
    for subject in members:
        volume = subject.resource.info.get("volume", "")
        has_newer = bool(volume) and _age_days(subject, now) > newest[volume]
        deletable = has_newer and _is_incremental(subject)
        standalone = group.kind in _STANDALONE and not volume
        if _is_old(subject, now) and (deletable or standalone):
            old.append(subject)
    before = {subject.resource.id: _emitted(subject, _parts(subject)) for subject in old}
    oldest = max([_age_days(subject, now) for subject in old], default=0)
    gib = sum([part.amount for subject in old for part in _parts(subject)])
    advice = _advice(
        "old_snapshots",
        group,
        old,
        before,
        NOTHING,
        action=f"delete {len(old)} old snapshots",
        decided_on=f"{gib:,.0f} GiB at most, older than {_limit()} days, the oldest of "
        f"{oldest:.0f}; a newer one of the same volume is kept",
        way_back="none: a deleted snapshot is gone, unless a recycle bin holds it",
        caveat="some may have to be kept by law or contract",
    )
    if advice is not None:
        yield advice


def _archivable(group: Group, members: Sequence[Subject], now: float) -> Iterator[Advice]:
    """Old snapshots of EBS that are the only ones of their volume, for the archive tier."""
    of_volume: defaultdict[str, list[Subject]] = defaultdict(list)
    for subject in members:
        of_volume[subject.resource.info.get("volume", "")].append(subject)
    alone: list[Subject] = []
    for volume, subjects in of_volume.items():
        first = subjects[0]
        whole = all(part.part == EBS for part in _parts(first))
        if volume and len(subjects) == 1 and whole and _is_old(first, now):
            alone.append(first)
    before: dict[str, Sum] = {}
    after: dict[str, Sum] = {}
    for subject in alone:
        archived = [replace(part, part=f"{EBS}/archive") for part in _parts(subject)]
        before[subject.resource.id] = _emitted(subject, _parts(subject))
        after[subject.resource.id] = _emitted(subject, archived)
    gib = sum([part.amount for subject in alone for part in _parts(subject)])
    advice = _advice(
        "storage_class",
        group,
        alone,
        before,
        after,
        action=f"move {len(alone)} snapshots to the archive tier",
        decided_on=f"{gib:,.0f} GiB in full, older than {_limit()} days, each the only snapshot of "
        "its volume",
        way_back="restore them: it takes up to 72 hours",
        caveat=f"{_limit()} days in the archive are billed at least",
    )
    if advice is not None:
        yield advice


def _is_incremental(subject: Subject) -> bool:
    return any(part.part.endswith(_INCREMENTAL) for part in _parts(subject))


def _emitted(subject: Subject, parts: Sequence[Component]) -> Sum:
    return subject.emissions(of_parts(subject.resource, parts), subject.loads)


def _limit() -> str:
    return f"{figure('advice.snapshot_days').value:g}"


def _advice(
    kind: AdviceKind,
    group: Group,
    subjects: Sequence[Subject],
    before: Mapping[str, Sum],
    after: Mapping[str, Sum],
    *,
    action: str,
    decided_on: str,
    way_back: str,
    caveat: str,
) -> Advice | None:
    """Advice about several snapshots; None of none, or where the saving is not carried."""
    saved = carried(_whole(before), _whole(after)) if subjects else None
    if saved is None:
        return None
    return Advice(
        kind,
        group.name,
        group.provider,
        group.account_id,
        group.region,
        group.kind,
        f"{len(subjects)} {group.kind}",
        len(subjects),
        action,
        decided_on,
        caveat,
        way_back,
        saved,
    )


def _whole(terms: Mapping[str, Sum]) -> Mapping[str, Sum]:
    """All terms as one, so that what each has alone does not add up as if it were shared."""
    return {"all": sum_of_all(tuple(terms.values()))} if terms else terms
