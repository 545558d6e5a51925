"""Application: its routes, its errors, and the headers every answer carries."""

from __future__ import annotations

import logging

from aiohttp import web
from aiohttp.typedefs import Handler

from cloud_carbon_exporter.web.api.advice_decisions import (
    DECISIONS,
    Decisions,
    NothingDecided,
)
from cloud_carbon_exporter.web.api.answers import (
    OPENAPI,
    SNAPSHOT_CACHE,
    SnapshotCache,
    error_answer,
)
from cloud_carbon_exporter.web.api.budgets import BUDGETS, Standings, no_budgets
from cloud_carbon_exporter.web.api.history import HISTORY, History, Remembered, nothing_remembered
from cloud_carbon_exporter.web.api.openapi import openapi_document
from cloud_carbon_exporter.web.api.trend_answer import CHARTS, ChartCache
from cloud_carbon_exporter.web.guard import GUARD, Guard, Refused, guarded
from cloud_carbon_exporter.web.page import STATIC_FILES, static_files
from cloud_carbon_exporter.web.routes import ROUTES, serve_routes
from cloud_carbon_exporter.web.settings import (
    PREFIX,
    SERVING,
    Collector,
    Serving,
    WebSettings,
    path_of,
)
from cloud_carbon_exporter.web.trend import TREND, Trend

_LOG = logging.getLogger(__name__)

_SECURITY_HEADERS = {
    # The page has no inline script or style and loads nothing from elsewhere, so this allows
    # neither.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
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
    # those of the web config win: the operator may have to frame the page
    response.headers.update(request.app[GUARD].config.headers)
    # AGPL, section 13: who uses it over a network is offered the source of the version that runs
    response.headers["Link"] = f'<{request.app[SERVING].settings.source}>; rel="source"'


def _failed(request: web.Request, status: int, message: str) -> web.Response:
    # a program reads an error as JSON, a person with curl as a line
    if path_of(request).startswith("/api/"):
        return error_answer(status, message)
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
        return _failed(request, 404, f"not found; try {_paths(request.app[PREFIX])}")
    except web.HTTPMethodNotAllowed as error:
        allowed = ", ".join(sorted(error.allowed_methods))
        response = _failed(
            request, 405, f"{request.method} is not allowed here; allowed: {allowed}"
        )
        response.headers["Allow"] = allowed
        return response
    except web.HTTPRedirection:
        raise
    except web.HTTPException as error:
        return _failed(request, error.status, error.reason)
    except Exception as error:
        gone = isinstance(error, ConnectionError)  # who asked: what follows is not sent
        _LOG.log(
            logging.DEBUG if gone else logging.ERROR,
            # put in here, not by the log: repeats.py tells errors apart by what is, and whoever
            # asks chooses the path
            f"cannot answer {request.method} {request.path}",
            exc_info=not gone,
        )
        return _failed(request, 500, "internal error; the log says more")


def _paths(prefix: str) -> str:
    first = [f"{prefix}{path}" for path in ("/", "/metrics", "/healthz", "/readyz")]
    return f"{', '.join(first)} or {prefix}/api/v1/snapshot"


def make_app(
    settings: WebSettings,
    collector: Collector,
    trend: Trend | None = None,
    remembered: Remembered = nothing_remembered,
    budgets: Standings = no_budgets,
    decisions: Decisions | None = None,
) -> web.Application:
    """The application over a collector, not yet listening.

    trend: what records each Snapshot. remembered: what answers queries of the history. budgets:
    what knows how those of carbon stand. decisions: what remembers those about advice.
    """
    app = web.Application(middlewares=[_errors, guarded])
    app[SERVING], app[GUARD] = Serving(collector, settings), Guard()
    app[HISTORY], app[CHARTS] = History(remembered), ChartCache()
    app[BUDGETS], app[DECISIONS] = budgets, NothingDecided() if decisions is None else decisions
    app[TREND], app[SNAPSHOT_CACHE] = trend or Trend(), SnapshotCache()
    prefix = app[PREFIX] = settings.route_prefix
    server = settings.external_url or prefix or "/"
    app[OPENAPI], app[STATIC_FILES] = openapi_document(ROUTES, server), static_files()
    app.on_response_prepare.append(_secure)
    serve_routes(app, prefix)
    return app
