"""Reference from a resource of a plan to another that holds its hardware, or its disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from cloud_carbon_exporter.plan.configuration import module_of, references, resource_of
from cloud_carbon_exporter.plan.document import Change, Document, without_indices
from cloud_carbon_exporter.plan.parts import rows_of
from cloud_carbon_exporter.plan.source import Source, with_others
from cloud_carbon_exporter.plan.values import Values, identity, mapping, reached

Side = Literal["before", "after"]
"""Side of a plan a resource is looked at."""

_IDENTITIES = ("id", "self_link", "self_link_unique", "arn")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Plan around a resource. disks: identities of its disks on each side."""

    document: Document
    disks: Mapping[Side, frozenset[str]]


def surroundings(document: Document) -> Surroundings:
    """Plan with its disks found."""
    sides: dict[Side, frozenset[str]] = {"before": frozenset(), "after": frozenset()}
    for side in sides:
        found: set[str] = set()
        for change in document.changes:
            if _is_disk(change.type):
                found |= _names(_at(change, side) or {})
        sides[side] = frozenset(found)
    return Surroundings(document, sides)


def source_of(around: Surroundings, change: Change, side: Side) -> Source | None:
    """Source of a resource's values on a side, with what it refers to; None where it is not."""
    source = _alone(around, change, side)
    if source is None:
        return None
    others = [_alone(around, other, side) for other in _referred(around.document, change, side)]
    return with_others(source, [other for other in others if other], "")


def _alone(around: Surroundings, change: Change, side: Side) -> Source | None:
    values = _at(change, side)
    if values is None:
        return None
    block = resource_of(module_of(around.document, change.module), change)
    source = Source(values, written=mapping(block.get("expressions")), disks=around.disks[side])
    return replace(source, unknown=change.unknown) if side == "after" else source


def _at(change: Change, side: Side) -> Values | None:
    return change.before if side == "before" else change.after


@cache
def _is_disk(resource_type: str) -> bool:
    """Whether a resource is a disk and nothing else."""
    return {row["part"] for row in rows_of(resource_type)} == {"block"}


def _referred(document: Document, change: Change, side: Side) -> Iterator[Change]:
    """What a resource refers to for its hardware, such as its launch template.

    By the name or id that its own values hold; else, as an id is known only once it is applied, by
    what its configuration refers to.
    """
    paths = {row["through"] for row in rows_of(change.type)} - {""}
    for path in "|".join(sorted(paths)).split("|") if paths else ():
        block = resource_of(module_of(document, change.module), change)
        named = set(references(block, path))
        held = _held(_at(change, side) or {}, path)
        for other in document.changes:
            theirs = _at(other, side)
            if theirs is None or other is change:
                continue
            beside = other.module == change.module
            own = without_indices(f"{other.type}.{other.name}")
            if held & _names(theirs) or (beside and own in named):
                yield other


def _held(values: Values, path: str) -> set[str]:
    found: set[str] = set()
    for value in reached(values, path):
        inner = value.values() if isinstance(value, Mapping) else (value,)
        found.update(identity(each) for each in inner if isinstance(each, str) and each)
    return found


def _names(values: Values) -> set[str]:
    """Names a resource is referred to by; versions of templates ($Latest) are none."""
    names = (values.get(key) for key in (*_IDENTITIES, "name"))
    return {identity(name) for name in names if isinstance(name, str) and name}
