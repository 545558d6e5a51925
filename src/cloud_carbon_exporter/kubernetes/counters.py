"""Counters by workload: what was counted of each node, given to those whose it was at the time.

They move as the counters of the nodes do, and by as much in all: a piece of a node's time is
counted once, when it is known, and shared out by who had the node then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

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
from cloud_carbon_exporter.model.provider_ids import key_of
from cloud_carbon_exporter.model.types import Totals
from cloud_carbon_exporter.storage.rows import Row

KEPT_SECONDS = 7200.0
"""So long it is remembered whose a node was: the slowest read comes within an hour."""

_NODE = "node"  # no cloud is called so
_SHARE = 5

SeriesKey = tuple[ClusterKey, Workload]

_Sums = tuple[list[float], list[float]]
"""Joules and grams of a series: since it began, and of one day."""


class WorkloadCounters:
    """Joules and grams of all workloads that have series; a section of the state file."""

    def __init__(self) -> None:
        self._nodes: dict[str, NodeShares] = {}
        self._totals: dict[SeriesKey, list[float]] = {}
        self._days: dict[tuple[int, SeriesKey], list[float]] = {}
        self._unshared: list[Counted] = []
        self._members: dict[str, Collection[str]] = {}

    def meet(self, cluster: str, members: Collection[str]) -> None:
        """Know which machines are nodes of a cluster, or were lately, by their keys."""
        self._members[cluster] = members

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
        # A key of cluster and workload costs more to look up than all else here.
        sums: dict[tuple[int, ClusterKey], dict[Workload, _Sums]] = {}
        for piece in unshared:
            node = self._nodes.get(piece.resource_id)
            if node is None:
                self._share_passing(piece)
                continue
            for part in _by_day(piece):
                of_day = sums.setdefault((_day(part), node.cluster), {})
                self._share(node, part, shown, of_day)

    def _share(
        self,
        node: NodeShares,
        piece: Counted,
        shown: Mapping[SeriesKey, SeriesKey],
        sums: dict[Workload, _Sums],
    ) -> None:
        """Give a piece that lies within one day. sums: of this day and cluster."""
        day, get = _day(piece), sums.get
        _, start, end, joules, operational, embodied, _ = piece
        for workload, watts, grams in node.due(start, end):
            known = get(workload)
            if known is None:
                key = self._series((node.cluster, workload), shown)
                known = sums[workload] = self._sums(day, key)
            for amounts in known:
                amounts[0] += watts * joules
                amounts[1] += watts * operational
                amounts[2] += grams * embodied

    def _sums(self, day: int, key: SeriesKey) -> _Sums:
        totals = self._totals.setdefault(key, [0.0, 0.0, 0.0])
        return totals, self._days.setdefault((day, key), [0.0, 0.0, 0.0])

    def take_days(self) -> Iterator[WorkloadDay]:
        """What was shared since this was last asked, by day."""
        days, self._days = self._days, {}
        for (day, key), amounts in days.items():
            yield WorkloadDay(day, *key, *amounts)

    def _share_passing(self, piece: Counted) -> None:
        """Count what a node drew that came and went before it was ever split: nobody knows whose.

        That it was a node of the cluster is known all the same.
        """
        resource = piece.resource
        key = "" if resource is None else key_of(resource)
        of = next((name for name, members in self._members.items() if key in members), "")
        if resource is None or not key or not of:
            return
        at = resource.location
        whose = (ClusterKey(at.provider, at.account_id, of), UNKNOWN)
        for part in _by_day(piece):
            for amounts in self._sums(_day(part), whose):
                for rank, amount in enumerate(part[3:6]):
                    amounts[rank] += amount

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
        """Rows of everything a restart must not lose: cluster, workload, joules and grams.

        Then, a row each node, whose it was since the last that was counted of it.
        """
        for (cluster, workload), totals in list(self._totals.items()):
            yield [*cluster, *workload, *totals]
        for resource_id, node in list(self._nodes.items()):
            if held := node.uncounted():
                shares: list[str | float] = []
                for workload, portion in held.portions.items():
                    shares += (*workload, portion.watts, portion.grams)
                yield [_NODE, resource_id, *node.cluster, held.start, held.end, *shares]

    def load(self, rows: Iterable[Row]) -> None:
        """Take back what `dump` gave. Raises ValueError or TypeError for anything else."""
        loaded: dict[SeriesKey, list[float]] = {}
        nodes: dict[str, NodeShares] = {}
        for row in rows:
            if list(row[:1]) == [_NODE]:
                resource_id, node = _node(row)
                nodes[resource_id] = node
                continue
            provider, account, cluster, namespace, kind, name, *amounts = row
            key = ClusterKey(str(provider), str(account), str(cluster))
            joules, operational, embodied = amounts
            totals = [float(joules), float(operational), float(embodied)]
            loaded[key, Workload(str(namespace), str(kind), str(name))] = totals
        self._totals, self._nodes = loaded, nodes


def _node(row: Row) -> tuple[str, NodeShares]:
    """Node of a row of the state file, and whose it was."""
    _, resource_id, provider, account, cluster, start, end, *shares = row
    if len(shares) % _SHARE:
        raise ValueError("a node's shares are cut short")
    portions: dict[Workload, Portion] = {}
    for at in range(0, len(shares), _SHARE):
        namespace, kind, name, watts, grams = shares[at : at + _SHARE]
        workload = Workload(str(namespace), str(kind), str(name))
        portions[workload] = Portion((), (), float(watts), float(grams))
    node = NodeShares(ClusterKey(str(provider), str(account), str(cluster)))
    node.add(float(start), float(end), portions)
    return str(resource_id), node


def _day(piece: Counted) -> int:
    """Midnight before a piece."""
    return int(piece.start // DAY_SECONDS) * DAY_SECONDS


def _by_day(piece: Counted) -> Iterator[Counted]:
    """A piece of time, cut at midnight."""
    start, length = piece.start, piece.end - piece.start
    while start < piece.end:
        end = min(piece.end, (start // DAY_SECONDS + 1) * DAY_SECONDS)
        part = (end - start) / length
        yield piece._replace(
            start=start,
            end=end,
            joules=part * piece.joules,
            operational_grams=part * piece.operational_grams,
            embodied_grams=part * piece.embodied_grams,
        )
        start = end
