"""Split of one node among its workloads: which share of each part of it is whose. Pure.

    processors  at rest: cores used / cores there are; by work: cores used / cores used by all
    memory      the larger of use and request, of each pod / bytes there are
    boards      at rest: boards asked for / boards there are; by work: work / work of all
    disks       bytes asked for / bytes there are

What is left over is idle; what is used by nobody known is unknown. The shares of a part add up to
1, and none is below 0. See docs/kubernetes.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from operator import add
from typing import NamedTuple

import msgspec
from msgspec.structs import astuple

from cloud_carbon_exporter.model.clusters import IDLE, UNKNOWN, Workload


class Node(NamedTuple):
    """Node of a cluster: what it has, and what is used of it.

    0 of what is not known; None of a use that was not read.

    board_work: of all boards, in whatever unit the pods' is.
    """

    cores: float = 0
    memory_bytes: float = 0
    disk_bytes: float = 0
    cores_used: float | None = None
    memory_bytes_used: float | None = None
    board_work: float | None = None


class Held(msgspec.Struct, frozen=True, gc=False):
    """What the pods of one workload use and ask for on one node; never looked at as garbage.

    memory_bytes_held: the larger of use and request, of each pod. boards_asked: as a share of all
    boards of the node.
    """

    cores: float = 0
    cores_asked: float = 0
    memory_bytes: float = 0
    memory_bytes_asked: float = 0
    memory_bytes_held: float = 0
    boards_asked: float = 0
    board_work: float = 0
    disk_bytes_asked: float = 0

    def plus(self, other: Held) -> Held:
        """Of both together."""
        return Held(*map(add, astuple(self), astuple(other)))


class Shares(NamedTuple):
    """Shares of the parts of a node that are one workload's, 0..1."""

    cores_at_rest: float
    cores_at_work: float
    memory: float
    boards_at_rest: float
    boards_at_work: float
    disks: float


class _Part(NamedTuple):
    """Shares of one part, by workload in order; then what is unknown, then what is idle."""

    shares: Sequence[float]
    unknown: float
    idle: float

    def whole(self) -> Sequence[float]:
        return (*self.shares, self.unknown, self.idle)


def split(
    node: Node, workloads: Mapping[Workload, Held], *, idle_by_request: bool = False
) -> dict[Workload, Shares]:
    """Shares of a node by workload, idle and unknown among them.

    idle_by_request: whether what is idle is given to those who ask for something, by how much.
    """
    held = list(workloads.values())
    cores_asked = [each.cores_asked for each in held]
    memory_asked = [each.memory_bytes_asked for each in held]
    boards_asked = [each.boards_asked for each in held]
    disk_asked = [each.disk_bytes_asked for each in held]
    parts = [
        (_cores_at_rest(node, held), cores_asked),
        (_cores_at_work(node, held), cores_asked),
        (_memory(node, held), memory_asked),
        (_of_size(boards_asked, 0, 1), boards_asked),
        (_boards_at_work(node, held, boards_asked), boards_asked),
        (_of_size(disk_asked, 0, node.disk_bytes), disk_asked),
    ]
    columns: list[Sequence[float]] = []
    for part, asked in parts:
        columns.append((_given_away(part, asked) if idle_by_request else part).whole())
    names = (*workloads, UNKNOWN, IDLE)
    rows = map(Shares._make, zip(*columns, strict=True))
    return {name: row for name, row in zip(names, rows, strict=True) if any(row)}


def _cores_at_rest(node: Node, held: Sequence[Held]) -> _Part:
    used = [each.cores for each in held]
    unknown = _beyond(used, node.cores_used)
    if node.cores_used is None and not any(used):
        return _nothing_known(held)
    return _of_size(used, unknown, node.cores)


def _cores_at_work(node: Node, held: Sequence[Held]) -> _Part:
    used = [each.cores for each in held]
    return _of_work(used, _beyond(used, node.cores_used))


def _memory(node: Node, held: Sequence[Held]) -> _Part:
    kept = [each.memory_bytes_held for each in held]
    unknown = _beyond([each.memory_bytes for each in held], node.memory_bytes_used)
    if node.memory_bytes_used is None and not any(kept):
        return _nothing_known(held)
    return _of_size(kept, unknown, node.memory_bytes)


def _boards_at_work(node: Node, held: Sequence[Held], asked: Sequence[float]) -> _Part:
    """By what they do, where the boards tell it; else by who asked for them."""
    if node.board_work is not None:
        done = [each.board_work for each in held]
        return _of_work(done, _beyond(done, node.board_work))
    if any(asked):
        return _of_work(asked, 0)
    return _of_size(asked, 0, 1)


def _beyond(used: Sequence[float], by_all: float | None) -> float:
    """What is used beyond what is known whose it is."""
    return 0.0 if by_all is None else max(0.0, by_all - math.fsum(used))


def _of_size(held: Sequence[float], unknown: float, size: float) -> _Part:
    """Shares of what is there; where more is held than is there, of what is held."""
    taken = math.fsum((*held, unknown))
    whole = max(size, taken)
    if not whole:
        return _Part([0.0] * len(held), 0.0, 1.0)
    shares = [each / whole for each in held]
    return _Part(shares, unknown / whole, (whole - taken) / whole)


def _of_work(done: Sequence[float], unknown: float) -> _Part:
    """Shares of what is done; where nothing is, and watts for it all the same, it is unknown."""
    whole = math.fsum((*done, unknown))
    if not whole:
        return _nothing_known(done)
    return _Part([each / whole for each in done], unknown / whole, 0.0)


def _nothing_known(of: Sequence[object]) -> _Part:
    return _Part([0.0] * len(of), 1.0, 0.0)


def _given_away(part: _Part, asked: Sequence[float]) -> _Part:
    """The idle share given to those who ask; where nobody does, it stays idle."""
    whole = math.fsum(asked)
    if not whole:
        return part
    shares: list[float] = []
    for share, wanted in zip(part.shares, asked, strict=True):
        shares.append(share + part.idle * (wanted / whole))
    return _Part(shares, part.unknown, 0.0)
