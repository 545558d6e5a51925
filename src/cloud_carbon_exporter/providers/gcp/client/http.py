"""REST calls to Google: signed, paged, metered, and every failure says where it happened."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsRefused,
    Malformed,
    Throttled,
    Unreachable,
)
from cloud_carbon_exporter.http.retry import (
    Again,
    Patience,
    again_if_unreachable,
    persistent,
    seconds_asked,
)
from cloud_carbon_exporter.http.session import Answer, Bounds, Request, Session
from cloud_carbon_exporter.providers.gcp.client import errors
from cloud_carbon_exporter.providers.gcp.client.auth import Tokens
from cloud_carbon_exporter.providers.spec import Meter, Raw

CONNECTIONS = 8
LARGEST_ANSWER_BYTES = 64 << 20
"""Largest answer, unpacked: a full page of assets is a tenth of it."""

PATIENCE = Patience(tries=4, longest_pause_seconds=75, deadline_seconds=150)
"""Patience with Google: most of its quotas are a minute's, and are waited out once or twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One REST call. body: sent as JSON, by POST. params: pairs, as some of Google's repeat.

    units: what of an answer is billed. host: where each location has one of its own, what it is
        called before `.googleapis.com`.
    """

    api: str
    operation: str
    path: str
    account_id: str
    params: Sequence[tuple[str, str]] = ()
    permissions: tuple[str, ...] = ()
    units: Callable[[Raw], int] | None = None
    body: Mapping[str, Any] | None = None
    host: str = ""

    def url(self) -> str:
        """URL of the call, or of the endpoint that CLOUDSDK_API_ENDPOINT_OVERRIDES_<API> names.

        The variable is gcloud's own, so that whoever sends gcloud elsewhere sends us there too.
        """
        override = os.environ.get(f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{self.api.upper()}", "")
        endpoint = override.rstrip("/") or f"https://{self.host or self.api}.googleapis.com"
        return f"{endpoint}/{self.path}"

    def listed(self, answer: Mapping[str, Any], key: str) -> Sequence[Any]:
        """List of that name in an answer, empty where it has none. Raises Malformed for no list."""
        listed = answer.get(key, [])
        if not isinstance(listed, list):
            raise self.named(Malformed(f"{key} is no list"))
        return listed

    def named(self, error: CollectError) -> CollectError:
        """The same error, saying where it happened."""
        error.provider, error.account_id, error.operation = "gcp", self.account_id, self.operation
        if not error.message.startswith(f"{self.api}: "):
            error.message = f"{self.api}: {error.message}"
        return error


def _decoded(body: bytes) -> Any:
    """What a body of JSON says, None where it is no JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


class Rest:
    """Calls on behalf of one Target."""

    def __init__(self, tokens: Tokens, meter: Meter, timeout_seconds: float) -> None:
        self.tokens = tokens
        self._meter = meter
        self._session = Session(
            Bounds(
                silence_seconds=timeout_seconds,
                connections=CONNECTIONS,
                largest_bytes=LARGEST_ANSWER_BYTES,
            )
        )

    async def fetch(self, call: Call) -> dict[str, Any]:
        """The decoded answer. Raises the CollectError of the last try."""
        try:
            return await persistent(lambda: self._metered(call), PATIENCE)
        except CollectError as error:
            raise call.named(error) from None

    async def pages(self, call: Call) -> AsyncIterator[dict[str, Any]]:
        """Answers until no page token is left. Raises Malformed when one comes twice."""
        seen: set[str] = set()
        page = call
        while True:
            answer = await self.fetch(page)
            yield answer
            token = str(answer.get("nextPageToken") or "")
            if not token:
                return
            if token in seen:
                raise call.named(Malformed("the same page token came twice"))
            seen.add(token)
            page = replace(call, params=(*call.params, ("pageToken", token)))

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def _metered(self, call: Call) -> dict[str, Any]:
        """One try, counted by how it ends: each of them weighs on Google's quotas."""
        try:
            document = await self._try(call)
        except Again as again:
            self._count(call, outcome=again.error.reason)
            raise
        except CollectError as error:
            self._count(call, outcome=error.reason)
            raise
        self._count(call, units=call.units(document) if call.units else 0)
        return document

    def _count(self, call: Call, *, outcome: str = "success", units: int = 0) -> None:
        self._meter.call(
            account_id=call.account_id,
            api=call.api,
            operation=call.operation,
            outcome=outcome,
            units=units,
        )

    async def _try(self, call: Call) -> dict[str, Any]:
        answer = await again_if_unreachable(self._sent(call))
        document = _decoded(answer.body)
        if answer.status != 200:
            raise self._refusal(call, answer, document)
        # A page of a proxy, or an answer cut short where nobody says so: most often it passes.
        if not isinstance(document, dict):
            raise Again(Malformed("not a JSON object"))
        return document

    async def _sent(self, call: Call) -> Answer:
        return await self._session.send(
            Request(
                call.url(),
                "GET" if call.body is None else "POST",
                params=call.params,
                headers=await self.tokens.headers(),
                document=call.body,
            )
        )

    def _refusal(self, call: Call, answer: Answer, document: Any) -> CollectError | Again:
        refusal = errors.read(answer.status, document, api=call.api, permissions=call.permissions)
        if isinstance(refusal, CredentialsRefused):
            # A token may have been revoked before its time: the next try asks for another.
            self.tokens.forget()
            return Again(refusal)
        if isinstance(refusal, (Throttled, Unreachable)):
            asked = seconds_asked(answer.headers)
            return Again(refusal, errors.seconds_asked(document) if asked is None else asked)
        return refusal
