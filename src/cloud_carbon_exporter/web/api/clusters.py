"""/api/v1/clusters: clusters of Kubernetes, by namespace and by workload."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Sequence

from aiohttp import web
from multidict import MultiMapping

from cloud_carbon_exporter.model.clusters import (
    NODE_STATES,
    ClusterKey,
    ClusterState,
    WorkloadRow,
)
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.sums import FootprintSum, together
from cloud_carbon_exporter.web.api import json_objects
from cloud_carbon_exporter.web.api.answers import error_answer, text_answer
from cloud_carbon_exporter.web.api.clusters_parameters import OF_CLUSTER, OF_NAMESPACE
from cloud_carbon_exporter.web.api.json_objects import JsonObject
from cloud_carbon_exporter.web.api.measures import check_parameters
from cloud_carbon_exporter.web.api.resource_query import BadQuery
from cloud_carbon_exporter.web.settings import SERVING


def clusters_object(
    taken: Snapshot, links: Sequence[tuple[str, str]] = (), cluster: str = "", namespace: str = ""
) -> JsonObject:
    """How each cluster was read, and what is there now: the largest first.

    links: names and addresses, as in -web.cluster-links. cluster, namespace: of these alone.
    """
    rows: list[WorkloadRow] = []
    for row in taken.clusters.rows:
        of_cluster = cluster in ("", row.cluster.cluster)
        if row.now.resources and of_cluster and namespace in ("", row.workload.namespace):
            rows.append(row)
    rows.sort(key=lambda row: -row.now.power_watts.value)
    return {
        "taken_at": taken.taken_at,
        "clusters": [
            _state(state) for state in taken.clusters.states if cluster in ("", state.cluster)
        ],
        "total": json_objects.sums(together([row.now for row in rows])),
        "totals": list(_totals(rows)),
        "namespaces": list(_namespaces(rows)),
        "workloads": [_workload(row) for row in rows],
        "links": [{"name": name, "url": url} for name, url in links],
    }


def _state(state: ClusterState) -> JsonObject:
    return {
        "cluster": state.cluster,
        "up": state.up,
        "error": state.error,
        "read_at": state.read_at,
        "nodes": {name: state.nodes.get(name, 0) for name in NODE_STATES},
    }


def _totals(rows: Iterable[WorkloadRow]) -> Iterator[JsonObject]:
    """Whole clusters: what their parts add up to, idle and unknown ones included."""
    sums: dict[ClusterKey, list[FootprintSum]] = {}
    for row in rows:
        sums.setdefault(row.cluster, []).append(row.now)
    for cluster, parts in sums.items():
        yield {**_of(cluster), **json_objects.sums(together(parts))}


def _namespaces(rows: Iterable[WorkloadRow]) -> Iterator[JsonObject]:
    sums: dict[tuple[ClusterKey, str], list[FootprintSum]] = {}
    for row in rows:
        sums.setdefault((row.cluster, row.workload.namespace), []).append(row.now)
    for (cluster, namespace), parts in sums.items():
        yield {**_of(cluster), "namespace": namespace, **json_objects.sums(together(parts))}


def _workload(row: WorkloadRow) -> JsonObject:
    return {
        **_of(row.cluster),
        "namespace": row.workload.namespace,
        "workload_kind": row.workload.kind,
        "workload": row.workload.name,
        **json_objects.sums(row.now),
        **json_objects.counters([row.totals]),
    }


def _of(cluster: ClusterKey) -> JsonObject:
    return {
        "cloud_provider": cluster.provider,
        "cloud_account_id": cluster.account_id,
        "cluster": cluster.cluster,
    }


def _chosen(query: MultiMapping[str]) -> tuple[str, str]:
    """Cluster and namespace; empty for all. Raises BadQuery."""
    check_parameters(query, (OF_CLUSTER, OF_NAMESPACE))
    return query.get(OF_CLUSTER, ""), query.get(OF_NAMESPACE, "")


async def clusters_answer(request: web.Request) -> web.Response:
    """The clusters as they are split now, or one of them, or one namespace."""
    serving = request.app[SERVING]
    taken, links = serving.collector.snapshot, serving.settings.cluster_links
    try:
        chosen = _chosen(request.query)
    except BadQuery as error:
        return error_answer(400, str(error), error.parameter)
    text = await asyncio.to_thread(lambda: json.dumps(clusters_object(taken, links, *chosen)))
    return text_answer(text)
