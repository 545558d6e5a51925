"""The page at / and its files, read once from the package."""

from __future__ import annotations

import hashlib
from importlib import resources

from aiohttp import web
from aiohttp.typedefs import Handler

_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}


def _handler(name: str, body: bytes) -> Handler:
    content_type = _TYPES[name[name.rindex(".") :]]
    tag = hashlib.sha256(body).hexdigest()[:16]
    headers = {"Cache-Control": "no-cache", "ETag": f'"{tag}"'}

    async def handler(request: web.Request) -> web.Response:
        if any(each.value == tag for each in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type=content_type, charset="utf-8", headers=headers)

    return handler


def add_routes(app: web.Application) -> None:
    """One route for each file of static/, and / for the page."""
    folder = resources.files("cloud_carbon_exporter.web") / "static"
    for file in folder.iterdir():
        if file.name.endswith(tuple(_TYPES)):
            path = "/" if file.name == "index.html" else f"/static/{file.name}"
            app.router.add_get(path, _handler(file.name, file.read_bytes()))
