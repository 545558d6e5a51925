"""REST calls to Google: signed, paged, metered, and every failure says where it happened."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsRefused,
    Malformed,
    NotThere,
    PermissionMissing,
    Throttled,
    Unreachable,
)
from cloud_carbon_exporter.http.complaint import complaint
from cloud_carbon_exporter.http.json_bodies import read_json
from cloud_carbon_exporter.http.pace import Pace
from cloud_carbon_exporter.http.retry import (
    Again,
    Patience,
    again_if_unreachable,
    persistent,
    seconds_asked,
)
from cloud_carbon_exporter.http.session import Answer, Bounds, Request, Session
from cloud_carbon_exporter.providers.gcp.client import errors
from cloud_carbon_exporter.providers.gcp.client.auth import UNIVERSE, Tokens
from cloud_carbon_exporter.providers.gcp.client.optional import REFUSABLE
from cloud_carbon_exporter.providers.quotas import Quota, quota_of
from cloud_carbon_exporter.providers.refusals import Refusals
from cloud_carbon_exporter.providers.spec import Meter, Raw

CONNECTIONS = 8
LARGEST_ANSWER_BYTES = 64 << 20
"""Largest answer, unpacked: a full page of assets is a tenth of it."""

PATIENCE = Patience(tries=4, longest_pause_seconds=75, deadline_seconds=150)
"""Patience with Google: most of its quotas are a minute's, and are waited out once or twice."""

_MINUTES_WAITED_OUT = 10
"""How often one call waits until a quota of a minute is whole again; others may use it up too.

The pages that were read before it are not lost: the deadline of the sweep is what ends a listing.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One REST call. body: sent as JSON, by POST. params: pairs, as some of Google's repeat.

    units: what of an answer is billed. host: where each location has one of its own, what it is
        called before the domain.
    waits_seconds: how long a call that waits for news may be left without an answer, which then is
        an empty one; 0: an answer is due at once.
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
    waits_seconds: float = 0.0

    def url(self, universe: str = UNIVERSE) -> str:
        """URL of the call, or of the endpoint that CLOUDSDK_API_ENDPOINT_OVERRIDES_<API> names.

        The variable is gcloud's own, so that whoever sends gcloud elsewhere sends us there too.
        """
        override = os.environ.get(f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{self.api.upper()}", "")
        endpoint = override.rstrip("/") or f"https://{self.host or self.api}.{universe}"
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
        return read_json(body)
    except (ValueError, RecursionError):
        return None


class Rest:
    """Calls on behalf of one Target."""

    def __init__(self, tokens: Tokens, meter: Meter, timeout_seconds: float) -> None:
        self.tokens = tokens
        # An API that is not enabled is as closed as one that is forbidden.
        self.refusals = Refusals("gcp", REFUSABLE, (PermissionMissing, NotThere))
        self._meter = meter
        self._paces: dict[tuple[str, str], Pace] = {}
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
            for _ in range(_MINUTES_WAITED_OUT):
                try:
                    return await persistent(lambda: self._metered(call), PATIENCE)
                except errors.UsedUp:
                    continue  # the turn of the next try comes when the quota is whole
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

    async def read(self, call: Call, byte_range: str) -> bytes:
        """Bytes of an object, as Range of HTTP names them. Raises the CollectError of the last try.

        They come as they are stored: nothing is unpacked on the way.
        """
        try:
            return await persistent(lambda: self._part(call, byte_range), PATIENCE)
        except CollectError as error:
            raise call.named(error) from None

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
        pace = self._pace(call)
        if pace is not None:
            await pace.turn()
        try:
            async with asyncio.timeout(call.waits_seconds or None):
                answer = await again_if_unreachable(self._sent(call))
        except TimeoutError:
            if not call.waits_seconds:
                raise
            return {}
        document = _decoded(answer.body)
        if answer.status != 200:
            raise self._refusal(call, answer, document)
        # A page of a proxy, or an answer cut short where nobody says so: most often it passes.
        if not isinstance(document, dict):
            raise Again(Malformed("not a JSON object"))
        if said := complaint(document):
            raise Again(Malformed(said))
        return document

    async def _part(self, call: Call, byte_range: str) -> bytes:
        headers = {"Range": byte_range, "Accept-Encoding": "identity"}
        answer = await again_if_unreachable(self._sent(call, headers))
        if answer.status not in {200, 206}:
            raise self._refusal(call, answer, _decoded(answer.body))
        self._count(call)
        return answer.body

    @staticmethod
    def _quota(call: Call) -> Quota:
        return quota_of("gcp", call.api, call.operation)

    def _pace(self, call: Call) -> Pace | None:
        """Pace of a call whose quota Google publishes, None for any other."""
        quota = self._quota(call)
        if not quota.source:
            return None
        key = (call.api, call.operation)
        if key not in self._paces:
            self._paces[key] = Pace(int(quota.our_calls(quota.seconds)), quota.seconds)
        return self._paces[key]

    async def _sent(self, call: Call, more: Mapping[str, str] | None = None) -> Answer:
        headers = {**await self.tokens.headers(), **(more or {})}
        return await self._session.send(
            Request(
                call.url(self.tokens.universe),
                "GET" if call.body is None else "POST",
                params=call.params,
                headers=headers,
                document=call.body,
            )
        )

    def _refusal(self, call: Call, answer: Answer, document: Any) -> CollectError | Again:
        refusal = errors.read(answer.status, document, api=call.api, permissions=call.permissions)
        if isinstance(refusal, CredentialsRefused):
            # A token may have been revoked before its time: the next try asks for another.
            self.tokens.forget()
            return Again(refusal)
        if not isinstance(refusal, (Throttled, Unreachable)):
            return refusal
        asked = seconds_asked(answer.headers)
        pace = self._pace(call) if isinstance(refusal, Throttled) else None
        if pace is None or asked is not None or errors.names_another_quota(document):
            return Again(refusal, errors.seconds_asked(document) if asked is None else asked)
        # Whoever else makes this call waits with us.
        pace.exhausted(errors.seconds_asked(document) or self._quota(call).seconds)
        return errors.UsedUp(refusal.message, hint=refusal.hint)
