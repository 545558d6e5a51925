"""Prometheus: its instant queries, and all that can be wrong with their answers.

Wire: GET /api/v1/query (https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries).
Thanos, Mimir, VictoriaMetrics and what vendors run of these answer alike.

Whoever reads one (grid, kubernetes, history) brings its session, patience and credentials. What
counts as an answer is decided here for all: a whole one, of numbers; and a failure names the query
and the server, without what is secret of either.
"""

from __future__ import annotations

import asyncio
import gc
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from cloud_carbon_exporter.errors import CollectError, Incomplete, Malformed
from cloud_carbon_exporter.http.retry import (
    Again,
    Patience,
    again_if_unreachable,
    persistent,
    seconds_asked,
)
from cloud_carbon_exporter.http.session import Answer, Request, Session
from cloud_carbon_exporter.http.status import error_kind, may_pass
from cloud_carbon_exporter.masking import excerpt

LONGEST_WORDS = 160
_LONGEST_QUERY = 100
# Read in a thread: 50,000 series are 10 MB of JSON, more than a tenth of a second for the loop.
_LARGE_BYTES = 1 << 16
# Tenants and workspaces have shorter names; what is longer in a path may be a key.
_LONGEST_SEGMENT = 40

_NEXT = b',{"metric":'
_PIECE_BYTES = 1 << 17
_NO_VECTOR = "the answer is no vector of Prometheus"

Sample = tuple[Mapping[str, str], float]
"""One series of an answer: its labels, and its value, which is finite.

A bare tuple: a large cluster has hundreds of thousands.
"""


class Series(NamedTuple):
    """Answer to a query. at: the time of the server's own clock; None of an empty one."""

    samples: Sequence[Sample]
    at: float | None


class Pieces(NamedTuple):
    """Answer that is read while it is walked, once. at: as of Series.

    To walk it raises Malformed where it is no answer from there on.
    """

    samples: Iterator[Sample]
    at: float | None


class _Told(msgspec.Struct, gc=False):
    """One series as it is told: its labels, and the pair of the time and the value."""

    metric: dict[str, str]
    value: tuple[float, str | float]


_DECODER = msgspec.json.Decoder(list[_Told])


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
    server: Server, query: str, headers: Mapping[str, str] | None = None, *, called: str = ""
) -> Pieces:
    """Answer to a query of a hundred thousand series, to be walked in a thread. See `ask`."""
    with _told(server, query, called):
        body = await fetch(server, query, headers)
        # Of an answer that is spelled otherwise than Prometheus does, all is read at once.
        return await asyncio.to_thread(read_in_pieces, body, server.low, server.high)


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
    error = error_kind(answer.status)(f"status {answer.status}{_complaint(answer.body)}")
    asked = seconds_asked(answer.headers)
    if may_pass(answer.status) and (server.persistent or asked is not None):
        raise Again(error, asked)
    raise error


def read_series(body: bytes, low: float = -sys.float_info.max, high: float = math.inf) -> Series:
    """Series of an answer whose values lie in [low, high).

    Raises Malformed for what is none, Incomplete for a part of one. What is NaN (a stale series, a
    division by 0) or infinite is not there: it is no number, and not 0.
    """
    with garbage_left_alone():
        return _read(body, low, high)


def read_in_pieces(body: bytes, low: float = -sys.float_info.max, high: float = math.inf) -> Pieces:
    """The same series, read a hundred kilobytes at a time as they are walked; in another order.

    What is decoded of a piece is gone before the next: a whole answer is ten times its body, and
    slow as it fits into no cache of the processor. A piece ends where a series does; no string
    holds what is looked for, as it would spell its quotes otherwise. All that stands around the
    series is read first, with the last of them.
    """
    start, last = body.find(_NEXT[1:]), body.rfind(_NEXT)
    if start < 0 or last < start:
        whole = read_series(body, low, high)
        return Pieces(iter(whole.samples), whole.at)
    around = read_series(body[:start] + body[last + 1 :], low, high)
    return Pieces(_walk(body, start, last, around, low, high), around.at)


def _walk(
    body: bytes, start: int, last: int, around: Series, low: float, high: float
) -> Iterator[Sample]:
    yield from around.samples
    while start < last:
        end = body.find(_NEXT, start + _PIECE_BYTES, last)
        if end < 0:
            end = last
        try:
            for told in _DECODER.decode(b"[" + body[start:end] + b"]"):
                value = float(told.value[1])
                if low <= value < high:
                    yield told.metric, value
        except ValueError:
            raise Malformed(_NO_VECTOR) from None
        start = end + 1


@contextmanager
def garbage_left_alone() -> Iterator[None]:
    """Garbage is looked for later.

    An answer is hundreds of thousands of young objects, none of them garbage, and most of them gone
    at the end without a collection: to walk them over and over is a quarter of the time it takes.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read(body: bytes, low: float, high: float) -> Series:
    try:
        document = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        is_page = body.lstrip()[:1] == b"<"
        raise Malformed(f"the answer is {'HTML' if is_page else 'no JSON'}") from None
    if not isinstance(document, dict) or document.get("status") != "success":
        raise Malformed(f"the answer is no success{_complaint(body)}")
    # Thanos and Mimir answer with what they have where a store is down, and warn of it.
    if warnings := _of_parts(document.get("warnings")):
        raise Incomplete(
            {"": Malformed(excerpt(f"the answer is partial: {warnings}", LONGEST_WORDS))}
        )
    data = document.get("data")
    kind = data.get("resultType") if isinstance(data, dict) else None
    if not isinstance(data, dict) or kind not in ("vector", "scalar"):
        raise Malformed("the answer is no vector")
    result = data.get("result")
    if kind == "scalar":  # the pair itself
        result = [{"metric": {}, "value": result}]
    try:
        return _series(msgspec.convert(result, list[_Told]), low, high)
    except ValueError:
        raise Malformed(_NO_VECTOR) from None


def _of_parts(warnings: object) -> object:
    """Warnings that something is missing.

    What is said of the query's wording is not: Prometheus 2.48 to 2.53 put it here, later ones
    under `infos` (prometheus/prometheus, pull request 14327).
    """
    if not isinstance(warnings, list):
        return warnings
    return [said for said in warnings if not str(said).startswith("PromQL info:")]


def _series(result: Sequence[_Told], low: float, high: float) -> Series:
    samples: list[Sample] = []
    for told in result:
        value = float(told.value[1])
        if low <= value < high:
            samples.append((told.metric, value))
    return Series(samples, result[0].value[0] if result else None)


def _complaint(body: bytes) -> str:
    """What Prometheus says of an error, after a colon; empty where it says nothing."""
    try:
        document = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return ""
    said = document.get("error") if isinstance(document, dict) else None
    return f": {excerpt(said, LONGEST_WORDS)}" if isinstance(said, str) else ""
