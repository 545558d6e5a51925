"""Calls to a Prometheus that is read: instant queries, with the operator's own headers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.errors import CollectError, Incomplete, Malformed
from cloud_carbon_exporter.history.prometheus import Sample
from cloud_carbon_exporter.http.retry import (
    Again,
    Patience,
    again_if_unreachable,
    persistent,
    seconds_asked,
)
from cloud_carbon_exporter.http.sent import remember_given
from cloud_carbon_exporter.http.session import Answer, Bounds, Request, Session
from cloud_carbon_exporter.http.status import error_kind, may_pass
from cloud_carbon_exporter.masking import excerpt

PATIENCE = Patience(tries=3, first_pause_seconds=0.5, longest_pause_seconds=10)
SILENCE_SECONDS = 130.0
"""A query may take two minutes, by Prometheus' -query.timeout."""

_SAID = 200
"""How much of a refusal is told: Prometheus says in its error where the query is at fault."""


class PrometheusWeb:
    """One Prometheus, or what answers as it does (Thanos, Mimir, VictoriaMetrics)."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        remember_given(headers)
        self._url = f"{url.rstrip('/')}/api/v1/query"
        self._headers = headers
        self._session = Session(Bounds(silence_seconds=SILENCE_SECONDS, connections=8))

    async def samples(self, query: str, at: float) -> Sequence[Sample]:
        """Samples of a query at a moment. Raises CollectError."""
        request = Request(
            self._url, params=(("query", query), ("time", f"{at:.0f}")), headers=self._headers
        )
        try:
            answer = await persistent(lambda: self._try(request), PATIENCE)
            return _read(answer)
        except CollectError as error:
            error.provider, error.operation = "prometheus", "query"
            raise

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def _try(self, request: Request) -> Answer:
        answer = await again_if_unreachable(self._session.send(request))
        if answer.status == 200:
            return answer
        error = error_kind(answer.status)(f"{answer.status} {_words(answer)}".strip())
        if may_pass(answer.status):
            raise Again(error, seconds_asked(answer.headers))
        raise error


def _words(answer: Answer) -> str:
    return excerpt(" ".join(answer.body.decode("utf-8", "replace").split()), _SAID)


def _read(answer: Answer) -> Sequence[Sample]:
    """Samples that are numbers. Raises Malformed; Incomplete for a part of an answer."""
    try:
        document = json.loads(answer.body)
        data = document["data"]
        if document["status"] != "success" or data["resultType"] not in ("vector", "scalar"):
            raise Malformed("the answer has no instant values")
        # Thanos and Mimir answer with what they have where a store is down, and warn of it.
        if warnings := document.get("warnings"):
            raise Incomplete({"": Malformed(excerpt(f"the answer is partial: {warnings}", _SAID))})
        result: Any = data["result"]
        if data["resultType"] == "scalar":
            result = [{"metric": {}, "value": result}]
        samples = [Sample(dict(row["metric"]), float(row["value"][1])) for row in result]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise Malformed("the answer is no answer of Prometheus") from None
    return [sample for sample in samples if math.isfinite(sample.value)]
