"""Reload (POST or PUT /-/reload): read the configuration again, as Prometheus does."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.web.settings import SERVING


def from_elsewhere(request: web.Request) -> bool:
    """Whether a browser sent it for a page of another site, which knows nothing but our address."""
    site = request.headers.get("Sec-Fetch-Site", "")
    origin = request.headers.get("Origin", "")
    # curl and Prometheus' operators send neither header; a browser sends one of them with every
    # POST
    ours = (request.headers.get("Host", ""), request.app[SERVING].settings.external_host)
    return site not in ("", "same-origin", "none") or (bool(origin) and _host(origin) not in ours)


def _host(origin: str) -> str | None:
    """Host and port of an origin; None of one that names none.

    A page in a sandbox, of a file or of a data: URL is of the origin "null" (Fetch standard).
    """
    try:
        return urlsplit(origin).netloc or None
    except ValueError:
        return None


async def reload(request: web.Request) -> web.Response:
    """200 when the configuration was read and is followed; 500 when the old one stays."""
    again = request.app[SERVING].reload
    if again is None or from_elsewhere(request):
        return web.Response(status=403, text="403 a reload cannot be asked for from here\n")
    try:
        await again()
    except ConfigError as error:
        return web.Response(
            status=500, text=f"failed to reload the configuration, the old one stays: {error}\n"
        )
    return web.Response(text="reloaded\n")
