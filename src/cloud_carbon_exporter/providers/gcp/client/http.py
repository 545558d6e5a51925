"""REST calls to Google: one session, bounded concurrency, bounded retries, every failure a
CollectError.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsRefused,
    Malformed,
    Throttled,
    Unreachable,
)
from cloud_carbon_exporter.http.body import ACCEPTED, read_body
from cloud_carbon_exporter.providers.gcp.client import errors
from cloud_carbon_exporter.providers.gcp.client.auth import Tokens
from cloud_carbon_exporter.providers.spec import Meter, Raw

if TYPE_CHECKING:
    import aiohttp

_CONCURRENT = 8
_TRIES = 4
_TRIES_OF_SILENCE = 2
_FIRST_PAUSE_SECONDS = 0.25
_LARGEST_ANSWER_BYTES = 64 << 20  # unpacked; a full page of assets is a tenth of it
_LONGEST_PAUSE_SECONDS = 30
"""A Retry-After beyond this is left to the next refresh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One REST call. params: pairs, as some repeat. units: what of an answer is billed. body: sent
    as JSON, by POST.

    host: where each location has one of its own, what it is called before `.googleapis.com`.
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
        """Where it is sent; endpoints elsewhere are told as gcloud is:
        CLOUDSDK_API_ENDPOINT_OVERRIDES_<API>.
        """
        said = os.environ.get(f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{self.api.upper()}", "").rstrip("/")
        return f"{said or f'https://{self.host or self.api}.googleapis.com'}/{self.path}"

    def listed(self, answer: Mapping[str, Any], key: str) -> Sequence[Any]:
        """The list of that name in an answer; none where it has none. Raises Malformed where it is
        no list.
        """
        found = answer.get(key, [])
        if not isinstance(found, list):
            raise self.named(Malformed(f"{key} is no list"))
        return found

    def named(self, error: CollectError) -> CollectError:
        """The same error, saying where it happened."""
        error.provider, error.account_id, error.operation = "gcp", self.account_id, self.operation
        if not error.message.startswith(f"{self.api}: "):
            error.message = f"{self.api}: {error.message}"
        return error


@dataclass(frozen=True, slots=True)
class _Failure:
    """A try that failed. tries: how many in all may help. after_seconds: what the API asks us to
    wait.
    """

    error: CollectError
    tries: int = 1
    after_seconds: float | None = None

    def pause(self, attempt: int) -> float | None:
        """Seconds before the next try, None where there is none."""
        if attempt + 1 >= self.tries:
            return None
        if self.after_seconds is not None:
            return self.after_seconds if self.after_seconds <= _LONGEST_PAUSE_SECONDS else None
        return float(_FIRST_PAUSE_SECONDS * 2**attempt * (0.5 + random.random()))  # noqa: S311


def _after(header: str | None) -> float | None:
    try:
        return max(0.0, float(header or ""))
    except ValueError:
        return None


def _decoded(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


class Rest:
    """Calls on behalf of one Target."""

    def __init__(self, tokens: Tokens, meter: Meter, timeout_seconds: float) -> None:
        self.tokens = tokens
        self._meter = meter
        self._timeout_seconds = timeout_seconds
        self._session: aiohttp.ClientSession | None = None
        self._free = asyncio.Semaphore(_CONCURRENT)

    async def fetch(self, call: Call) -> dict[str, Any]:
        """The decoded answer. Raises the CollectError of the last try."""
        attempt = 0
        while True:
            async with self._free:
                answer = await self._once(call)
            if isinstance(answer, dict):
                units = call.units(answer) if call.units else 0
                self._meter.call(
                    account_id=call.account_id, api=call.api, operation=call.operation, units=units
                )
                return answer
            outcome = answer.error.reason
            self._meter.call(
                account_id=call.account_id, api=call.api, operation=call.operation, outcome=outcome
            )
            if isinstance(answer.error, CredentialsRefused):
                self.tokens.forget()
            pause = answer.pause(attempt)
            if pause is None:
                raise call.named(answer.error)
            await asyncio.sleep(pause)
            attempt += 1

    async def pages(self, call: Call) -> AsyncIterator[dict[str, Any]]:
        """Answer after answer until no page token is left. Raises Malformed when one comes twice."""
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
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        import aiohttp

        if self._session is None:
            silence = self._timeout_seconds
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=silence, sock_read=silence)
            self._session = aiohttp.ClientSession(
                timeout=timeout, trust_env=True, auto_decompress=False, headers=ACCEPTED
            )
        return self._session

    async def _once(self, call: Call) -> dict[str, Any] | _Failure:
        import aiohttp

        try:
            headers = await self.tokens.headers()
            request = self._opened().request(
                "GET" if call.body is None else "POST",
                call.url(),
                params=call.params,
                headers=headers,
                json=call.body,
            )
            async with request as response:
                text = await read_body(response, _LARGEST_ANSWER_BYTES)
        except CollectError as error:
            return _Failure(error, _TRIES if isinstance(error, Unreachable) else 1)
        except TimeoutError:
            return _Failure(
                Unreachable(f"no answer for {self._timeout_seconds:g} s"), _TRIES_OF_SILENCE
            )
        except (aiohttp.ClientError, OSError) as error:
            return _Failure(Unreachable(f"{type(error).__name__}: {error}"[:200]), _TRIES)
        said = _decoded(text)
        if response.status == 200:
            return (
                said if isinstance(said, dict) else _Failure(Malformed("not a JSON object"), _TRIES)
            )
        refusal = errors.read(response.status, said, api=call.api, permissions=call.permissions)
        again = isinstance(refusal, (Throttled, Unreachable)) or response.status == 401
        return _Failure(
            refusal, _TRIES if again else 1, _after(response.headers.get("Retry-After"))
        )
