"""Vector: what Prometheus answers to an instant query, read whole or in pieces.

Wire: https://prometheus.io/docs/prometheus/latest/querying/api/#instant-vectors. What counts as an
answer is decided here: a whole one, of numbers.
"""

from __future__ import annotations

import gc
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Generic, NamedTuple, TypeVar

import msgspec

from cloud_carbon_exporter.errors import Incomplete, Malformed
from cloud_carbon_exporter.masking import excerpt

LONGEST_WORDS = 160
_NEXT = b',{"metric":'
_PIECE_BYTES = 1 << 17
_NO_VECTOR = "the answer is no vector of Prometheus"

L = TypeVar("L")

Sample = tuple[Mapping[str, str], float]
"""One series of an answer: its labels, and its value, which is finite.

A bare tuple: a large cluster has hundreds of thousands.
"""


class Series(NamedTuple):
    """Answer to a query. at: the time of the server's own clock; None of an empty one."""

    samples: Sequence[Sample]
    at: float | None


class Pieces(NamedTuple, Generic[L]):
    """Answer that is read while it is walked, once. at: as of Series.

    To walk it raises Malformed where it is no answer from there on.
    """

    samples: Iterator[tuple[L, float]]
    at: float | None


class Told(msgspec.Struct, Generic[L], gc=False):
    """One series as it is told: its labels, and the pair of the time and the value."""

    metric: L
    value: tuple[float, str | float]


Decoder = msgspec.json.Decoder[list[Told[L]]]
ANY_LABELS: Decoder[dict[str, str]] = msgspec.json.Decoder(list[Told[dict[str, str]]])
"""Reads whatever labels there are."""


def read_series(body: bytes, low: float = -sys.float_info.max, high: float = math.inf) -> Series:
    """Series of an answer whose values lie in [low, high).

    Raises Malformed for what is none, Incomplete for a part of one. What is NaN (a stale series, a
    division by 0) or infinite is not there: it is no number, and not 0.
    """
    with garbage_left_alone():
        return Series(*_read(body, ANY_LABELS, low, high))


def read_in_pieces(
    body: bytes, decoder: Decoder[L], low: float = -sys.float_info.max, high: float = math.inf
) -> Pieces[L]:
    """The same series, read a hundred kilobytes at a time as they are walked; in another order.

    What is decoded of a piece is gone before the next: a whole answer is ten times its body, and
    slow as it fits into no cache of the processor. A piece ends where a series does; no string
    holds what is looked for, as it would spell its quotes otherwise. All that stands around the
    series is read first, with the last of them.
    """
    start, last = body.find(_NEXT[1:]), body.rfind(_NEXT)
    if start < 0 or last < start:
        samples, at = _read(body, decoder, low, high)
        return Pieces(iter(samples), at)
    samples, at = _read(body[:start] + body[last + 1 :], decoder, low, high)
    return Pieces(chain(samples, _walk(body, start, last, decoder, low, high)), at)


def _walk(
    body: bytes, start: int, last: int, decoder: Decoder[L], low: float, high: float
) -> Iterator[tuple[L, float]]:
    while start < last:
        end = body.find(_NEXT, start + _PIECE_BYTES, last)
        if end < 0:
            end = last
        try:
            for told in decoder.decode(b"[" + body[start:end] + b"]"):
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


def _read(
    body: bytes, decoder: Decoder[L], low: float, high: float
) -> tuple[list[tuple[L, float]], float | None]:
    try:
        document = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        is_page = body.lstrip()[:1] == b"<"
        raise Malformed(f"the answer is {'HTML' if is_page else 'no JSON'}") from None
    if not isinstance(document, dict) or document.get("status") != "success":
        raise Malformed(f"the answer is no success{complaint(body)}")
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
        return _series(msgspec.convert(result, decoder.type), low, high)
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


def _series(
    result: Sequence[Told[L]], low: float, high: float
) -> tuple[list[tuple[L, float]], float | None]:
    samples: list[tuple[L, float]] = []
    for told in result:
        value = float(told.value[1])
        if low <= value < high:
            samples.append((told.metric, value))
    return samples, result[0].value[0] if result else None


def complaint(body: bytes) -> str:
    """What Prometheus says of an error, after a colon; empty where it says nothing."""
    try:
        document = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return ""
    said = document.get("error") if isinstance(document, dict) else None
    return f": {excerpt(said, LONGEST_WORDS)}" if isinstance(said, str) else ""
