"""Page at / and its static files, read once from the package."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from importlib import resources
from pathlib import PurePath

from aiohttp import web

from cloud_carbon_exporter.web.regions_html import regions_html
from cloud_carbon_exporter.web.settings import PREFIX, SERVING
from cloud_carbon_exporter.web.totals_html import as_of_html, totals_html

_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
_PAGE = "index.html"
_TOTALS, _AS_OF, _SOURCE = "<!-- totals -->", "<!-- as of -->", "<!-- source -->"
_REGIONS = "<!-- regions -->"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file of static/. tag: changes with its content."""

    body: bytes
    content_type: str
    tag: str


STATIC_FILES: web.AppKey[Mapping[str, StaticFile]] = web.AppKey("static files")


def static_files() -> Mapping[str, StaticFile]:
    """The files by name, read from the package."""
    files = {}
    for file in (resources.files("cloud_carbon_exporter.web") / "static").iterdir():
        content_type = _TYPES.get(PurePath(file.name).suffix)
        if content_type is not None:
            files[file.name] = _file(file.read_bytes(), content_type)
    return files


def _file(body: bytes, content_type: str) -> StaticFile:
    return StaticFile(body, content_type, hashlib.sha256(body).hexdigest()[:16])


def _answer(request: web.Request, file: StaticFile) -> web.Response:
    # asked again each time: a new version of the exporter must not meet an old script
    headers = {
        "Cache-Control": "no-cache",
        "ETag": f'"{file.tag}"',
        "Vary": "Accept-Encoding",
    }
    if any(known.value == file.tag for known in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    response = web.Response(
        body=file.body, content_type=file.content_type, charset="utf-8", headers=headers
    )
    response.enable_compression()  # a third of the bytes on the way to a phone
    return response


async def page(request: web.Request) -> web.Response:
    """The page a person can read; the totals stand in it, the rest is drawn by its scripts."""
    serving = request.app[SERVING]
    taken = serving.collector.snapshot
    text = request.app[STATIC_FILES][_PAGE].body.decode()
    text = text.replace(_TOTALS, totals_html(taken)).replace(_AS_OF, as_of_html(taken))
    text = text.replace(_REGIONS, regions_html(taken))
    text = text.replace(_SOURCE, escape(serving.settings.source))
    return _answer(request, _file(text.encode(), _TYPES[".html"]))


async def to_page(request: web.Request) -> web.Response:
    """Redirect to the page of who asks for the root, or leaves out its last slash."""
    raise web.HTTPFound(f"{request.app[PREFIX]}/")


async def static_file(request: web.Request) -> web.Response:
    """One file the page is made of; the page itself stands at / alone."""
    name = request.match_info["file"]
    file = None if name == _PAGE else request.app[STATIC_FILES].get(name)
    if file is None:
        raise web.HTTPNotFound
    return _answer(request, file)
