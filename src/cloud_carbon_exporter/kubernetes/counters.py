"""Counters by workload: what was counted of each node, given to those whose it was at the time.

They move as the counters of the nodes do, and by as much in all: a piece of a node's time is
counted once, when it is known, and shared out by who had the node then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cloud_carbon_exporter.kubernetes.shares import Counted, NodeShares
from cloud_carbon_exporter.model.clusters import (
    IDLE,
    UNKNOWN,
    ClusterKey,
    Workload,
    WorkloadDay,
    rest_of,
)
from cloud_carbon_exporter.model.hours import DAY_SECONDS
from cloud_carbon_exporter.model.node_parts import Portion
from cloud_carbon_exporter.model.types import Totals
from cloud_carbon_exporter.storage.rows import Row

KEPT_SECONDS = 7200.0
"""So long it is remembered whose a node was: the slowest read comes within an hour."""

SeriesKey = tuple[ClusterKey, Workload]


class WorkloadCounters:
    """Joules and grams of all workloads that have series; a section of the state file."""

    def __init__(self) -> None:
        self._nodes: dict[str, NodeShares] = {}
        self._totals: dict[SeriesKey, list[float]] = {}
        self._days: dict[tuple[int, SeriesKey], list[float]] = {}
        self._unshared: list[Counted] = []

    def take(self, counted: Iterable[Counted]) -> None:
        """Keep what was counted until `share`."""
        self._unshared += counted

    def hold(
        self,
        resource_id: str,
        cluster: ClusterKey,
        start: float,
        end: float,
        portions: Mapping[Workload, Portion],
    ) -> None:
        """Over [start, end) a node was these workloads'; `start` at most where the last ended."""
        node = self._nodes.get(resource_id)
        if node is None or node.cluster != cluster:
            node = self._nodes[resource_id] = NodeShares(cluster)
        last = node.last
        node.add(start if last is None else max(start, last), end, portions)

    def share(self, shown: Mapping[SeriesKey, SeriesKey]) -> None:
        """Give what was counted to those whose it was.

        shown: under which series a workload is counted, where it is not its own.
        """
        unshared, self._unshared = self._unshared, []
        for piece in unshared:
            node = self._nodes.get(piece.resource_id)
            if node is not None:
                for part in _by_day(piece):
                    self._share(node, part, shown)

    def _share(
        self, node: NodeShares, piece: Counted, shown: Mapping[SeriesKey, SeriesKey]
    ) -> None:
        """Give a piece that lies within one day."""
        day = int(piece.start // DAY_SECONDS) * DAY_SECONDS
        for workload, watts, grams in node.due(piece.start, piece.end):
            key = self._series((node.cluster, workload), shown)
            totals = self._totals.setdefault(key, [0.0, 0.0, 0.0])
            of_day = self._days.setdefault((day, key), [0.0, 0.0, 0.0])
            joules, operational = watts * piece.joules, watts * piece.operational_grams
            embodied = grams * piece.embodied_grams
            for sums in (totals, of_day):
                sums[0] += joules
                sums[1] += operational
                sums[2] += embodied

    def take_days(self) -> Iterator[WorkloadDay]:
        """What was shared since this was last asked, by day."""
        days, self._days = self._days, {}
        for (day, key), amounts in days.items():
            yield WorkloadDay(day, *key, *amounts)

    def _series(self, key: SeriesKey, shown: Mapping[SeriesKey, SeriesKey]) -> SeriesKey:
        """Series of a workload: of one that is gone its own while there is one, else the rest."""
        known = shown.get(key)
        if known is not None:
            return known
        cluster, workload = key
        own = key in self._totals or workload in (IDLE, UNKNOWN)
        return key if own else (cluster, rest_of(workload))

    def show(self, key: SeriesKey) -> None:
        """Let a series stand at 0 from now on, if it is new."""
        self._totals.setdefault(key, [0.0, 0.0, 0.0])

    def drop(self, keys: Iterable[SeriesKey]) -> None:
        """Forget series that are shown no more."""
        for key in keys:
            self._totals.pop(key, None)

    def series(self) -> list[SeriesKey]:
        """All that there are."""
        return list(self._totals)

    def totals(self, key: SeriesKey) -> Totals:
        """Where a series stands."""
        return Totals(*self._totals.get(key, (0.0, 0.0, 0.0)))

    def forget(self, now: float) -> None:
        """Forget whose nodes were longer ago than anything can still be counted."""
        gone = [id_ for id_, node in self._nodes.items() if not node.forget(now - KEPT_SECONDS)]
        for resource_id in gone:
            del self._nodes[resource_id]

    def move(self, seconds: float) -> None:
        """The clock was set."""
        for node in self._nodes.values():
            node.move(seconds)

    def dump(self) -> Iterator[Row]:
        """Rows of everything a restart must not lose: cluster, workload, joules and grams."""
        for (cluster, workload), totals in self._totals.items():
            yield [*cluster, *workload, *totals]

    def load(self, rows: Iterable[Row]) -> None:
        """Take back what `dump` gave. Raises ValueError or TypeError for anything else."""
        loaded: dict[SeriesKey, list[float]] = {}
        for provider, account, cluster, namespace, kind, name, *amounts in rows:
            key = ClusterKey(str(provider), str(account), str(cluster))
            joules, operational, embodied = amounts
            totals = [float(joules), float(operational), float(embodied)]
            loaded[key, Workload(str(namespace), str(kind), str(name))] = totals
        self._totals = loaded


def _by_day(piece: Counted) -> Iterator[Counted]:
    """A piece of time, cut at midnight."""
    start, length = piece.start, piece.end - piece.start
    while start < piece.end:
        end = min(piece.end, (start // DAY_SECONDS + 1) * DAY_SECONDS)
        part = (end - start) / length
        yield Counted(piece.resource_id, start, end, *[part * each for each in piece[3:]])
        start = end
