"""Cloud Monitoring's metrics of GKE: usage of a cluster without a Prometheus.

Wire: timeSeries.list (monitoring.v3), one call a metric, summed there by node and by what stands
above the pods: metadata.system_labels has node_name, top_level_controller_name and _type of the
types of resources k8s_container and k8s_pod
(https://docs.cloud.google.com/monitoring/api/metrics_kubernetes: system metrics, which every
cluster writes unless they were turned off, are sampled once a minute, and are there after up to
four). What is returned is paid for, by the series.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from cloud_carbon_exporter.errors import CollectError, Incomplete, Malformed, NotThere, Unreachable
from cloud_carbon_exporter.http.vector import garbage_left_alone
from cloud_carbon_exporter.kubernetes.amounts import Amounts, OfNode, OfWorkload
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from cloud_carbon_exporter.kubernetes.usage import Usage
from cloud_carbon_exporter.masking import excerpt
from cloud_carbon_exporter.model.clusters import Workload
from cloud_carbon_exporter.model.provider_ids import is_autopilot
from cloud_carbon_exporter.providers.gcp.client.auth import Tokens
from cloud_carbon_exporter.providers.gcp.client.http import Call, Rest
from cloud_carbon_exporter.providers.gcp.client.time_series_request import (
    time_series_call,
    timestamp,
)
from cloud_carbon_exporter.providers.spec import Meter

PERIOD_SECONDS = 300
LATE_SECONDS = 240
TIMEOUT_SECONDS = 30.0
_PAGE = "100000"
_LONGEST = 160

_OF_NODE = "resource.label.node_name"
_SYSTEM = "metadata.system_labels"
_OF_WORKLOAD = (
    "resource.label.namespace_name",
    f"{_SYSTEM}.node_name",
    f"{_SYSTEM}.top_level_controller_type",
    f"{_SYSTEM}.top_level_controller_name",
)
_WORKING = "non-evictable"
"""Memory that is not the page cache: the working set, as the kubelet calls it."""

Told = Mapping[str, Any]


class Metric(NamedTuple):
    """Metric of Kubernetes in Cloud Monitoring. memory_type: of those that tell of two.

    of_node, of_workload: what of either it tells.
    """

    name: str
    aligner: str
    of_node: OfNode | None = None
    of_workload: OfWorkload | None = None
    memory_type: str = ""


METRICS: tuple[Metric, ...] = (
    Metric("node/cpu/total_cores", "ALIGN_MEAN", of_node="cores"),
    Metric("node/memory/total_bytes", "ALIGN_MEAN", of_node="memory_bytes"),
    Metric("node/cpu/core_usage_time", "ALIGN_RATE", of_node="cores_used"),
    Metric("node/memory/used_bytes", "ALIGN_MEAN", "memory_bytes_used", None, _WORKING),
    Metric("container/cpu/core_usage_time", "ALIGN_RATE", of_workload="cores"),
    Metric("container/cpu/request_cores", "ALIGN_MEAN", of_workload="cores_asked"),
    Metric("container/memory/used_bytes", "ALIGN_MEAN", None, "memory_bytes", _WORKING),
    Metric("container/memory/request_bytes", "ALIGN_MEAN", of_workload="memory_bytes_asked"),
    Metric("container/accelerator/request", "ALIGN_MEAN", of_workload="boards_asked"),
    Metric("container/accelerator/duty_cycle", "ALIGN_MEAN", of_workload="board_work"),
)
"""All that is read, of kubernetes.io/; the nodes first, whose lack ends it."""

BY_REQUEST_ALONE = frozenset({"cores_asked"})


class Asked(Protocol):
    """What asks: the pages of a call."""

    def pages(self, call: Call) -> Any:
        """Answers to a call, page by page. Raises CollectError."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


def open_rest(settings: ClusterSettings, meter: Meter) -> Rest:
    """Client of Google's APIs, under the credentials of the environment."""
    return Rest(Tokens(settings.project), meter, TIMEOUT_SECONDS)


class CloudMonitoring:
    """Usage of one cluster of GKE."""

    def __init__(self, settings: ClusterSettings, rest: Asked) -> None:
        self._settings = settings
        self._rest = rest

    async def usage(self, now: Callable[[], float]) -> Usage:
        """See sources.Source."""
        end = math.floor((now() - LATE_SECONDS) / 60) * 60
        reading = Reading(self._settings.project)
        by_request = self._settings.idle == "by-request"
        for metric in METRICS:
            unasked = metric.of_workload in BY_REQUEST_ALONE
            if unasked and not (by_request or reading.has_autopilot()):
                continue
            call = call_of(self._settings, metric, end)
            try:
                # One after another, page by page: none is held longer than it is read.
                async for page in self._rest.pages(call):
                    await asyncio.to_thread(reading.take, metric, page)
            except NotThere as error:
                # No cluster of the project has an accelerator, or any but those of Autopilot.
                if error.hint:
                    raise
            except CollectError as error:
                raise call.named(error) from None
        return await asyncio.to_thread(reading.usage)

    async def close(self) -> None:
        """See sources.Source."""
        await self._rest.close()


