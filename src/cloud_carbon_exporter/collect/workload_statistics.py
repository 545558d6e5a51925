"""Statistics of workloads: how much of what they ask for they used, over two to three weeks.

A section of the state file. Ratios of what is asked for are kept and no cores, as the pods of a
workload come and go. Who lowers a request sees the ratio rise within a day; who raises one is told
nothing until the old hours are forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import nlargest
from typing import NamedTuple

from cloud_carbon_exporter.collect.load_sketch import WEEK_SECONDS, WEEKS, LoadSketch
from cloud_carbon_exporter.model.advice import Evidence
from cloud_carbon_exporter.model.clusters import ClusterRequests, Requests, Workload
from cloud_carbon_exporter.storage.rows import Row

CORES, MEMORY = "cpu_ratio", "memory_ratio"

MOST_WORKLOADS = 2000
"""Workloads of a cluster that are watched: those that ask for most. Each takes 1 kB."""

FORGOTTEN_SECONDS = WEEKS * WEEK_SECONDS


class WorkloadKey(NamedTuple):
    """A workload of a cluster, by the cluster's name."""

    cluster: str
    workload: Workload


class _Watched:
    """One workload: since and until when, and its two sketches."""

    __slots__ = ("cores", "memory", "since", "until")

    def __init__(self, since: float, until: float) -> None:
        self.since, self.until = since, until
        week = int(since // WEEK_SECONDS)
        self.cores, self.memory = LoadSketch(week), LoadSketch(week)


class WorkloadStatistics:
    """Hours of all workloads that are watched, by how much of their requests was used."""

    def __init__(self) -> None:
        self._watched: dict[WorkloadKey, _Watched] = {}
        self._read_at: dict[str, float] = {}

    def look(self, told: ClusterRequests, longest_seconds: float) -> None:
        """Count the time since a cluster was read before; what is longer was not read.

        longest_seconds: for how long an answer speaks, but for sources that are asked seldom.
        """
        before = self._read_at.get(told.cluster)
        self._read_at[told.cluster] = told.read_at
        if before is None or told.read_at <= before:
            return
        longest_seconds = max(longest_seconds, told.seldom_seconds)
        start = max(before, told.read_at - longest_seconds)
        for each in nlargest(MOST_WORKLOADS, told.workloads, key=lambda of: of.cores_asked):
            if before < start:
                self._unread(WorkloadKey(told.cluster, each.workload), before, start)
            self.add(told.cluster, each, start, told.read_at)
        self._forget(told.cluster, told.read_at)

    def add(self, cluster: str, told: Requests, start: float, end: float) -> None:
        """Count a stretch of time of a workload."""
        if not told.cores_asked and not told.memory_asked:
            return
        key = WorkloadKey(cluster, told.workload)
        known = self._watched.get(key)
        if known is None:
            known = self._watched[key] = _Watched(start, end)
        known.since, known.until = min(known.since, start), max(known.until, end)
        known.cores.add(start, end, _ratio(told.cores, told.cores_asked))
        known.memory.add(start, end, _ratio(told.memory, told.memory_asked))

    def _unread(self, key: WorkloadKey, start: float, end: float) -> None:
        known = self._watched.get(key)
        if known is not None and end - start < FORGOTTEN_SECONDS:
            known.cores.add(start, end, None)
            known.memory.add(start, end, None)

    def _forget(self, cluster: str, now: float) -> None:
        for key, known in list(self._watched.items()):
            if key.cluster == cluster and known.until < now - FORGOTTEN_SECONDS:
                del self._watched[key]

    def evidence(self, cluster: str, workload: Workload, now: float) -> Evidence | None:
        """What is known of one workload; None of what is not watched."""
        known = self._watched.get(WorkloadKey(cluster, workload))
        if known is None:
            return None
        week = int(now // WEEK_SECONDS)
        spreads = {CORES: known.cores.spread(week), MEMORY: known.memory.spread(week)}
        since = max(known.since, (week - WEEKS + 1) * WEEK_SECONDS)
        return Evidence(since, known.until, spreads)

    def __len__(self) -> int:
        return len(self._watched)

    def move(self, seconds: float) -> None:
        """The clock was set: all marks move; the weeks stay, for a step is no week."""
        for cluster in self._read_at:
            self._read_at[cluster] += seconds
        for known in self._watched.values():
            known.since += seconds
            known.until += seconds

    def dump(self) -> Iterator[Row]:
        """Rows: cluster, workload, since, until, newest week, hours by ratio of both sketches."""
        for key, known in self._watched.items():
            sketches = [known.cores.kept(), known.memory.kept()]
            newest = [known.cores.newest, known.memory.newest]
            yield [key.cluster, *key.workload, known.since, known.until, *newest, *sketches]

    def load(self, rows: Iterable[Row]) -> None:
        """Take back what `dump` gave. Raises ValueError or TypeError for anything else."""
        loaded: dict[WorkloadKey, _Watched] = {}
        read_at: dict[str, float] = {}
        for cluster, namespace, kind, name, since, until, *sketches in rows:
            cores_newest, memory_newest, cores, memory = sketches
            workload = Workload(str(namespace), str(kind), str(name))
            watched = _Watched(float(since), float(until))
            watched.cores = LoadSketch.of_kept(int(cores_newest), cores)
            watched.memory = LoadSketch.of_kept(int(memory_newest), memory)
            loaded[WorkloadKey(str(cluster), workload)] = watched
            read_at[str(cluster)] = max(read_at.get(str(cluster), 0.0), watched.until)
        self._watched, self._read_at = loaded, read_at


def _ratio(used: float, asked: float) -> float | None:
    """How much of what is asked for is used; None where nothing is asked for."""
    return used / asked if asked else None
