"""The page at / and its files, read once from the package."""

from __future__ import annotations

from importlib import resources

from aiohttp import web

_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}


def _answering(name: str, body: bytes) -> web.Response:
    content_type = _TYPES[name[name.rindex(".") :]]
    headers = {"Cache-Control": "no-cache"}
    return web.Response(body=body, content_type=content_type, charset="utf-8", headers=headers)


def add_routes(app: web.Application) -> None:
    """One route for each file of static/, and / for the page."""
    folder = resources.files("cloud_carbon_exporter.web") / "static"
    for file in folder.iterdir():
        if not file.name.endswith(tuple(_TYPES)):
            continue

        async def handler(_: web.Request, name: str = file.name, body: bytes = file.read_bytes()) -> web.Response:
            return _answering(name, body)

        app.router.add_get("/" if file.name == "index.html" else f"/static/{file.name}", handler)
