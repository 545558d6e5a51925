"""The application: its routes, what every answer carries, and how it is started."""

from __future__ import annotations

import gc
import logging
import ssl
import sys

from aiohttp import web
from aiohttp.typedefs import Handler

from cloud_carbon_exporter.web import api, page
from cloud_carbon_exporter.web.history import HISTORY, History
from cloud_carbon_exporter.web.metrics import metrics
from cloud_carbon_exporter.web.settings import COLLECTOR, SETTINGS, Collector, WebSettings

_LOG = logging.getLogger(__name__)

_SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Server": "cloud-carbon-exporter",
}

_SHUTDOWN_SECONDS = 1.0
_SWITCH_SECONDS = 0.0005  # a refresh computes in a thread; at Python's 5 ms each piece written would wait that long
_COLLECT_GARBAGE = (
    100_000,
    50,
    1000,
)  # a Snapshot is millions of objects without a cycle: to walk it stops all for 0.4 s


async def _secure(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in _SECURITY_HEADERS.items():
        response.headers[name] = value
    response.headers["Link"] = f'<{request.app[SETTINGS].source}>; rel="source"'


def _failed(request: web.Request, status: int, message: str) -> web.Response:
    if request.path.startswith("/api/"):
        return api.error(status, message)
    return web.Response(status=status, text=f"{status} {message}\n")


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors as a program or a person can read them; nothing of the inside gets out."""
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return _failed(request, 404, "not found; try /, /metrics, /healthz, /readyz or /api/v1/snapshot")
    except web.HTTPMethodNotAllowed as error:
        allowed = ", ".join(sorted(error.allowed_methods))
        response = _failed(request, 405, f"{request.method} is not allowed here; allowed: {allowed}")
        response.headers["Allow"] = allowed
        return response
    except web.HTTPException as error:
        return _failed(request, error.status, error.reason)
    except Exception:
        _LOG.exception("cannot answer %s %s", request.method, request.path)
        return _failed(request, 500, "internal error; the log says more")


async def _healthy(_: web.Request) -> web.Response:
    return web.Response(text="ok\n")


async def _ready(request: web.Request) -> web.Response:
    if request.app[COLLECTOR].snapshot.first_collection_done:
        return web.Response(text="ready\n")
    return web.Response(status=503, text="the first collection has not ended yet\n")


def make_app(settings: WebSettings, collector: Collector, history: History | None = None) -> web.Application:
    """The application over a collector, not yet listening. history: what records each Snapshot, if anything does."""
    app = web.Application(middlewares=[_errors])
    app[SETTINGS], app[COLLECTOR] = settings, collector
    app[HISTORY], app[api.CACHE] = history or History(), api.Cache()
    app.on_response_prepare.append(_secure)
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/healthz", _healthy)
    app.router.add_get("/readyz", _ready)
    app.router.add_get("/api/v1/snapshot", api.snapshot)
    app.router.add_get("/api/v1/history", api.history)
    app.router.add_get("/api/v1/resources", api.resources)
    app.router.add_get("/api/v1/resources/{id:.+}/explain", api.explained)
    page.add_routes(app)
    return app


def _favour_answers() -> None:
    """Keep a refresh, which computes in a thread, from holding up the event loop."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.set_threshold(*_COLLECT_GARBAGE)


async def start(app: web.Application, host: str, port: int, ssl_context: ssl.SSLContext | None = None) -> web.AppRunner:
    """Listen; `runner.addresses` says where, `await runner.cleanup()` ends it. Raises OSError if the port is taken."""
    _favour_answers()
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, ssl_context=ssl_context).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner
