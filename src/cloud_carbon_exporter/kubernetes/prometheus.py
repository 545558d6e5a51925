"""One Prometheus: instant queries through its HTTP API, and what can be wrong with the answers.

Wire: GET /api/v1/query (https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries).
Thanos, Mimir and VictoriaMetrics answer alike.
"""

from __future__ import annotations

import asyncio
import base64
import gc
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsMissing,
    Incomplete,
    Malformed,
)
from cloud_carbon_exporter.http.retry import Again, Patience, persistent, seconds_asked
from cloud_carbon_exporter.http.session import Answer, Bounds, Request, Session
from cloud_carbon_exporter.http.status import error_kind, may_pass
from cloud_carbon_exporter.kubernetes.queries import query
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from cloud_carbon_exporter.masking import excerpt

PROVIDER = "kubernetes"
QUERY_SECONDS = 30.0
LARGEST_ANSWER_BYTES = 64 << 20
LONGEST_WORDS = 160

_PATIENCE = Patience(tries=2, longest_pause_seconds=5, deadline_seconds=30)
_LARGEST = 2.0**63
"""Nothing Kubernetes counts reaches this: its own numbers are int64."""

Count = Callable[[str, str], None]
"""Counts one call: operation, outcome."""


Sample = tuple[Mapping[str, str], float]
"""One series of an answer: its labels, and its value, which is finite and not below 0.

A bare tuple, as are the keys of pods: a large cluster has hundreds of thousands of either.
"""


class Series(NamedTuple):
    """Answer to a query. at: the time of the server's own clock; None of an empty one."""

    samples: Sequence[Sample]
    at: float | None


class Prometheus:
    """The Prometheus of one cluster."""

    def __init__(self, settings: ClusterSettings, count: Count) -> None:
        self._settings = settings
        self._count = count
        self._session = Session(
            Bounds(
                silence_seconds=QUERY_SECONDS,
                total_seconds=QUERY_SECONDS,
                connections=2,
                largest_bytes=LARGEST_ANSWER_BYTES,
            )
        )

    async def ask(self, name: str) -> Series:
        """Answer to one of the QUERIES. Raises CollectError where it is not a whole one."""
        try:
            body = await self.fetch(name)
            # 50,000 pods are 10 MB of JSON: a tenth of a second that the loop must not wait.
            series = await asyncio.to_thread(read_series, body)
        except CollectError as error:
            error.provider, error.account_id = PROVIDER, self._settings.cluster
            error.operation = name
            self._count(name, error.reason)
            raise
        self._count(name, "success")
        return series

    async def fetch(self, name: str) -> bytes:
        """Body of the answer to a query. Raises CollectError where it is no success."""
        params = (("query", query(name, self._settings.matchers)),)
        url = f"{self._settings.url.rstrip('/')}/api/v1/query"
        request = Request(url, params=params, headers=await self._headers())
        answer = await persistent(lambda: self._try(request), _PATIENCE)
        return answer.body

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def _headers(self) -> Mapping[str, str]:
        """Credentials, read anew each time: a service account's token is replaced within a day."""
        settings = self._settings
        if settings.token_file:
            token = await asyncio.to_thread(_secret, settings.token_file)
            return {"Authorization": f"Bearer {token}"}
        if settings.username:
            secret = ""
            if settings.password_file:
                secret = await asyncio.to_thread(_secret, settings.password_file)
            pair = base64.b64encode(f"{settings.username}:{secret}".encode()).decode("ascii")
            return {"Authorization": f"Basic {pair}"}
        return {}

    async def _try(self, request: Request) -> Answer:
        answer = await self._session.send(request)
        if answer.status == 200:
            return answer
        said = _complaint(answer.body)
        error = error_kind(answer.status)(f"status {answer.status}{said}")
        if may_pass(answer.status):
            raise Again(error, seconds_asked(answer.headers))
        raise error


def read_series(body: bytes) -> Series:
    """Series of an answer. Raises Malformed for what is none, Incomplete for a part of one."""
    with _garbage_left_alone():
        return _read(body)


@contextmanager
def _garbage_left_alone() -> Iterator[None]:
    """Look for no garbage meanwhile.

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


def _read(body: bytes) -> Series:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("the answer is no JSON") from None
    if not isinstance(document, dict) or document.get("status") != "success":
        raise Malformed(f"the answer is no success{_complaint(body)}")
    # Thanos and Mimir answer with what they have where a store is down, and warn of it.
    if warnings := document.get("warnings"):
        raise Incomplete(
            {"": Malformed(excerpt(f"the answer is partial: {warnings}", LONGEST_WORDS))}
        )
    data = document.get("data")
    if not isinstance(data, dict) or data.get("resultType") != "vector":
        raise Malformed("the answer is no vector")
    try:
        return _series(data["result"])
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        raise Malformed("the answer is no vector of Prometheus") from None


def _series(result: Sequence[Mapping[str, Any]]) -> Series:
    samples: list[Sample] = []
    for series in result:
        value = float(series["value"][1])
        # A rate over a counter that is broken may be NaN, or below 0.
        if 0 <= value < _LARGEST:
            samples.append((series["metric"], value))
    if not result:
        return Series(samples, None)
    at = float(result[0]["value"][0])
    if not math.isfinite(at):
        raise ValueError(at)
    return Series(samples, at)


def _complaint(body: bytes) -> str:
    """What Prometheus says of an error, after a colon; empty where it says nothing."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    said = document.get("error") if isinstance(document, dict) else None
    return f": {excerpt(said, LONGEST_WORDS)}" if isinstance(said, str) else ""


def _secret(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise CredentialsMissing(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CredentialsMissing(f"{path} is not UTF-8 text") from None
