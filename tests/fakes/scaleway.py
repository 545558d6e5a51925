"""Scaleway at the wire: its list calls over zones and regions, S3, Cockpit, and what can go wrong.

What it serves are the answers of tests/replay/scaleway, each of which fits the schema of the
official SDK (tests/providers/scaleway/test_fake.py), with the paging, errors and headers Scaleway's
documentation describes.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes import scaleway_pages, scaleway_s3, wire
from tests.fakes.scaleway_tokens import MadeTokens

REPLAY = Path(__file__).parent.parent / "replay" / "scaleway"

ORGANIZATION = "6f4a1bd2-0a4e-4f0e-9d4c-0d9d2f5c0001"
PROJECT = "11111111-1111-4111-8111-111111111111"
OTHER_PROJECT = "22222222-2222-4222-8222-222222222222"
ACCESS_KEY = "SCWXXXXXXXXXXXXXXXXX"
SECRET_KEY = "7a2d9a0e-5a55-4a5e-8c2e-a1b2c3d4e5f6"
COCKPIT_TOKEN = "cockpit-token-for-tests"

Table = dict[str, list[Any] | dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Fault:
    """What a call gets instead of its answer.

    times: how often; 0 = always. every: only each so many calls, from the first one on.
    cut: whether the body is cut short.
    unpacked_mebibytes: what a packed body unpacks to. reset: the connection is.
    """

    status: int = 500
    body: str | bytes = "{}"
    times: int = 0
    every: int = 1
    headers: Mapping[str, str] = field(default_factory=dict)
    hang: bool = False
    cut: bool = False
    reset: bool = False
    unpacked_mebibytes: int = 0


@dataclass(slots=True)
class Route:
    """List call: its path with {zone} or {region}, the key of its list, its objects by place.

    The place of what is global is "*".
    """

    operation: str
    path: str
    items: str
    response: str
    places: Table
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        self.pattern = re.compile(re.sub(r"\\\{\w+\\\}", r"([a-z0-9-]+)", re.escape(self.path)))


def replayed(product: str) -> list[dict[str, Any]]:
    """The recorded answers of one product."""
    loaded: list[dict[str, Any]] = json.loads((REPLAY / f"{product}.json").read_text())
    return loaded


def products() -> list[str]:
    """Every product with recorded lists."""
    return sorted(path.stem for path in REPLAY.glob("*.json") if path.stem != "footprint")


def routes() -> list[Route]:
    """Every recorded list call."""
    recorded: list[Route] = []
    for product in products():
        recorded += (Route(**answer) for answer in replayed(product))
    return recorded


class FakeScaleway:
    """The server. Change `routes`, `faults`, `absent`, `buckets`, `series` to change the world.

    faults: a piece of a path -> its Fault. absent: (piece of a path, status) of products that do
        not exist.
    series: metric name -> [(labels, value)], constant over time. shifted_seconds: how much later
        its points say to be.
    made: the Cockpit tokens that were made over the API. events: of the audit trail, by region,
        newest first; None where it may not be read.
    calls: path -> how often. params: path -> names in its queries. most_at_once: calls that were
        open together.
    """

    def __init__(self, *, latency_seconds: float = 0.0) -> None:
        self.latency_seconds = latency_seconds
        self.routes = routes()
        self.faults: dict[str, Fault] = {}
        self.absent: list[tuple[str, int]] = []
        self.buckets: dict[tuple[str, str], list[str]] = {("fr-par", PROJECT): ["photos"]}
        self.series: dict[str, list[tuple[dict[str, str], float]]] = {}
        self.shifted_seconds = 0.0
        self.secret_key = SECRET_KEY
        self.tokens = {COCKPIT_TOKEN}
        self.cockpits = {(PROJECT, "fr-par"), (OTHER_PROJECT, "fr-par")}
        self.made = MadeTokens()
        self.events: dict[str, list[dict[str, Any]]] | None = None
        self.calls: Counter[str] = Counter()
        self.most_at_once = 0
        self._open = 0
        self._matching = 0  # calls that a fault was meant for
        self.params: dict[str, set[str]] = {}
        self.queries: list[dict[str, str]] = []
        self.documents = {answer["path"]: answer["body"] for answer in replayed("footprint")}
        self.url = ""
        self._hits: Counter[str] = Counter()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        for method in ("GET", "POST", "DELETE"):
            app.router.add_route(method, "/{tail:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = (
            site.name.rstrip("/") if ":0" not in site.name else f"http://127.0.0.1:{self._port()}"
        )
        return self

    def _port(self) -> int:
        assert self._runner is not None
        return int(self._runner.addresses[0][1])

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def environment(self) -> dict[str, str]:
        """What points Scaleway's tools at this server."""
        return {
            "SCW_ACCESS_KEY": ACCESS_KEY,
            "SCW_SECRET_KEY": SECRET_KEY,
            "SCW_DEFAULT_ORGANIZATION_ID": ORGANIZATION,
            "SCW_DEFAULT_PROJECT_ID": PROJECT,
            "SCW_API_URL": self.url,
            "SCW_S3_ENDPOINT": f"{self.url}/s3/{{region}}",
            "SCW_CONFIG_PATH": "/nonexistent/config.yaml",
        }

    def route(self, path: str) -> Route:
        """The recorded list of this path."""
        return next(route for route in self.routes if route.path == path)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["tail"]
        self.calls[path] += 1
        self.params.setdefault(path, set()).update(request.query)
        if self.latency_seconds:
            await self._wait()
        fault = next((fault for piece, fault in self.faults.items() if piece in path), None)
        if fault is not None and self._befalls(path, fault):
            return await self._fail(request, fault)
        if path.startswith("cockpit-data/"):
            return self._metrics(request, path)
        if path.startswith("s3/"):
            return self._list_buckets(request, path.split("/")[1])
        if request.headers.get("X-Auth-Token") != self.secret_key:
            return scaleway_pages.error(401, "denied_authentication", "authentication is denied")
        for piece, status in self.absent:
            if piece in path:
                return scaleway_pages.error(status, "unknown_resource", "resource is not objects")
        if request.method != "GET" or (path.startswith("cockpit/") and path.endswith("/tokens")):
            return await self.made.answer(request, path)
        return self._api(request, path)

    async def _wait(self) -> None:
        self._open += 1
        self.most_at_once = max(self.most_at_once, self._open)
        await asyncio.sleep(self.latency_seconds)
        self._open -= 1

    def _befalls(self, path: str, fault: Fault) -> bool:
        """Whether this call is one of those that fail."""
        self._matching += 1
        if (self._matching - 1) % fault.every or (fault.times and self._hits[path] >= fault.times):
            return False
        self._hits[path] += 1
        return True

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.hang:
            await asyncio.Event().wait()
        if fault.reset:
            return wire.reset(request)
        if fault.unpacked_mebibytes:
            return wire.exploding(fault.unpacked_mebibytes)
        if not fault.cut:
            body = fault.body.encode() if isinstance(fault.body, str) else fault.body
            return web.Response(
                status=fault.status,
                body=body,
                headers=fault.headers,
                content_type="application/json",
            )
        response = web.StreamResponse(headers={"Content-Length": "10000"})
        await response.prepare(request)
        await response.write(b'{"servers": [')
        assert request.transport is not None
        request.transport.close()
        return response

    def _api(self, request: web.Request, path: str) -> web.Response:
        if path in self.documents:
            return web.json_response(self.documents[path])
        if path.startswith("account/v3/projects/"):
            return web.json_response(
                {"id": path.rsplit("/", 1)[1], "organization_id": ORGANIZATION}
            )
        if path.startswith("iam/v1alpha1/api-keys/"):
            return web.json_response({"access_key": ACCESS_KEY, "default_project_id": PROJECT})
        if path.startswith("cockpit/v1/regions/"):
            return self._sources(request, path.split("/")[3])
        if path.startswith("audit-trail/v1alpha1/regions/"):
            return scaleway_pages.events(request, self.events, path.split("/")[3])
        for route in self.routes:
            match = route.pattern.fullmatch(path)
            if match:
                objects = route.places.get(match.group(1) if match.groups() else "*", [])
                objects = scaleway_pages.in_states(request, objects)
                return (
                    self._search(objects)
                    if "search" in path.split("/")
                    else scaleway_pages.page(request, route.path, route.items, objects)
                )
        return scaleway_pages.error(404, "not_objects", "unknown path")

    def _search(self, objects: list[Any] | dict[str, Any]) -> web.Response:
        return web.json_response({"resources": objects, "next_page_token": ""})

    def _sources(self, request: web.Request, region: str) -> web.Response:
        project = request.query["project_id"]
        assert request.query["origin"] == "scaleway"
        assert request.query.getall("types") == ["metrics"]
        sources = [source(self.url, project, region)] if (project, region) in self.cockpits else []
        first = request.query.get("page", "1") == "1"
        return web.json_response(
            {"data_sources": sources if first else [], "total_count": len(sources)}
        )

    def _list_buckets(self, request: web.Request, region: str) -> web.Response:
        signed_for = scaleway_s3.project_of(request, region, ACCESS_KEY, self.secret_key)
        if signed_for is None:
            return scaleway_s3.refusal()
        return scaleway_s3.listed(self.buckets.get((region, signed_for), []))

    def _metrics(self, request: web.Request, path: str) -> web.Response:
        if request.headers.get("X-Token") not in self.tokens | self.made.secrets:
            return web.json_response({"status": "error", "error": "unauthorized"}, status=401)
        if path.endswith("/label/__name__/values"):
            return web.json_response({"status": "success", "data": sorted(self.series)})
        query = request.query
        if path.endswith("/prometheus/api/v1/query"):
            named = [name for name in self.series if name in query["query"]]
            found = [{"metric": labels, "value": [0, "1"]} for labels, _ in self.series[named[0]]]
            return web.json_response({"status": "success", "data": {"result": found}})
        assert path.endswith("/prometheus/api/v1/query_range"), path
        self.queries.append(dict(query))
        start, end, step = (int(query[name]) for name in ("start", "end", "step"))
        expression = query["query"].replace("(postgresql|mysql)", "postgresql")
        asked = [name for name in self.series if name in expression]
        rows = []
        for labels, value in self.series[asked[0]] if asked else []:
            values = [
                [moment + self.shifted_seconds, str(value)]
                for moment in range(start, end + 1, step)
            ]
            rows.append({"metric": labels, "values": values})
        return web.json_response(
            {"status": "success", "data": {"resultType": "matrix", "result": rows}}
        )


def source(url: str, project: str, region: str) -> dict[str, Any]:
    """The data source of Scaleway's own metrics, as ListDataSources shows it."""
    return {
        "id": "9d1f0a52-3c1e-4b9e-8a2e-000000000001",
        "project_id": project,
        "name": "Scaleway Metrics",
        "url": f"{url}/cockpit-data/{project}/{region}",
        "type": "metrics",
        "origin": "scaleway",
        "synchronized_with_grafana": True,
        "retention_days": 31,
        "region": region,
        "created_at": None,
        "updated_at": None,
        "current_month_usage": None,
    }
