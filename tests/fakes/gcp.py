"""Google Cloud on loopback: tokens, Asset Inventory, Monitoring and the products' own lists.

Every request it gets and every answer it gives is checked against Google's discovery documents
(gcp_discovery.py); what is wrong stands in `violations`, which tests assert to be empty.
"""

from __future__ import annotations

import asyncio
import copy
import json
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.fakes import gcp_discovery, gcp_monitoring, gcp_spoiled, wire
from tests.fakes.gcp_auth import Tokens
from tests.fakes.gcp_estate import (
    NUMBER,
    PROJECT,
    Asset,
    backups_of_instance,
    located_list,
    named,
    product_list,
    recorded,
    replay,
)
from tests.fakes.gcp_feed import Feed
from tests.fakes.gcp_monitoring import Series

Query = Sequence[tuple[str, str]]

UNDOCUMENTED = frozenset({"lustre", "memorystore"})
"""APIs of instances of which google-api-python-client brings no discovery document."""


@dataclass
class Fault:
    """What goes wrong: `how` for the next `times` calls of an API (and method, where named)."""

    api: str
    # disabled permission throttled unavailable hang truncated html unauthorized reset bomb, or as
    # below
    how: str
    method: str = ""
    times: float = math.inf
    retry_after: str = "0"
    permission: str = ""
    quota: Mapping[str, str] = field(default_factory=dict)  # metadata of a quota that is used up


def _error(code: int, message: str, status: str, reason: str = "", **metadata: str) -> web.Response:
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "domain": "googleapis.com"}
    details = [{**info, "reason": reason, "metadata": metadata}] if reason else []
    body = {"error": {"code": code, "message": message, "status": status, "details": details}}
    return web.json_response(body, status=code)


