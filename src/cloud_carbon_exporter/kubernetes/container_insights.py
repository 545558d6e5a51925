"""CloudWatch's Container Insights: usage of a cluster of EKS where its agent is installed.

Wire: ListMetrics and GetMetricData, of the namespace ContainerInsights. Which metric has which
dimensions is in the agent (amazon-cloudwatch-agent, translator/translate/otel/exporter/awsemf/
kubernetes.go), and alike with and without enhanced observability: of pods {PodName, Namespace,
ClusterName}, where PodName is what controls them; of nodes {NodeName, InstanceId, ClusterName}. On
which node a pod is, none tells: so the nodes are one pool. Pods are told in per cent of their node
(pod_cpu_usage_total / node_cpu_limit, says the reference of its fields), a datum each.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from cloud_carbon_exporter.errors import Incomplete, Malformed, NotThere, Unreachable
from cloud_carbon_exporter.kubernetes.node_pool import Pooled, PoolNode, pool_usage
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from cloud_carbon_exporter.kubernetes.usage import Usage
from cloud_carbon_exporter.model.clusters import Workload
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.options import AwsOptions
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Meter, Scope

NAMESPACE = "ContainerInsights"
PERIOD_SECONDS = 300
LATE_SECONDS = 180
KNOWN_SECONDS = 3600.0
"""So long it is known which series there are: to list them is paid for as well."""
SERIES_PER_CALL = 500
TIMEOUT_SECONDS = 30.0
_SAMPLES = PERIOD_SECONDS / 60
"""Data of one pod in a period, as the agent sends them where nothing else is configured."""

Stat = Literal["Average", "Sum", "SampleCount"]
Dimensions = tuple[tuple[str, str], ...]
_OF_NODE = frozenset({"NodeName", "InstanceId", "ClusterName"})
_OF_WORKLOAD = frozenset({"PodName", "Namespace", "ClusterName"})
_POOLED: Mapping[str, str] = {
    "pod_cpu_utilization": "cores",
    "pod_cpu_reserved_capacity": "cores_asked",
    "pod_memory_utilization": "memory",
    "pod_memory_reserved_capacity": "memory_asked",
}
"""What of a workload each metric tells."""
BY_REQUEST_ALONE = frozenset({"pod_cpu_reserved_capacity"})


class Series(NamedTuple):
    """One series, and what is asked of it."""

    metric: str
    dimensions: Dimensions
    stat: Stat


class _Listed(NamedTuple):
    nodes: Sequence[Dimensions]
    workloads: Sequence[Dimensions]
    until: float


def open_client(settings: ClusterSettings, meter: Meter) -> AwsClient:
    """Client of AWS in the cluster's region, under the credentials that are named."""
    roles = settings.role_arns
    options = AwsOptions(
        profile=settings.profile,
        role_arn=roles[-1] if roles else "",
        role_chain=roles[:-1],
        default_region=settings.location,
    )
    target = TargetSettings(
        provider="aws",
        options=options,
        regions=(settings.location,),
        timeout_seconds=TIMEOUT_SECONDS,
    )
    return AwsClient(target, meter)


