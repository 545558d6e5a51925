"""Calls to a Prometheus that is read: instant queries, with the operator's own headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.history.prometheus import Sample
from cloud_carbon_exporter.http.prometheus import Server, ask
from cloud_carbon_exporter.http.retry import Patience
from cloud_carbon_exporter.http.sent import remember_given
from cloud_carbon_exporter.http.session import Bounds, Session

PATIENCE = Patience(tries=3, first_pause_seconds=0.5, longest_pause_seconds=10)
SILENCE_SECONDS = 130.0
"""A query may take two minutes, by Prometheus' -query.timeout."""


class PrometheusWeb:
    """One Prometheus, or what answers as it does (Thanos, Mimir, VictoriaMetrics)."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        remember_given(headers)
        self._headers = headers
        self._session = Session(Bounds(silence_seconds=SILENCE_SECONDS, connections=8))
        self._server = Server(self._session, url, PATIENCE)

    async def samples(self, query: str, at: float) -> Sequence[Sample]:
        """Samples of a query at a moment. Raises CollectError."""
        try:
            series = await ask(self._server, query, self._headers, at=at)
        except CollectError as error:
            error.provider, error.operation = "prometheus", "query"
            raise
        return [Sample(*sample) for sample in series.samples]

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()
