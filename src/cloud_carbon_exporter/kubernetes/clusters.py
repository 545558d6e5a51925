"""Clusters: from what their Prometheus said to what a Snapshot shows of them, and to counters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cloud_carbon_exporter.http.vector import garbage_left_alone
from cloud_carbon_exporter.kubernetes.counters import SeriesKey, WorkloadCounters
from cloud_carbon_exporter.kubernetes.feed import ClusterFeed, Read
from cloud_carbon_exporter.kubernetes.machines import Machines
from cloud_carbon_exporter.kubernetes.queries import RATE_SECONDS
from cloud_carbon_exporter.kubernetes.requests import RequestSums
from cloud_carbon_exporter.kubernetes.shares import Counted
from cloud_carbon_exporter.kubernetes.splitting import SplitCluster, Splitter
from cloud_carbon_exporter.kubernetes.top import Places
from cloud_carbon_exporter.model.clusters import (
    OTHER,
    ClusterNews,
    ClusterState,
    NodeState,
    WorkloadRow,
)
from cloud_carbon_exporter.model.snapshot import Row
from cloud_carbon_exporter.model.sums import FootprintSum

NOTHING = FootprintSum()


class Clusters:
    """All clusters, their Snapshot and their counters. One caller at a time, but for `feed`.

    stale_after: how old usage may be. counting: whether anything is counted, as it is not in
    scrape mode.
    """

    def __init__(
        self, feed: ClusterFeed, interval_seconds: float, stale_after: float, *, counting: bool
    ) -> None:
        self.feed = feed
        self.counters = WorkloadCounters()
        self.reach_seconds = max(RATE_SECONDS, 2 * interval_seconds)
        self._stale_after = stale_after
        self._counting = counting
        self._machines, self._splitter = Machines(), Splitter()
        self._requests = RequestSums()
        self._resumed: set[str] = set()
        self._places = {
            settings.cluster: Places(settings.top_workloads) for settings in feed.clusters
        }

    def __bool__(self) -> bool:
        return bool(self._places)

    def news(
        self, rows: Iterable[Row], counted: Iterable[Counted], now: float, *, advance: bool
    ) -> ClusterNews:
        """What is known of all clusters at `now`. rows: of all resources; counted: since the last.

        advance: whether counters move; amid a first collection they do not.
        """
        if not self:
            return ClusterNews()
        with garbage_left_alone():
            return self._news(rows, counted, now, advance=advance)

    def _news(
        self, rows: Iterable[Row], counted: Iterable[Counted], now: float, *, advance: bool
    ) -> ClusterNews:
        machines = self._machines.by_key(rows)
        if self._counting:
            self.counters.take(counted)
        taken: set[str] = set()
        sums: dict[SeriesKey, FootprintSum] = {}
        shown: dict[SeriesKey, SeriesKey] = {}
        states: list[ClusterState] = []
        reads = self.feed.reads()
        for read in reads:
            usage = read.usable(now, self._stale_after)
            found = SplitCluster()
            if usage is not None:
                found = self._splitter.split(read.settings, usage, machines, taken)
                self.counters.meet(read.settings.cluster, found.members)
                shown |= self._choose(read, found, now, advance=advance)
                sums |= found.sums(shown)
                if advance and self._counting:
                    self._hold(found, now)
            states.append(_state(read, found, usable=usage is not None))
        self._splitter.forget(taken)
        if advance and self._counting:
            self._count(sums, shown, now)
        requests = self._requests.of(reads, now, self._stale_after)
        days = self.counters.take_days() if advance else ()
        return ClusterNews(tuple(self._rows(sums)), tuple(states), tuple(requests), tuple(days))

    def move(self, seconds: float) -> None:
        """The clock was set."""
        self.feed.move(seconds)
        self.counters.move(seconds)
        for places in self._places.values():
            places.move(seconds)

    def _choose(
        self, read: Read, found: SplitCluster, now: float, *, advance: bool
    ) -> Mapping[SeriesKey, SeriesKey]:
        name = read.settings.cluster
        places = self._places[name]
        of_cluster = [key for key in self.counters.series() if key[0].cluster == name]
        if name not in self._resumed:  # those of an earlier process
            places.resume(of_cluster, now)
            self._resumed.add(name)
        shown = places.choose(found.watts(), now)
        # a workload that is gone may be counted late, in the rest of its namespace
        places.resume([key for key in of_cluster if key[1].name == OTHER], now)
        if advance and found.nodes:
            there = set(shown.values())
            kept = [key for key in of_cluster if key in there or places.keeps(key)]
            self.counters.drop(set(of_cluster).difference(kept))
        return shown

    def _hold(self, found: SplitCluster, now: float) -> None:
        for resource, cluster, portions in found.held():
            self.counters.hold(resource.id, cluster, now - self.reach_seconds, now, portions)

    def _count(
        self,
        sums: Mapping[SeriesKey, FootprintSum],
        shown: Mapping[SeriesKey, SeriesKey],
        now: float,
    ) -> None:
        for key in sums:
            self.counters.show(key)
        self.counters.share(shown)
        self.counters.forget(now)
        gone = [key for key in self.counters.series() if key[0].cluster not in self._places]
        self.counters.drop(gone)

    def _rows(self, sums: Mapping[SeriesKey, FootprintSum]) -> Iterator[WorkloadRow]:
        keys = sums.keys() | set(self.counters.series()) if self._counting else sums.keys()
        for key in sorted(keys):
            totals = self.counters.totals(key) if self._counting else None
            yield WorkloadRow(*key, sums.get(key, NOTHING), totals)


def _not_split(found: SplitCluster) -> str:
    """Why none of its nodes is split."""
    if found.nameless == found.states["unmatched"]:
        return "tells its provider id, by which its machine is known"
    return "is a machine that is explored, or all of them are those of another cluster"


def _state(read: Read, found: SplitCluster, *, usable: bool) -> ClusterState:
    nodes: dict[NodeState, int] = dict(found.states)
    error = read.error
    unmatched = nodes.get("unmatched", 0)
    if usable and not error and unmatched and not found.nodes:
        error = f"none of its {unmatched} nodes {_not_split(found)}"
    return ClusterState(
        read.settings.cluster,
        usable and not error,
        error,
        read.read_at if usable else None,
        nodes,
    )
