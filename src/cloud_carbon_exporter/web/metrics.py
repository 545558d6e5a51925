"""/metrics: writes what was rendered at the last refresh, in the format and coding the client asks
for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from aiohttp import web

from cloud_carbon_exporter import exposition
from cloud_carbon_exporter.exposition import Exposition, Format
from cloud_carbon_exporter.web import process
from cloud_carbon_exporter.web.settings import SERVING

CONTENT_TYPES: dict[Format, str] = {
    "text": "text/plain; version=0.0.4; charset=utf-8",
    "openmetrics": "application/openmetrics-text; version=1.0.0; charset=utf-8",
}

_TIMEOUT_HEADER = "X-Prometheus-Scrape-Timeout-Seconds"
_DEFAULT_TIMEOUT_SECONDS = 10.0  # Prometheus' own default
_TIMEOUT_MARGIN = 0.1  # of the timeout: kept for rendering and for the way back
_ONE_PIECE_BYTES = 1 << 18


def _weighted(header: str) -> list[tuple[float, str, dict[str, str]]]:
    """The entries of an Accept or Accept-Encoding header, the most wanted first; equals stay in
    their order.
    """
    entries = []
    for entry in header.lower().split(","):
        name, *parameters = (part.strip() for part in entry.split(";"))
        pairs = {
            key: value for key, _, value in (parameter.partition("=") for parameter in parameters)
        }
        try:
            weight = float(pairs.get("q", 1))
        except ValueError:
            weight = 0.0
        if name:
            entries.append((weight, name, pairs))
    return sorted(entries, key=lambda entry: -entry[0])


def choose_format(accept: str) -> Format:
    """The format a client wants: OpenMetrics 1.x if it ranks it first among what we speak, else
    text.
    """
    for weight, name, parameters in _weighted(accept):
        if weight <= 0:
            continue
        if (
            name == "application/openmetrics-text"
            and parameters.get("version", "1").strip('"').split(".")[0] == "1"
        ):
            return "openmetrics"
        if name in ("text/plain", "text/*", "*/*"):
            return "text"
    return "text"


def gzip_accepted(accept_encoding: str) -> bool:
    """Whether the client takes gzip."""
    entries = {name: weight for weight, name, _ in _weighted(accept_encoding)}
    return entries.get("gzip", entries.get("*", 0.0)) > 0


def scrape_timeout_seconds(header: str) -> float:
    """How long collecting may take for the answer to arrive in time."""
    try:
        timeout = float(header)
    except ValueError:
        timeout = _DEFAULT_TIMEOUT_SECONDS
    if not 0 < timeout < 3600:
        timeout = _DEFAULT_TIMEOUT_SECONDS
    return timeout * (1 - _TIMEOUT_MARGIN)


async def _write(
    request: web.Request, headers: dict[str, str], pieces: Iterable[bytes], length: int
) -> web.StreamResponse:
    if length <= _ONE_PIECE_BYTES:
        return web.Response(body=b"".join(pieces), headers=headers)
    response = web.StreamResponse(headers=headers)
    response.content_length = length
    await response.prepare(request)
    if request.method != "HEAD":
        for piece in pieces:
            await response.write(piece)
    await response.write_eof()
    return response


async def metrics(request: web.Request) -> web.StreamResponse:
    """Answer a scrape; 200 whatever the clouds do."""
    serving = request.app[SERVING]
    collector, settings = serving.collector, serving.settings
    if settings.mode == "scrape":
        await collector.collect_for_scrape(
            scrape_timeout_seconds(request.headers.get(_TIMEOUT_HEADER, ""))
        )
    rendered: Exposition | None = collector.exposition
    if rendered is None:
        rendered = await asyncio.to_thread(
            exposition.render, collector.snapshot, settings.exposition
        )
    format_ = choose_format(request.headers.get("Accept", ""))
    end = exposition.tail(rendered, format_, process.families(format_), serving.reloads.figures())
    stream = rendered.stream(format_)
    headers = {
        "Content-Type": CONTENT_TYPES[format_],
        "Vary": "Accept, Accept-Encoding",
        "Cache-Control": "no-store",
    }
    if gzip_accepted(request.headers.get("Accept-Encoding", "")):
        headers["Content-Encoding"] = "gzip"
        pieces, length = stream.gzip(end)
        return await _write(request, headers, pieces, length)
    return await _write(
        request,
        headers,
        (piece for part in (stream.plain(), [end]) for piece in part),
        stream.size + len(end),
    )
