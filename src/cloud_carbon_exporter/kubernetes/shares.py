"""Shares of each node over time: whose a piece of its time was, however late it is counted."""

from __future__ import annotations

import math
from array import array
from collections import deque
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cloud_carbon_exporter.model.clusters import UNKNOWN, ClusterKey, Workload
from cloud_carbon_exporter.model.node_parts import Portion
from cloud_carbon_exporter.model.types import Resource

WHOLE = Portion((), (), 1.0, 1.0)


class Counted(NamedTuple):
    """What was counted of one machine or disk over [start, end). resource: it, where known."""

    resource_id: str
    start: float
    end: float
    joules: float
    operational_grams: float
    embodied_grams: float
    resource: Resource | None = None


Due = tuple[Workload, float, float]
"""What is due to one workload of what was counted: parts of its watts and of its grams."""


class Held(NamedTuple):
    """[start, end), in which these workloads had these portions of a node."""

    start: float
    end: float
    portions: Mapping[Workload, Portion]


class _Stretch(NamedTuple):
    """[start, end), in which these workloads had these shares."""

    start: float
    end: float
    workloads: tuple[Workload, ...]
    watts: array[float]
    grams: array[float]


class NodeShares:
    """Shares of one node; the newest last. Time between two stretches is nobody's we know."""

    __slots__ = ("_counted_until", "_stretches", "cluster")

    def __init__(self, cluster: ClusterKey) -> None:
        self.cluster = cluster
        self._stretches: deque[_Stretch] = deque()
        self._counted_until = -math.inf

    @property
    def last(self) -> float | None:
        """End of the newest stretch."""
        return self._stretches[-1].end if self._stretches else None

    def add(self, start: float, end: float, portions: Mapping[Workload, Portion]) -> None:
        """Add a stretch, which begins no sooner than the last one ends."""
        if end <= start:
            return
        last = self._stretches[-1] if self._stretches else None
        workloads = tuple(portions)
        watts = array("d", [portion.watts for portion in portions.values()])
        grams = array("d", [portion.grams for portion in portions.values()])
        if last is not None and last.workloads == workloads:
            workloads = last.workloads  # one object for both
            if last.end == start and (last.watts, last.grams) == (watts, grams):
                self._stretches[-1] = last._replace(end=end)
                return
        self._stretches.append(_Stretch(start, end, workloads, watts, grams))

    def forget(self, before: float) -> bool:
        """Forget what ended before. Whether anything is left."""
        while self._stretches and self._stretches[0].end < before:
            self._stretches.popleft()
        return bool(self._stretches)

    def move(self, seconds: float) -> None:
        """The clock was set."""
        self._counted_until += seconds
        for index, stretch in enumerate(self._stretches):
            moved = stretch._replace(start=stretch.start + seconds, end=stretch.end + seconds)
            self._stretches[index] = moved

    def due(self, start: float, end: float) -> Iterator[Due]:
        """Whose [start, end) was; what is due adds up to 1."""
        length, known = end - start, 0.0
        self._counted_until = max(self._counted_until, end)
        for stretch in self._stretches:
            overlap = min(end, stretch.end) - max(start, stretch.start)
            if overlap <= 0:
                continue
            part = overlap / length
            known += part
            for workload, watts, grams in zip(
                stretch.workloads, stretch.watts, stretch.grams, strict=True
            ):
                yield workload, part * watts, part * grams
        if known < 1:
            yield UNKNOWN, 1 - known, 1 - known

    def uncounted(self) -> Held | None:
        """Whose it was since the last that was counted, on average; None where nothing is known.

        This is what a restart must not forget: the time of a node is counted after it has gone by.
        """
        known = [one for one in self._stretches if one.end > self._counted_until]
        if not known:
            return None
        start = max(known[0].start, self._counted_until)
        seconds = 0.0
        sums: dict[Workload, tuple[float, float]] = {}
        for stretch in known:
            length = stretch.end - max(start, stretch.start)
            seconds += length
            for workload, watts, grams in zip(
                stretch.workloads, stretch.watts, stretch.grams, strict=True
            ):
                before = sums.get(workload, (0.0, 0.0))
                sums[workload] = (before[0] + length * watts, before[1] + length * grams)
        portions: dict[Workload, Portion] = {}
        for workload, (watts, grams) in sums.items():
            portions[workload] = Portion((), (), watts / seconds, grams / seconds)
        return Held(start, known[-1].end, portions)
