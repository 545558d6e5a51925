"""Split of a range by cluster, namespace and workload: what was counted of them, and the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from cloud_carbon_exporter.history.query import Query, Summed
from cloud_carbon_exporter.model.cluster_sums import CLUSTER_LABELS
from cloud_carbon_exporter.model.clusters import WorkloadDay
from cloud_carbon_exporter.model.hours import DAY_SECONDS, Amounts
from cloud_carbon_exporter.model.sums import Sum

OF_ACCOUNTS = ("cloud_provider", "cloud_account_id")
"""Labels that workloads of clusters have as accounts do."""

Labels = tuple[str, ...]
Values = list[float]


class NotSplit(Exception):
    """A question that nothing is counted by."""


def check_labels(names: Iterable[str]) -> None:
    """Raises NotSplit where a label of clusters stands beside one that these have not."""
    for name in names:
        if name not in (*CLUSTER_LABELS, *OF_ACCOUNTS):
            raise NotSplit(f"-by {name} and a label of clusters: nothing is counted by both")


def rest(
    names: Labels, whole: Mapping[Labels, Sequence[float]], parts: Mapping[Labels, Sequence[float]]
) -> dict[Labels, Values]:
    """What accounts have beside their clusters, by all names; of cluster labels it has none.

    whole: by those of the names that are of accounts. parts: by all of them.
    """
    outer = [name for name in names if name not in CLUSTER_LABELS]
    left: dict[Labels, Values] = {}
    for labels, values in whole.items():
        of_account = dict(zip(outer, labels, strict=True))
        left[tuple([of_account.get(name, "") for name in names])] = list(values)
    for labels, values in parts.items():
        pairs = zip(names, labels, strict=True)
        key = tuple(["" if name in CLUSTER_LABELS else label for name, label in pairs])
        of_it = left.setdefault(key, [0.0] * len(values))
        for place, value in enumerate(values):
            of_it[place] = max(0.0, of_it[place] - value)
    return left


def split_of_days(
    ask: Callable[[Query], Sequence[Summed]],
    days: Callable[[int, int], Iterable[WorkloadDay]],
) -> Callable[[Query], Sequence[Summed]]:
    """What answers queries by labels of clusters too, from sums of days.

    ask: what answers all others. days: of a range. The answer raises NotSplit.
    """

    def answer(query: Query) -> Sequence[Summed]:
        names = tuple(query.by)
        if not set(names).intersection(CLUSTER_LABELS):
            return ask(query)
        check_labels(names)
        if query.since % DAY_SECONDS or query.until % DAY_SECONDS:
            raise NotSplit(
                "-by a label of clusters: the history file knows whole days of UTC; say days "
                "in -since and -until"
            )
        by_account = {name: by for name, by in query.by.items() if name in OF_ACCOUNTS}
        accounts = ask(Query(query.since, query.until, by_account))
        whole = {row.labels: _values(row.amounts) for row in accounts}
        parts = _by_labels(names, days(query.since, query.until))
        seconds = max([row.seconds for row in accounts], default=0.0)
        sums: list[Summed] = []
        for labels, values in sorted({**parts, **rest(names, whole, parts)}.items()):
            told = Amounts(*[Sum(value, basis="assumed") for value in values])
            sums.append(Summed(query.since, query.until, labels, seconds, told))
        return sums

    return answer


def _values(of: Amounts) -> Values:
    sums = (of.energy_joules, of.operational_grams, of.embodied_grams)
    return [amount.value for amount in sums]


def _by_labels(names: Labels, days: Iterable[WorkloadDay]) -> dict[Labels, Values]:
    parts: dict[Labels, Values] = {}
    for each in days:
        told = (*each.cluster[:2], each.cluster.cluster, *each.workload)
        values = dict(zip((*OF_ACCOUNTS, *CLUSTER_LABELS), told, strict=True))
        known = parts.setdefault(tuple([values[name] for name in names]), [0.0, 0.0, 0.0])
        amounts = (each.joules, each.operational_grams, each.embodied_grams)
        for place, amount in enumerate(amounts):
            known[place] += amount
    return parts
