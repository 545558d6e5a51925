"""Reference from a resource of a plan to another that holds its hardware, or its disk."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from cloud_carbon_exporter.plan.configuration import module_of, references, resource_of
from cloud_carbon_exporter.plan.document import Change, Document
from cloud_carbon_exporter.plan.parts import rows_of
from cloud_carbon_exporter.plan.source import Source, with_others
from cloud_carbon_exporter.plan.values import Values, identity, mapping, reached, text

Side = Literal["before", "after"]
"""Side of a plan a resource is looked at."""

_OF_HARDWARE = ("name", "at", "size", "boards")
_IDENTITIES = ("id", "self_link", "self_link_unique", "arn")
_ADDRESS = re.compile(r"\w+\.[\w-]+(?:\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\])?")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Plan around a resource. disks: identities of its disks on each side.

    A machine that stays may still name a disk that goes, so that those of before count after too.
    """

    document: Document
    disks: Mapping[Side, frozenset[str]]


def surroundings(document: Document) -> Surroundings:
    """Plan with its disks found."""
    before, after = _disks(document, "before"), _disks(document, "after")
    return Surroundings(document, {"before": before, "after": before | after})


def _disks(document: Document, side: Side) -> frozenset[str]:
    found: set[str] = set()
    for change in document.changes:
        if _is_disk(change.type):
            found |= _names(_at(change, side) or {}, (*_IDENTITIES, "name"))
    return frozenset(found)


def source_of(around: Surroundings, change: Change, side: Side) -> Source | None:
    """Source of a resource's values on a side, with what it refers to; None where it is not."""
    source = _alone(around, change, side)
    if source is None:
        return None
    referred, doubt = _referred(around.document, change, side)
    others = [_alone(around, other, side) for other in referred]
    return with_others(source, [other for other in others if other], doubt)


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


@cache
def _paths(resource_type: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Paths in these columns of the rows of a type of resource."""
    paths: dict[str, None] = {}
    for row in rows_of(resource_type):
        for column in columns:
            paths.update(dict.fromkeys(filter(None, row[column].split("|"))))
    return tuple(paths)


def _referred(document: Document, change: Change, side: Side) -> tuple[list[Change], str]:
    """What a resource refers to for its hardware, such as its launch template.

    And why it may be the wrong one: several fit as well as the first, and differ.
    """
    found: list[Change] = []
    doubt = ""
    for path in _paths(change.type, ("through",)):
        best = _best(document, change, path, side)
        hardware = {_hardware(change.type, _at(other, side) or {}) for other in best}
        if len(hardware) > 1:
            doubt = f"the first of {len(best)} that may be meant by {path} is taken"
        found += best[:1]
    return found, doubt


def _best(document: Document, change: Change, path: str, side: Side) -> list[Change]:
    """What fits a path best of all resources; several where none fits better."""
    reference = _Reference(document, change, path, side)
    ranked: defaultdict[int, list[Change]] = defaultdict(list)
    for other in document.changes:
        if other is not change and _at(other, side) is not None:
            ranked[reference.rank(other, side)].append(other)
    ranked.pop(_NO_MATCH, None)
    return ranked[min(ranked)] if ranked else []


_NO_MATCH = 9


class _Reference:
    """Reference at a path of a resource: by its values, else, as these come later, as written."""

    def __init__(self, document: Document, change: Change, path: str, side: Side) -> None:
        block = resource_of(module_of(document, change.module), change)
        self._written = {_without_attribute(each) for each in references(block, path)}
        values = _at(change, side) or {}
        self._held = _held(values, path)
        self._ids = _ids(values, path)
        self._change = change
        # launch_template, launch_template_specification, version.instance_template
        self._kind = path.rpartition(".")[2].removesuffix("_specification")

    def rank(self, other: Change, side: Side) -> int:
        """How surely another is meant, 0 first: ids, addresses, the same index, names.

        An id is of one resource. A name may be another's in another region or account, and a block
        with count or for_each is several: each takes the one of its own index, as each.key does.
        """
        if not other.type.endswith(self._kind):
            return _NO_MATCH
        values = _at(other, side) or {}
        if self._held & _names(values, _IDENTITIES):
            return 0
        if self._ids and values.get("id"):
            return _NO_MATCH  # another of the same name, of another account or region
        beside = other.module == self._change.module
        named = _NO_MATCH
        if self._held & _names(values, ("name",)):
            named = 4 if beside else 5
        return min(self._as_written(other) if beside else _NO_MATCH, named)

    def _as_written(self, other: Change) -> int:
        block, index = f"{other.type}.{other.name}", _index(other)
        if index and f"{block}{index}" in self._written:
            return 1
        if block not in self._written:
            return _NO_MATCH
        return 2 if index in ("", _index(self._change)) else 3


def _index(change: Change) -> str:
    """Index of a resource, such as ["big"] or [0]; empty where it has none."""
    block = f"{change.type}.{change.name}"
    own = change.address.removeprefix(f"{change.module}.").partition(" (deposed ")[0]
    return own.removeprefix(block)


def _without_attribute(reference: str) -> str:
    """Address in a reference: aws_launch_template.web["big"].id is of ...web["big"]."""
    address = _ADDRESS.match(reference)
    return address[0] if address else reference


def _hardware(resource_type: str, values: Values) -> str:
    """What a type of resource has from what it refers to, written out."""
    return repr([reached(values, path) for path in _paths(resource_type, _OF_HARDWARE)])


def _ids(values: Values, path: str) -> set[str]:
    """Ids of what a resource refers to, where they are known."""
    paths = {name for name in _held(values, path) if name.startswith("projects/")}
    ids = (text(values, f"{path}.{attribute}") for attribute in ("id", "launch_template_id"))
    return paths.union(filter(None, ids))


def _held(values: Values, path: str) -> set[str]:
    found: set[str] = set()
    for value in reached(values, path):
        inner = value.values() if isinstance(value, Mapping) else (value,)
        found.update(identity(each) for each in inner if isinstance(each, str) and each)
    return found


def _names(values: Values, keys: Iterable[str]) -> set[str]:
    """Names a resource is referred to by; versions of templates ($Latest) are none."""
    names = map(values.get, keys)
    return {identity(name) for name in names if isinstance(name, str) and name}