def call_of(settings: ClusterSettings, metric: Metric, end: float) -> Call:
    """Call that reads a metric of all nodes or workloads over one period."""
    of_node = metric.of_node is not None
    terms = [
        f'metric.type = "kubernetes.io/{metric.name}"',
        f'resource.type = "{"k8s_node" if of_node else "k8s_container"}"',
        f"resource.label.cluster_name = {_quoted(settings.called or settings.cluster)}",
    ]
    if settings.location:
        terms.append(f"resource.label.location = {_quoted(settings.location)}")
    if metric.memory_type:
        terms.append(f'metric.label.memory_type = "{metric.memory_type}"')
    params = [
        ("filter", " AND ".join(terms)),
        ("interval.startTime", timestamp(end - PERIOD_SECONDS)),
        ("interval.endTime", timestamp(end)),
        ("aggregation.alignmentPeriod", f"{PERIOD_SECONDS}s"),
        ("aggregation.perSeriesAligner", metric.aligner),
        ("aggregation.crossSeriesReducer", "REDUCE_SUM"),
        ("view", "FULL"),
        ("pageSize", _PAGE),
    ]
    kept = ("resource.label.location", _OF_NODE) if of_node else _OF_WORKLOAD
    params.extend(("aggregation.groupByFields", label) for label in kept)
    return time_series_call(settings.project, params)


class Reading:
    """Usage while its pages are read."""

    def __init__(self, project: str) -> None:
        self._project = project
        self._amounts = Amounts()
        self._provider_ids: dict[str, str] = {}
        self._locations: set[str] = set()

    def take(self, metric: Metric, page: Told) -> None:
        """Take a page of answers to a metric. Raises CollectError."""
        _must_be_whole(page)
        try:
            with garbage_left_alone():
                for series in page.get("timeSeries", ()):
                    self._take(metric, series)
        except (TypeError, ValueError, LookupError, AttributeError):
            raise Malformed(f"series of {metric.name} cannot be read") from None
        if len(self._locations) > 1:
            told = ", ".join(sorted(self._locations)[:3])
            raise Malformed(f"clusters of this name are in {told}", hint="say its location")

    def has_autopilot(self) -> bool:
        """Whether any node is one of GKE Autopilot."""
        return any(map(is_autopilot, self._provider_ids))

    def usage(self) -> Usage:
        """All of it, after the last page. Raises NotThere where there are no nodes."""
        if not self._provider_ids:
            raise NotThere(
                "no node of this cluster has metrics",
                hint="see its name, project and location, and whether its system metrics are on",
            )
        return self._amounts.usage(self._provider_ids)

    def _take(self, metric: Metric, series: Told) -> None:
        amount = _newest(series["points"])
        if amount is None:
            return
        labels = series["resource"]["labels"]
        if metric.of_node:
            node = str(labels["node_name"])
            self._locations.add(str(labels.get("location", "")))
            # Its zone is told nowhere; Machines knows what no other of its project is called.
            self._provider_ids[node] = f"gce://{self._project}//{node}"
            self._amounts.node(node, metric.of_node, amount)
        elif metric.of_workload:
            system = series.get("metadata", {}).get("systemLabels", {})
            node = str(system.get("node_name", ""))
            kind = str(system.get("top_level_controller_type", ""))
            name = str(system.get("top_level_controller_name", ""))
            # A pod without a controller has neither: those of a namespace are one workload.
            workload = Workload(str(labels["namespace_name"]), kind or "Pod", name)
            if is_autopilot(node):  # nodes of which Monitoring tells nothing themselves
                self._provider_ids[node] = f"gce://{self._project}//{node}"
            self._amounts.workload(node, workload, metric.of_workload, amount)


def _newest(points: Sequence[Told]) -> float | None:
    """Value of the newest point, which comes first; None where it is no amount."""
    for point in points:
        value = point["value"]
        amount = float(value.get("doubleValue", value.get("int64Value", math.nan)))
        return amount if 0 <= amount < math.inf else None
    return None


def _must_be_whole(page: Told) -> None:
    """Raises Incomplete for a page that says it is a part: nothing of it is used."""
    said = [str(error.get("message", "")) for error in page.get("executionErrors", ())]
    said += map(str, page.get("unreachable", ()))
    if said:
        words = excerpt(f"the answer is partial: {', '.join(said)}", _LONGEST)
        raise Incomplete({"": Unreachable(words)})


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
