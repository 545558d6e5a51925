"""Prometheus of a cluster, as far as instant queries go: recorded answers, and faults at the wire.

That the queries mean what they should is held against a real one; this one is for what a real one
seldom does.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence

from aiohttp import web

from cloud_carbon_exporter.kubernetes.queries import QUERIES, query

Vector = Sequence[tuple[Mapping[str, str], float]]


class FakePrometheus:
    """Answers by the name of a query. What is set before a request holds for it.

    ahead_seconds: of its clock. status, body: of each answer, in place of a success. hanging: set
    to let go of answers that hang.
    """

    def __init__(self, answers: Mapping[str, Vector], now: float) -> None:
        self.answers, self.now = dict(answers), now
        self.ahead_seconds = 0.0
        self.status, self.body = 200, b""
        self.warnings: list[str] = []
        self.hangs = False
        self.hanging = asyncio.Event()
        self.asked: list[str] = []
        self.headers: list[Mapping[str, str]] = []
        self.matchers: Mapping[str, str] = {}
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> FakePrometheus:
        app = web.Application()
        app.router.add_get("/api/v1/query", self._query)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.hanging.set()
        assert self._runner is not None
        await self._runner.cleanup()

    async def _query(self, request: web.Request) -> web.Response:
        by_text = {query(name, self.matchers): name for name in QUERIES}
        name = by_text[request.query["query"]]
        self.asked.append(name)
        self.headers.append(dict(request.headers))
        if self.hangs:
            await self.hanging.wait()
        if self.body or self.status != 200:
            return web.Response(status=self.status, body=self.body)
        at = self.now + self.ahead_seconds
        result = []
        for labels, value in self.answers.get(name, ()):
            result.append({"metric": dict(labels), "value": [at, repr(value)]})
        document: dict[str, object] = {
            "status": "success",
            "data": {"resultType": "vector", "result": result},
        }
        if self.warnings:
            document["warnings"] = self.warnings
        return web.Response(text=json.dumps(document), content_type="application/json")
