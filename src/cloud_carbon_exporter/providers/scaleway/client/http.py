"""Calls to Scaleway over one shared session: timeouts, bounded concurrency, bounded retries, and
errors that speak.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsRefused,
    Malformed,
    NotThere,
    PermissionMissing,
    Throttled,
    Unreachable,
)
from cloud_carbon_exporter.http.body import ACCEPTED, read_body
from cloud_carbon_exporter.providers.spec import Meter

if TYPE_CHECKING:
    import aiohttp

Params = Mapping[str, str | int | Sequence[str]]

ATTEMPTS = 3
CONCURRENT_CALLS = 24
LONGEST_PAUSE_SECONDS = 10.0
LARGEST_ANSWER_BYTES = 64 << 20  # unpacked; a full page of anything is a hundredth of it


@dataclass(frozen=True, slots=True)
class Call:
    """One call: where it goes, and how it is named in metrics and messages.

    place: the zone or region asked. permission: the IAM permission set that allows it. json: what
        the answer is.
    body: sent as JSON. A POST is not sent again when it may have been carried out.
    """

    url: str
    api: str
    operation: str
    params: Params | None = None
    headers: Mapping[str, str] | None = field(default=None, repr=False)
    place: str = ""
    permission: str = ""
    json: bool = True
    method: str = "GET"
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came with success; `document` is the body decoded, None where no JSON was expected."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str]
    document: Any = field(default=None, repr=False)


class Http:
    """One aiohttp session for all of Scaleway. `pause_seconds` is the first pause between attempts;
    it doubles.
    """

    def __init__(
        self,
        meter: Meter,
        *,
        timeout_seconds: float,
        pause_seconds: float = 0.3,
        account: Callable[[], str] = str,
    ) -> None:
        self._meter = meter
        self._timeout_seconds = timeout_seconds
        self._pause_seconds = pause_seconds
        self._account = account
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(CONCURRENT_CALLS)

    async def send(self, call: Call) -> Answer:
        """The answer to one call, retries included.

        Raises CredentialsRefused (401), PermissionMissing (403), NotThere (404, 501, or a zone the
        product does not know), Throttled (429), Unreachable (5xx, no answer), Malformed (anything
        else).
        """
        outcome = "success"
        try:
            answer = await self._attempts(call)
            return (
                replace(answer, document=self._decoded(call, answer.body)) if call.json else answer
            )
        except CollectError as error:
            outcome = error.reason
            raise
        finally:
            self._meter.call(
                account_id=self._account(), api=call.api, operation=call.operation, outcome=outcome
            )

    def _decoded(self, call: Call, body: bytes) -> Any:
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            raise self._error(
                Malformed, call, f"the answer is not JSON ({len(body)} bytes)"
            ) from error

    async def _attempts(self, call: Call) -> Answer:
        pause = self._pause_seconds
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self._slots:
                    return await self._once(call)
            except _Retry as retry:
                if attempt == ATTEMPTS:
                    raise retry.error from retry
                asked = min(retry.after_seconds, LONGEST_PAUSE_SECONDS)
                await asyncio.sleep(max(asked, pause * random.uniform(0.5, 1.5)))  # noqa: S311 - jitter, no secret
                pause *= 2
        raise AssertionError("the last attempt returns or raises")

    async def _once(self, call: Call) -> Answer:
        import aiohttp

        again = call.method != "POST"
        try:
            async with self._open().request(
                call.method,
                call.url,
                params=_flat(call.params),
                headers=call.headers,
                json=call.body,
            ) as response:
                text = await self._body(call, response)
                if response.status == 200 or (
                    call.method != "GET" and response.status in (201, 204)
                ):
                    return Answer(text, response.headers)
                error = self._failure(call, response.status, text)
                if response.status == 429 or (again and response.status in (500, 502, 503, 504)):
                    raise _Retry(error, _seconds(response.headers.get("Retry-After", "")))
                raise error
        except TimeoutError as error:
            raise self._error(
                Unreachable, call, f"no answer within {self._timeout_seconds:g} s"
            ) from error
        except aiohttp.ClientPayloadError as error:
            cut = self._error(Unreachable, call, "the answer was cut short")
            raise (_Retry(cut) if again else cut) from error
        except aiohttp.ClientError as error:
            gone = self._error(Unreachable, call, f"no connection: {type(error).__name__}")
            raise (_Retry(gone) if again else gone) from error

    async def _body(self, call: Call, response: aiohttp.ClientResponse) -> bytes:
        try:
            return await read_body(response, LARGEST_ANSWER_BYTES)
        except Malformed as error:
            raise self._error(Malformed, call, error.message) from None

    def _failure(self, call: Call, status: int, body: bytes) -> CollectError:
        text = _message(body)
        said = f"{status} {text}".strip()
        if status == 401:
            return self._error(
                CredentialsRefused, call, said, "check SCW_SECRET_KEY: it may be expired or deleted"
            )
        if status == 403:
            grant = (
                f"grant the permission set {call.permission}"
                if call.permission
                else "grant read access"
            )
            return self._error(
                PermissionMissing, call, said, f"{grant} for {call.api} to this API key"
            )
        if status in (404, 501) or (status == 400 and _unknown_place(body)):
            return self._error(NotThere, call, said)
        if status == 429:
            return self._error(Throttled, call, said)
        return self._error(Unreachable if status >= 500 else Malformed, call, said)

    def _error(
        self, kind: type[CollectError], call: Call, message: str, hint: str = ""
    ) -> CollectError:
        return kind(
            f"{call.api}: {message}",
            provider="scaleway",
            account_id=self._account(),
            region=call.place,
            operation=call.operation,
            hint=hint,
        )

    def _open(self) -> aiohttp.ClientSession:
        import aiohttp

        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONCURRENT_CALLS, keepalive_timeout=60),
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=self._timeout_seconds, sock_read=self._timeout_seconds
                ),
                trust_env=True,
                auto_decompress=False,
                headers=ACCEPTED,
            )
        return self._session

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None


class _Retry(Exception):
    """This attempt failed in a way the next may not."""

    def __init__(self, error: CollectError, after_seconds: float = 0) -> None:
        super().__init__(str(error))
        self.error = error
        self.after_seconds = after_seconds


def _flat(params: Params | None) -> list[tuple[str, str]] | None:
    if params is None:
        return None
    return [
        (name, str(one))
        for name, value in params.items()
        for one in (
            value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
        )
    ]


def _seconds(text: str) -> float:
    try:
        return max(0.0, float(text))
    except ValueError:
        return 0.0


def _fields(body: bytes) -> Mapping[str, Any]:
    try:
        loaded = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _message(body: bytes) -> str:
    """What the error says of itself, in one short line; its own words only, never the request's."""
    fields = _fields(body)
    words = [
        str(fields[key])
        for key in ("type", "message", "reason")
        if isinstance(fields.get(key), str)
    ]
    return " ".join(" ".join(words).split())[:160]


def _unknown_place(body: bytes) -> bool:
    """A 400 that refuses the zone or region itself: the product does not exist there."""
    details = _fields(body).get("details")
    return isinstance(details, list) and any(
        isinstance(one, dict) and one.get("argument_name") in ("zone", "region") for one in details
    )
