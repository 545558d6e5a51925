"""Prometheus: its instant queries, and all that can be wrong with their answers.

Wire: GET /api/v1/query (https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries).
Thanos, Mimir, VictoriaMetrics and what vendors run of these answer alike.

Whoever reads one (grid, kubernetes, history) brings its session, patience and credentials. What
counts as an answer is decided in `vector` for all; and a failure names the query and the server,
without what is secret of either.
"""

from __future__ import annotations

import asyncio
import math
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.http.retry import (
    Again,
    Patience,
    again_if_unreachable,
    persistent,
    seconds_asked,
)
from cloud_carbon_exporter.http.session import Answer, Request, Session
from cloud_carbon_exporter.http.status import error_kind, may_pass
from cloud_carbon_exporter.http.vector import (
    Decoder,
    L,
    Pieces,
    Series,
    complaint,
    read_in_pieces,
    read_series,
)
from cloud_carbon_exporter.masking import excerpt

_LONGEST_QUERY = 100
# Read in a thread: 50,000 series are 10 MB of JSON, more than a tenth of a second for the loop.
_LARGE_BYTES = 1 << 16
# Tenants and workspaces have shorter names; what is longer in a path may be a key.
_LONGEST_SEGMENT = 40


@dataclass(frozen=True, slots=True)
class Server:
    """Server of the API, and how it is asked. low, high: what values lie in; others are none.

    persistent: it is asked again where nobody answers, or the answer does not say when.
    """

    session: Session
    url: str
    patience: Patience
    persistent: bool = True
    low: float = -sys.float_info.max
    high: float = math.inf


async def ask(
    server: Server,
    query: str,
    headers: Mapping[str, str] | None = None,
    *,
    at: float | None = None,
    called: str = "",
) -> Series:
    """Series of a query, at a moment or now. called: what stands for a query that is long.

    Raises CollectError, which names the query and the server.
    """
    with _told(server, query, called):
        body = await fetch(server, query, headers, at=at)
        if len(body) > _LARGE_BYTES:
            return await asyncio.to_thread(read_series, body, server.low, server.high)
        return read_series(body, server.low, server.high)


async def ask_in_pieces(
    server: Server,
    query: str,
    decoder: Decoder[L],
    headers: Mapping[str, str] | None = None,
    *,
    called: str = "",
) -> Pieces[L]:
    """Answer to a query of a hundred thousand series, to be walked in a thread. See `ask`.

    decoder: of its labels; to read few by their names is faster than to read any.
    """
    with _told(server, query, called):
        body = await fetch(server, query, headers)
        # Of an answer that is spelled otherwise than Prometheus does, all is read at once.
        return await asyncio.to_thread(read_in_pieces, body, decoder, server.low, server.high)


@contextmanager
def _told(server: Server, query: str, called: str) -> Iterator[None]:
    """Errors name the query and the server."""
    try:
        yield
    except CollectError as error:
        about = f"query {called or excerpt(query, _LONGEST_QUERY)} of {place(server.url)}"
        error.hint = f"{error.hint}; {about}" if error.hint else about
        raise


async def fetch(
    server: Server,
    query: str,
    headers: Mapping[str, str] | None = None,
    *,
    at: float | None = None,
) -> bytes:
    """Body of the answer to a query. Raises CollectError where it is no success."""
    params = [("query", query)]
    if at is not None:
        params.append(("time", f"{at:.0f}"))
    url = f"{server.url.rstrip('/')}/api/v1/query"
    request = Request(url, params=tuple(params), headers=headers)
    answer = await persistent(lambda: _try(server, request), server.patience)
    return answer.body


def place(url: str) -> str:
    """Scheme, host and path of a URL, without its user and query.

    Nor with the words of its path that are so long that they may be keys.
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    path = [word if len(word) <= _LONGEST_SEGMENT else "***" for word in parts.path.split("/")]
    return f"{parts.scheme}://{host}{'/'.join(path)}".rstrip("/")


async def _try(server: Server, request: Request) -> Answer:
    sending = server.session.send(request)
    answer = await (again_if_unreachable(sending) if server.persistent else sending)
    if answer.status == 200:
        return answer
    error = error_kind(answer.status)(f"status {answer.status}{complaint(answer.body)}")
    asked = seconds_asked(answer.headers)
    if may_pass(answer.status) and (server.persistent or asked is not None):
        raise Again(error, asked)
    raise error
