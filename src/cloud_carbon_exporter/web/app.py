"""The application: its routes, and what every answer carries."""

from __future__ import annotations

import logging

from aiohttp import web
from aiohttp.typedefs import Handler

from cloud_carbon_exporter.web import api, page, reload, what_if
from cloud_carbon_exporter.web.guard import GUARD, Guard, Refused, guarded
from cloud_carbon_exporter.web.history import HISTORY, History
from cloud_carbon_exporter.web.metrics import metrics
from cloud_carbon_exporter.web.settings import SERVING, Collector, Serving, WebSettings

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


async def _secure(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_SECURITY_HEADERS)
    response.headers.update(request.app[GUARD].config.headers)
    response.headers["Link"] = f'<{request.app[SERVING].settings.source}>; rel="source"'


def _failed(request: web.Request, status: int, message: str) -> web.Response:
    if request.path.startswith("/api/"):
        return api.error(status, message)
    return web.Response(status=status, text=f"{status} {message}\n")


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors as a program or a person can read them; nothing of the inside gets out."""
    try:
        return await handler(request)
    except Refused as refused:
        response = _failed(request, refused.status, str(refused))
        response.headers.update(refused.headers)
        return response
    except web.HTTPNotFound:
        return _failed(
            request, 404, "not found; try /, /metrics, /healthz, /readyz or /api/v1/snapshot"
        )
    except web.HTTPMethodNotAllowed as error:
        allowed = ", ".join(sorted(error.allowed_methods))
        response = _failed(
            request, 405, f"{request.method} is not allowed here; allowed: {allowed}"
        )
        response.headers["Allow"] = allowed
        return response
    except web.HTTPException as error:
        return _failed(request, error.status, error.reason)
    except Exception as error:
        gone = isinstance(error, ConnectionError)  # who asked: what follows is not sent
        _LOG.log(
            logging.DEBUG if gone else logging.ERROR,
            "cannot answer %s %s",
            request.method,
            request.path,
            exc_info=not gone,
        )
        return _failed(request, 500, "internal error; the log says more")


async def _healthy(_: web.Request) -> web.Response:
    return web.Response(text="ok\n")


async def _ready(request: web.Request) -> web.Response:
    if request.app[SERVING].collector.snapshot.first_collection_done:
        return web.Response(text="ready\n")
    return web.Response(status=503, text="the first collection has not ended yet\n")


def make_app(
    settings: WebSettings, collector: Collector, history: History | None = None
) -> web.Application:
    """The application over a collector, not yet listening. history: what records each Snapshot, if
    anything does.
    """
    app = web.Application(middlewares=[_errors, guarded])
    app[SERVING], app[GUARD] = Serving(collector, settings), Guard()
    app[HISTORY], app[api.CACHE] = history or History(), api.Cache()
    app.on_response_prepare.append(_secure)
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/healthz", _healthy)
    app.router.add_get("/readyz", _ready)
    app.router.add_get("/api/v1/snapshot", api.snapshot)
    app.router.add_get("/api/v1/history", api.history)
    app.router.add_get("/api/v1/what-if", what_if.answer)
    app.router.add_get("/api/v1/resources", api.resources)
    app.router.add_get("/api/v1/resources/{id:.+}/explain", api.explained)
    reload.add_routes(app)
    page.add_routes(app)
    return app
