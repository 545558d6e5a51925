"""Health of the process (/healthz), and whether it has figures to show (/readyz)."""

from __future__ import annotations

from aiohttp import web

from cloud_carbon_exporter.web.settings import SERVING


async def healthy(_: web.Request) -> web.Response:
    """200 while the process lives."""
    return web.Response(text="ok\n")


async def ready(request: web.Request) -> web.Response:
    """503 until the first collection of every target has ended, whatever its outcome."""
    collector = request.app[SERVING].collector
    if collector.snapshot.first_collection_done:
        return web.Response(text="ready\n")
    text = collector.progress or "the first collection has not ended yet"
    return web.Response(status=503, text=f"{text}\n")
