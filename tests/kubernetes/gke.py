"""A small cluster of GKE, made up, as timeSeries.list of Cloud Monitoring tells it.

Shapes are those of the discovery document (monitoring.v3), against which each request and answer is
held; labels those of Google's lists of Kubernetes' metrics and monitored resources.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.fakes import gcp_discovery
from tests.kubernetes.estate import GIB

PROJECT, CLUSTER = "shop-prod", "shop"
ONE, TWO = "gke-shop-pool-1-aaaa", "gke-shop-pool-1-bbbb"
_TYPE = re.compile(r'metric\.type = "kubernetes\.io/([^"]+)"')

WEB = ("shop", "Deployment", "web")
AGENT = ("kube-system", "DaemonSet", "agent")
LONE = ("default", "", "")

Amount = float | int
OF_NODES: dict[str, dict[str, Amount]] = {
    "node/cpu/total_cores": {ONE: 2.0, TWO: 2.0},
    "node/memory/total_bytes": {ONE: 8 * GIB, TWO: 8 * GIB},
    "node/cpu/core_usage_time": {ONE: 1.0, TWO: 0.5},
    "node/memory/used_bytes": {ONE: 4 * GIB, TWO: 2 * GIB},
}
OF_WORKLOADS: dict[str, dict[tuple[str, tuple[str, str, str]], Amount]] = {
    "container/cpu/core_usage_time": {
        (ONE, WEB): 0.5,
        (ONE, AGENT): 0.1,
        (TWO, AGENT): 0.1,
        (TWO, LONE): 0.25,
    },
    "container/cpu/request_cores": {(ONE, WEB): 1.0, (ONE, AGENT): 0.1},
    "container/memory/used_bytes": {(ONE, WEB): GIB, (ONE, AGENT): GIB // 2},
    "container/memory/request_bytes": {(ONE, WEB): 2 * GIB},
    "container/accelerator/request": {(ONE, WEB): 1},
    "container/accelerator/duty_cycle": {(ONE, WEB): 80},
}


class Monitoring:
    """Cloud Monitoring of one cluster. What is set before a request holds for it.

    location: where the cluster's nodes say they are. partial: what an answer says it lacks.
    page: how many series an answer holds. empty: metrics that nobody writes.
    """

    def __init__(self) -> None:
        self.locations = ["europe-west1"]
        self.partial = ""
        self.page = 1000
        self.missing: set[str] = set()
        self.asked: Counter[str] = Counter()
        self.filters: list[str] = []
        self.violations: list[str] = []
        self.url = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Monitoring]:
        """Serve it on a free port."""
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        query = [(name, value) for name, value in request.query.items()]
        method = gcp_discovery.method("monitoring", "GET", request.path.lstrip("/"))
        assert method is not None
        self.violations += gcp_discovery.request_errors(method, query, None)
        told = _TYPE.search(request.query["filter"])
        assert told is not None
        self.asked[told[1]] += 1
        self.filters.append(request.query["filter"])
        if told[1] in self.missing:
            said = {"code": 404, "message": "Cannot find metric(s)", "status": "NOT_FOUND"}
            return web.json_response({"error": said}, status=404)
        series = self._series(told[1], request.query["interval.endTime"])
        begin = int(request.query.get("pageToken", "0"))
        answer: dict[str, Any] = {"timeSeries": series[begin : begin + self.page]}
        if begin + self.page < len(series):
            answer["nextPageToken"] = str(begin + self.page)
        if self.partial:
            answer["executionErrors"] = [{"code": 14, "message": self.partial}]
        self.violations += gcp_discovery.response_errors(method, answer)
        return web.Response(text=json.dumps(answer), content_type="application/json")

    def _series(self, metric: str, end: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for node, amount in OF_NODES.get(metric, {}).items():
            for location in self.locations:
                labels = {"node_name": node, "location": location, "project_id": PROJECT}
                resource = {"type": "k8s_node", "labels": labels}
                found.append(_one(metric, {"resource": resource}, amount, end))
        for (node, (namespace, kind, name)), amount in OF_WORKLOADS.get(metric, {}).items():
            labels = {"namespace_name": namespace, "project_id": PROJECT}
            system = {"node_name": node}
            if kind:
                system |= {"top_level_controller_type": kind, "top_level_controller_name": name}
            of = {
                "resource": {"type": "k8s_container", "labels": labels},
                "metadata": {"systemLabels": system},
            }
            found.append(_one(metric, of, amount, end))
        return found


def _one(metric: str, of: dict[str, Any], amount: Amount, end: str) -> dict[str, Any]:
    whole = isinstance(amount, int)
    value = {"int64Value": str(amount)} if whole else {"doubleValue": amount}
    return {
        "metric": {"type": f"kubernetes.io/{metric}"},
        **of,
        "metricKind": "GAUGE",
        "valueType": "INT64" if whole else "DOUBLE",
        "points": [{"interval": {"startTime": end, "endTime": end}, "value": value}],
    }
