"""Prometheus of one cluster: its queries with the cluster's credentials, and calls counted."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Mapping
from pathlib import Path

from cloud_carbon_exporter.errors import CollectError, CredentialsMissing
from cloud_carbon_exporter.http.prometheus import Server, ask_in_pieces
from cloud_carbon_exporter.http.retry import Patience
from cloud_carbon_exporter.http.session import Bounds, Session
from cloud_carbon_exporter.http.vector import ANY_LABELS, Decoder, L, Pieces
from cloud_carbon_exporter.kubernetes.pod_labels import POD_LABELS, PodLabels
from cloud_carbon_exporter.kubernetes.queries import query
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings

PROVIDER = "kubernetes"
QUERY_SECONDS = 30.0
LARGEST_ANSWER_BYTES = 64 << 20

PATIENCE = Patience(tries=2, longest_pause_seconds=5, deadline_seconds=30)
_LARGEST = 2.0**63
"""Nothing Kubernetes counts reaches this: its own numbers are int64."""

Count = Callable[[str, str], None]
"""Counts one call: operation, outcome."""


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
        # A rate over a counter that is broken may be below 0.
        self._server = Server(self._session, settings.url, PATIENCE, low=0.0, high=_LARGEST)

    async def ask(self, name: str) -> Pieces[dict[str, str]]:
        """Answer to one of the QUERIES. Raises CollectError where it is not a whole one."""
        return await self._ask(name, ANY_LABELS)

    async def ask_of_pods(self, name: str) -> Pieces[PodLabels]:
        """Answer to one of those OF_PODS; see `ask`."""
        return await self._ask(name, POD_LABELS)

    async def _ask(self, name: str, decoder: Decoder[L]) -> Pieces[L]:
        text = query(name, self._settings.matchers)
        try:
            headers = await self._headers()
            told = await ask_in_pieces(self._server, text, decoder, headers, called=name)
        except CollectError as error:
            error.provider, error.account_id = PROVIDER, self._settings.cluster
            error.operation = name
            self._count(name, error.reason)
            raise
        self._count(name, "success")
        return told

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def _headers(self) -> Mapping[str, str]:
        """Credentials, read anew each time: a service account's token is replaced within a day."""
        settings = self._settings
        if settings.token_file:
            token = await asyncio.to_thread(_secret, settings.token_file)
            if settings.source == "cockpit":
                return {"X-Token": token}
            return {"Authorization": f"Bearer {token}"}
        if settings.username:
            secret = ""
            if settings.password_file:
                secret = await asyncio.to_thread(_secret, settings.password_file)
            pair = base64.b64encode(f"{settings.username}:{secret}".encode()).decode("ascii")
            return {"Authorization": f"Basic {pair}"}
        return {}


def _secret(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise CredentialsMissing(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CredentialsMissing(f"{path} is not UTF-8 text") from None