def _rfc3339(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


SOUND = Fault("", "", times=0)
"""A fault that is none."""


def _unauthenticated() -> web.Response:
    return _error(401, "Request had invalid authentication credentials.", "UNAUTHENTICATED")


def _no_permission(fault: Fault) -> web.Response:
    said = {"permission": fault.permission} if fault.permission else {}
    message = "The caller does not have permission"
    return _error(403, message, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED", **said)


def _row(values: Iterable[str | None]) -> dict[str, Any]:
    """Row of BigQuery's answer."""
    return {"f": [{"v": value} for value in values]}


def _throttled(fault: Fault) -> web.Response:
    message = "Quota exceeded for quota metric"
    answer = _error(429, message, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", **fault.quota)
    if fault.retry_after:
        answer.headers["Retry-After"] = fault.retry_after
    return answer


def _old_rate_limit() -> web.Response:
    """Rate limit as Compute Engine and Cloud Storage tell it."""
    told = {
        "domain": "usageLimits",
        "reason": "rateLimitExceeded",
        "message": "Rate Limit Exceeded",
    }
    error = {"code": 403, "message": "Rate", "errors": [told]}
    return web.json_response({"error": error}, status=403)


INSTEAD: Mapping[str, Callable[[Fault], web.Response]] = {
    "permission": _no_permission,
    "throttled": _throttled,
    "unavailable": lambda _: _error(503, "The service is currently unavailable.", "UNAVAILABLE"),
    "refused": lambda _: _error(400, "refused it is", "INVALID_ARGUMENT"),
    "quota": lambda _: _error(403, "quota it is", "PERMISSION_DENIED", "RATE_LIMIT_EXCEEDED"),
    "conflict": lambda _: _error(409, "conflict it is", "ABORTED"),
    "old": lambda _: _old_rate_limit(),
    "oracle": lambda _: web.json_response([{"error": "ask again"}], status=500),
    "bomb": lambda _: wire.exploding(100),
    "html": lambda _: web.Response(text="<html>proxy says no</html>", content_type="text/html"),
    "complaint": lambda _: web.json_response({"message": "try again later", "code": 3}),
    "unauthorized": lambda _: _unauthenticated(),
}
"""Faults that leave nothing of the true answer, by name."""


class GoogleCloud:
    """The server. Endpoint overrides and credentials for it: `environment`."""

    def __init__(
        self, assets: Iterable[Asset] | None = None, series: Iterable[Series] = ()
    ) -> None:
        self.assets: list[Asset] = recorded() if assets is None else list(assets)
        self.series = list(series)
        self.projects = {PROJECT: NUMBER}
        self.tokens = Tokens(PROJECT)
        self.faults: list[Fault] = []
        self.unknown_types: set[str] = set()  # asset types this Asset Inventory has never heard of
        self.names_refused = True  # whether its refusal names the type
        self.page_size = 0  # smaller pages than asked for
        self.deleted: dict[str, tuple[Asset, float]] = {}  # name -> as it was last, and until when
        self.feed = Feed()
        self.report: list[list[str | None]] = []
        self.report_ready = True
        self.report_page_rows = 10_000
        self.queries: list[str] = []
        self.checked = True
        self.answers: dict[str, Any] = {}  # method -> what it answers in place of what is there
        self.compressed = False
        self.calls: Counter[str] = Counter()
        self.requests: list[tuple[str, Query, Mapping[str, str]]] = []
        self.violations: list[str] = []
        self.url = ""
        self._over = asyncio.Event()  # ends what hangs

    @asynccontextmanager
    async def running(self) -> AsyncIterator[GoogleCloud]:
        """Serve on a free port of loopback."""
        app = web.Application()
        app.add_routes([*self.tokens.routes(), web.route("*", "/{api}/{path:.*}", self._handle)])
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        try:
            yield self
        finally:
            self._over.set()
            await runner.cleanup()

    def environment(self) -> dict[str, str]:
        """The endpoint overrides that lead here."""
        apis = [*gcp_discovery.VERSIONS, *UNDOCUMENTED]
        return {
            f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{api.upper()}": f"{self.url}/{api}/" for api in apis
        }

    def break_(self, api: str, how: str, **more: Any) -> Fault:
        """Inject a fault."""
        fault = Fault(api, how, **more)
        self.faults.append(fault)
        return fault

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        api, path, query = (
            request.match_info["api"],
            request.match_info["path"],
            list(request.query.items()),
        )
        if api in UNDOCUMENTED:
            return self._undocumented(api)
        if api not in gcp_discovery.VERSIONS:
            return self._disabled(api)
        method = gcp_discovery.method(api, request.method, path)
        if method is None:
            self.violations.append(f"no such method: {request.method} {api}/{path}")
            return _error(404, "Not found", "NOT_FOUND")
        body = await request.json() if request.can_read_body else None
        self.calls[method.id] += 1
        self.requests.append((method.id, query, request.headers))
        if self.checked:
            self.violations += gcp_discovery.request_errors(method, query, body)
        fault = self._fault(api, method.id) or SOUND
        if fault.how == "reset":
            return wire.reset(request)
        if instead := await self._answer_instead(fault):
            return instead
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens.valid:
            return _unauthenticated()
        answer = self._answer(method.id, path, query, body)
        if isinstance(answer, web.Response):
            return answer
        return self._sent(method, fault, answer)

    def _undocumented(self, api: str) -> web.Response:
        method = f"{api}.projects.locations.instances.list"
        self.calls[method] += 1
        return web.json_response(product_list(self.assets, method))

    def _sent(
        self, method: gcp_discovery.Method, fault: Fault, answer: dict[str, Any]
    ) -> web.Response:
        """Answer as it goes over the wire, spoiled as the fault says."""
        if fault is not SOUND:
            answer = gcp_spoiled.spoiled(fault.how, answer)
            self._spoil(fault, answer)
        if self.checked:
            self.violations += gcp_discovery.response_errors(method, answer)
        text = json.dumps(answer).encode()
        if fault.how == "truncated":
            text = text[: len(text) // 2]
        if fault.how == "no utf-8":
            text = wire.NO_UTF8 + text
        response = web.Response(body=text, content_type="application/json")
        if self.compressed:
            response.enable_compression()
        return response

    def _fault(self, api: str, method: str) -> Fault | None:
        for fault in self.faults:
            if fault.api == api and fault.method in ("", method) and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    def _disabled(self, api: str) -> web.Response:
        service = f"{api}.googleapis.com"
        message = f"{api} API has not been used in project {NUMBER} before or it is disabled."
        return _error(
            403, message, "PERMISSION_DENIED", "SERVICE_DISABLED", service=service, consumer=PROJECT
        )

    async def _answer_instead(self, fault: Fault) -> web.Response | None:
        """Answer of a fault that leaves nothing of the true one; None where it is only spoiled."""
        if fault.how == "hang":
            await self._over.wait()
        if fault.how == "disabled":
            return self._disabled(fault.api)
        instead = INSTEAD.get(fault.how)
        return instead(fault) if instead else None

    def _spoil(self, fault: Fault, answer: dict[str, Any]) -> None:
        if fault.how == "loop":
            answer["nextPageToken"] = "again"
        elif fault.how == "unreachable":
            answer["unreachable"] = ["projects/other"]
        elif fault.how == "partial":
            answer["executionErrors"] = [{"code": 13, "message": "one shard did not answer"}]

    def _answer(
        self, method: str, path: str, query: Query, body: Any
    ) -> dict[str, Any] | web.Response:
        if method in self.answers:
            given: dict[str, Any] = copy.deepcopy(self.answers[method])
            return given
        if method == "cloudasset.assets.list":
            return self._assets(path, query)
        if method.startswith("pubsub."):
            return self.feed.answer(method, body)
        if method == "cloudasset.batchGetAssetsHistory":
            return self._history(query)
        if method == "monitoring.projects.timeSeries.list":
            return self._time_series(path, query)
        if method == "compute.machineTypes.aggregatedList":
            return replay("machine_types")
        if method == "compute.nodeGroups.listNodes":
            return replay("node_group_nodes")
        if method.startswith("bigquery.jobs."):
            return self._query_response(method, dict(query), body)
        # Apigee's organisations are called as their projects are.
        below = path.partition("projects/")[2] or path.partition("organizations/")[2]
        project = dict(query).get("project") or below.partition("/")[0]
        here = [asset for asset in self.assets if self._within(asset, f"projects/{project}")]
        location = path.partition("locations/")[2].partition("/")[0]
        listed = (
            located_list(here, method, location),
            backups_of_instance(here, method, path),
            product_list(here, method),
        )
        return next(filter(None, listed), None) or _error(
            404, f"the fake has no {method}", "NOT_FOUND"
        )

    def _query_response(self, method: str, query: Mapping[str, str], body: Any) -> dict[str, Any]:
        if body:
            self.queries.append(body["query"])
        first = int(query.get("pageToken", 0))
        until = first + self.report_page_rows
        operation = method.rpartition(".")[2]
        answer = {
            "kind": f"bigquery#{operation}Response",
            "jobComplete": self.report_ready,
            "jobReference": {"projectId": PROJECT, "jobId": "job_1", "location": "EU"},
            "rows": [_row(values) for values in self.report[first:until]],
            "totalRows": str(len(self.report)),
        }
        if until < len(self.report):
            answer["pageToken"] = str(until)
        return answer

    def _assets(self, path: str, query: Query) -> dict[str, Any] | web.Response:
        parent = "/".join(path.split("/")[1:3])
        types = {value for name, value in query if name == "assetTypes"}
        if refused := sorted(types & self.unknown_types):
            said = (
                f"Unsupported asset type: {refused[0]}"
                if self.names_refused
                else "Request contains an invalid argument."
            )
            return _error(400, said, "INVALID_ARGUMENT")
        asked = dict(query)
        size = int(asked.get("pageSize", 100))
        if size > 1000:
            return _error(400, "page_size must be at most 1000", "INVALID_ARGUMENT")
        size = min(size, self.page_size or size)
        assets = []
        for asset in self.assets:
            if self._within(asset, parent) and (not types or asset["assetType"] in types):
                whole = asked.get("contentType") == "RESOURCE"
                assets.append(asset if whole else named(asset))
        first = 0
        if (token := asked.get("pageToken", "again")) != "again":
            first = int(token.removeprefix("page-"))
        answer: dict[str, Any] = {
            "assets": assets[first : first + size],
            "readTime": "2026-11-24T12:00:00Z",
        }
        if first + size < len(assets):
            answer["nextPageToken"] = f"page-{first + size}"
        return answer

    def _history(self, query: Query) -> dict[str, Any] | web.Response:
        names = [value for name, value in query if name == "assetNames"]
        if len(names) > 100:
            return _error(400, "more than 100 asset names", "INVALID_ARGUMENT")
        versions: list[dict[str, Any]] = []
        for name in names:
            if name not in self.deleted:
                return _error(400, f"asset does not exist: {name}", "INVALID_ARGUMENT")
            asset, at = self.deleted[name]
            gone = {key: asset[key] for key in ("name", "assetType", "ancestors")}
            window = {"startTime": _rfc3339(at)}
            versions.append({"window": window, "deleted": True, "asset": gone})
            before = {"startTime": _rfc3339(at - 3600), "endTime": _rfc3339(at)}
            versions.append({"window": before, "asset": asset})
        return {"assets": versions}

    def _within(self, asset: Asset, parent: str) -> bool:
        above, _, name = parent.partition("/")
        return f"{above}/{self.projects.get(name, name)}" in asset["ancestors"]

    def _time_series(self, path: str, query: Query) -> dict[str, Any] | web.Response:
        project = path.split("/")[2]
        here = [
            series
            for series in self.series
            if project in ("scoping", gcp_monitoring.project_of(series))
        ]
        try:
            listed = gcp_monitoring.answer(here, query, time.time())
        except gcp_monitoring.BadQuestion as error:
            self.violations.append(str(error))
            return _error(400, str(error), "INVALID_ARGUMENT")
        except LookupError as error:
            return _error(404, str(error), "NOT_FOUND")
        unit = gcp_monitoring.unit_of(query)
        return {"timeSeries": listed, "unit": unit} if listed else {"unit": unit}


@dataclass
class Calls:
    """A Meter that remembers."""

    outcomes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    units: Counter[tuple[str, str]] = field(default_factory=Counter)

    def call(
        self, *, account_id: str, api: str, operation: str, outcome: str = "success", units: int = 0
    ) -> None:
        self.outcomes[api, operation, outcome] += 1
        self.units[account_id, operation] += units
