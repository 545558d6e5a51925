"""Days of workloads: what each part of a cluster drew and emitted, a row a day, without errors.

Of the hours of a thousand workloads a file of thirteen months would be gigabytes; their days are
some tens of megabytes, and a report is of days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from sqlite3 import Cursor

from cloud_carbon_exporter.model.clusters import ClusterKey, Workload, WorkloadDay

TABLES = (
    "CREATE TABLE workloads (id INTEGER PRIMARY KEY, provider TEXT NOT NULL,"
    " account TEXT NOT NULL, cluster TEXT NOT NULL, namespace TEXT NOT NULL, kind TEXT NOT NULL,"
    " name TEXT NOT NULL, UNIQUE (provider, account, cluster, namespace, kind, name))",
    "CREATE TABLE workload_days (day INTEGER NOT NULL, workload INTEGER NOT NULL,"
    " joules REAL NOT NULL, operational REAL NOT NULL, embodied REAL NOT NULL,"
    " PRIMARY KEY (day, workload)) WITHOUT ROWID",
)
_NAME = "INSERT OR IGNORE INTO workloads VALUES (NULL, ?, ?, ?, ?, ?, ?)"
_ADD = (
    "INSERT INTO workload_days SELECT ?, id, ?, ?, ? FROM workloads WHERE provider = ?"
    " AND account = ? AND cluster = ? AND namespace = ? AND kind = ? AND name = ?"
    " ON CONFLICT (day, workload) DO UPDATE SET joules = joules + excluded.joules,"
    " operational = operational + excluded.operational, embodied = embodied + excluded.embodied"
)
_FIND = (
    "SELECT provider, account, cluster, namespace, kind, name, sum(joules), sum(operational),"
    " sum(embodied) FROM workload_days JOIN workloads ON workloads.id = workload"
    " WHERE day >= ? AND day < ? GROUP BY workload"
)
FORGET = "DELETE FROM workload_days WHERE day < ?"
UNUSED = "DELETE FROM workloads WHERE id NOT IN (SELECT workload FROM workload_days)"

Execute = Callable[..., Cursor]


def add(execute: Execute, days: Iterable[WorkloadDay]) -> None:
    """Add to what stands there."""
    for each in days:
        of = (*each.cluster, *each.workload)
        execute(_NAME, of)
        execute(_ADD, (each.day, each.joules, each.operational_grams, each.embodied_grams, *of))


def find(execute: Execute, since: int, until: int) -> Iterator[WorkloadDay]:
    """Sums over the days that begin in [since, until), each as of the first of them."""
    for provider, account, cluster, namespace, kind, name, *amounts in execute(
        _FIND, (since, until)
    ):
        key = ClusterKey(provider, account, cluster)
        yield WorkloadDay(since, key, Workload(namespace, kind, name), *amounts)