class ContainerInsights:
    """Usage of one cluster of EKS."""

    def __init__(self, settings: ClusterSettings, client: AwsClient) -> None:
        self._settings = settings
        self._client = client
        self._called = settings.called or settings.cluster
        self._listed = _Listed((), (), -math.inf)

    async def usage(self, now: Callable[[], float]) -> Usage:
        """See sources.Source."""
        (account_id, *_) = await self._client.connect()
        scope = Scope("aws", account_id, self._settings.location)
        if now() > self._listed.until:
            nodes = await self._list(scope, "node_cpu_utilization", _OF_NODE)
            workloads = await self._list(scope, "pod_cpu_utilization", _OF_WORKLOAD)
            self._listed = _Listed(nodes, workloads, now() + KNOWN_SECONDS)
        asked = list(self._asked())
        end = math.floor((now() - LATE_SECONDS) / PERIOD_SECONDS) * PERIOD_SECONDS
        told: dict[Series, float] = {}
        for first in range(0, len(asked), SERIES_PER_CALL):
            told |= await self._read(scope, asked[first : first + SERIES_PER_CALL], end)
        return await asyncio.to_thread(self._usage, told)

    async def close(self) -> None:
        """See sources.Source."""
        await self._client.close()

    async def _list(self, scope: Scope, metric: str, names: frozenset[str]) -> Sequence[Dimensions]:
        """Series of a metric by these dimensions, of what sent any in the last three hours."""
        params = {
            "Namespace": NAMESPACE,
            "MetricName": metric,
            "Dimensions": [{"Name": "ClusterName", "Value": self._called}],
            "RecentlyActive": "PT3H",
        }
        found: set[Dimensions] = set()
        async for answer in self._client.answers(
            scope, "cloudwatch", "ListMetrics", params, units=1
        ):
            for listed in answer.get("Metrics", ()):
                pairs = {one["Name"]: one["Value"] for one in listed.get("Dimensions", ())}
                if pairs.keys() == names and pairs["ClusterName"] == self._called:
                    found.add(tuple(sorted(pairs.items())))
        return sorted(found)

    def _asked(self) -> Iterator[Series]:
        """All series of one read."""
        yield self._samples()
        for dimensions in self._listed.nodes:
            for metric in ("node_cpu_utilization", "node_memory_utilization"):
                yield Series(metric, dimensions, "Average")
        apart = self._settings.idle == "apart"
        for dimensions in self._listed.workloads:
            for metric in _POOLED:
                if not (apart and metric in BY_REQUEST_ALONE):
                    yield Series(metric, dimensions, "Sum")

    def _samples(self) -> Series:
        """How many data one agent sent: it is told of the cluster by one of them."""
        return Series("cluster_node_count", (("ClusterName", self._called),), "SampleCount")

    async def _read(
        self, scope: Scope, asked: Sequence[Series], end: float
    ) -> Mapping[Series, float]:
        """Values of some series, as far as there are any. Raises CollectError; Incomplete."""
        params = {
            "MetricDataQueries": [_query(f"m{number}", one) for number, one in enumerate(asked)],
            "StartTime": end - PERIOD_SECONDS,
            "EndTime": end,
        }
        told: dict[Series, float] = {}
        status: dict[int, str] = {}
        async for answer in self._client.answers(
            scope, "cloudwatch", "GetMetricData", params, units=len(asked)
        ):
            try:
                for result in answer["MetricDataResults"]:
                    number = int(result["Id"][1:])
                    status[number] = str(result.get("StatusCode", "Complete"))
                    for value in result.get("Values", ())[:1]:
                        told[asked[number]] = float(value)
            except (KeyError, IndexError, TypeError, ValueError):
                raise Malformed("a result cannot be read", operation="GetMetricData") from None
        whole = sum([code == "Complete" for code in status.values()])
        if whole < len(asked):
            said = f"{whole} of {len(asked)} series were told to their end"
            raise Incomplete({"": Unreachable(said)})
        return told

    def _usage(self, told: Mapping[Series, float]) -> Usage:
        nodes: dict[str, PoolNode] = {}
        for dimensions in self._listed.nodes:
            cores = told.get(Series("node_cpu_utilization", dimensions, "Average"))
            memory = told.get(Series("node_memory_utilization", dimensions, "Average"))
            if cores is None or memory is None:
                continue  # it is gone, or has just come
            names = dict(dimensions)
            provider_id = f"aws:///{self._settings.location}/{names['InstanceId']}"
            nodes[names["NodeName"]] = PoolNode(provider_id, cores / 100, memory / 100)
        if not nodes:
            raise NotThere(
                f"Container Insights tells of no node of {self._called}",
                hint="see its name and region, and whether its agent (an add-on of EKS) runs",
            )
        samples = told.get(self._samples(), 0.0) or _SAMPLES
        workloads: dict[Workload, Pooled] = {}
        for dimensions in self._listed.workloads:
            amounts: dict[str, float] = {}
            for metric, what in _POOLED.items():
                amount = told.get(Series(metric, dimensions, "Sum"), 0.0)
                amounts[what] = max(0.0, amount) / samples / 100
            names = dict(dimensions)
            # Of what kind its controller is, nothing tells.
            workloads[Workload(names["Namespace"], "", names["PodName"])] = Pooled(**amounts)
        return pool_usage(nodes, workloads, self._settings.top_workloads)


def _query(id_: str, series: Series) -> dict[str, Any]:
    return {
        "Id": id_,
        "MetricStat": {
            "Metric": {
                "Namespace": NAMESPACE,
                "MetricName": series.metric,
                "Dimensions": [{"Name": name, "Value": value} for name, value in series.dimensions],
            },
            "Period": PERIOD_SECONDS,
            "Stat": series.stat,
        },
    }
