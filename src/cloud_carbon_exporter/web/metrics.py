"""/metrics: writes what was rendered at the last refresh, in the format the client asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from aiohttp import web

from cloud_carbon_exporter import exposition
from cloud_carbon_exporter.exposition import Exposition, Format
from cloud_carbon_exporter.web.process_metrics import process_metrics
from cloud_carbon_exporter.web.settings import SERVING

CONTENT_TYPES: dict[Format, str] = {
    "text": "text/plain; version=0.0.4; charset=utf-8",
    "openmetrics": "application/openmetrics-text; version=1.0.0; charset=utf-8",
}

NAME_FILTER = "name[]"
"""Query parameter for the families that are wanted, as Prometheus' client libraries have it."""

_TIMEOUT_HEADER = "X-Prometheus-Scrape-Timeout-Seconds"
# Prometheus' own default
_DEFAULT_TIMEOUT_SECONDS = 10.0
# share of the timeout kept for rendering and for the way back
_TIMEOUT_MARGIN = 0.1
_ONE_PIECE_BYTES = 1 << 18
_FEW_BYTES = 1 << 12


class _Wanted(NamedTuple):
    """Entry of an Accept or Accept-Encoding header."""

    weight: float
    name: str
    parameters: dict[str, str]


def _wanted(entry: str) -> _Wanted:
    name, *assignments = entry.split(";")
    parameters = {}
    for assignment in assignments:
        key, _, value = assignment.strip().partition("=")
        parameters[key] = value
    try:
        weight = float(parameters.get("q", 1))
    except ValueError:
        weight = 0.0
    return _Wanted(weight, name.strip(), parameters)


def _most_wanted_first(header: str) -> list[_Wanted]:
    """The entries of a header; those wanted equally stay in their order."""
    entries = [entry for entry in map(_wanted, header.lower().split(",")) if entry.name]
    return sorted(entries, key=lambda entry: -entry.weight)


def choose_format(accept: str) -> Format:
    """Format a client wants: OpenMetrics 1.x if it ranks it above text, else text."""
    for entry in _most_wanted_first(accept):
        if entry.weight <= 0:
            continue
        version = entry.parameters.get("version", "1").strip('"')
        # Prometheus asks for 1.0.0, and for the draft 0.0.1 that nobody writes any more
        if entry.name == "application/openmetrics-text" and version.split(".")[0] == "1":
            return "openmetrics"
        if entry.name in ("text/plain", "text/*", "*/*"):
            return "text"
    return "text"


def gzip_accepted(accept_encoding: str) -> bool:
    """Whether the client takes gzip."""
    weights = {entry.name: entry.weight for entry in _most_wanted_first(accept_encoding)}
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def scrape_timeout_seconds(header: str) -> float:
    """How long collecting may take for the answer to arrive in time."""
    try:
        timeout = float(header)
    except ValueError:
        timeout = _DEFAULT_TIMEOUT_SECONDS
    # also false for NaN, which float() reads
    if not 0 < timeout < 3600:
        timeout = _DEFAULT_TIMEOUT_SECONDS
    return timeout * (1 - _TIMEOUT_MARGIN)


# A small answer goes in one write. Of a large one each piece is a turn of the event loop, in which
# other answers get theirs.
async def _write(
    request: web.Request, headers: dict[str, str], pieces: Iterable[bytes], length: int
) -> web.StreamResponse:
    if length <= _ONE_PIECE_BYTES:
        return web.Response(body=b"".join(pieces), headers=headers)
    response = web.StreamResponse(headers=headers)
    response.content_length = length
    await response.prepare(request)
    if request.method != "HEAD":
        for piece in _with_small_ones(pieces):
            await response.write(piece)
    await response.write_eof()
    return response


def _with_small_ones(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes; a few go with the piece behind them, as each is a call of the system."""
    few = b""
    for piece in pieces:
        if len(piece) < _FEW_BYTES:
            few += piece
        else:
            yield few + piece if few else piece
            few = b""
    yield few


async def metrics(request: web.Request) -> web.StreamResponse:
    """Answer a scrape; 200 whatever the clouds do."""
    serving = request.app[SERVING]
    collector, settings = serving.collector, serving.settings
    if settings.mode == "scrape":
        await collector.collect_for_scrape(
            scrape_timeout_seconds(request.headers.get(_TIMEOUT_HEADER, ""))
        )
    rendered: Exposition | None = collector.exposition
    # the first scrapes come before the first refresh; the exporter's own families are there already
    if rendered is None:
        rendered = await asyncio.to_thread(
            exposition.render, collector.snapshot, settings.exposition
        )
    format_ = choose_format(request.headers.get("Accept", ""))
    names = frozenset(request.query.getall(NAME_FILTER)) if NAME_FILTER in request.query else None
    if names is not None:
        rendered = await asyncio.to_thread(exposition.select, rendered, format_, names)
    process, reload = process_metrics(format_), serving.reloads.newest()
    end = exposition.tail(rendered, format_, process, reload, names)
    stream = rendered.stream(format_)
    headers = {
        "Content-Type": CONTENT_TYPES[format_],
        # a cache in between must not hand OpenMetrics to who asked for text
        "Vary": "Accept, Accept-Encoding",
        "Cache-Control": "no-store",
    }
    if gzip_accepted(request.headers.get("Accept-Encoding", "")):
        headers["Content-Encoding"] = "gzip"
        compressed = stream.gzip(end)
        return await _write(request, headers, compressed.pieces, compressed.length)
    length = stream.size + len(end)
    return await _write(request, headers, chain(stream.plain(), [end]), length)
