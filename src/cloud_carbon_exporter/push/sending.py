"""HTTP towards a receiver: bounded tries, bounded answers, every failure a CollectError that shows
no credential.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsMissing,
    CredentialsRefused,
    Malformed,
    NotThere,
    PermissionMissing,
    Throttled,
    Unreachable,
)

if TYPE_CHECKING:
    import aiohttp

TRIES = 4
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
SILENCE_SECONDS = 20.0
LARGEST_ANSWER_BYTES = 1 << 16

_KINDS: Mapping[int, type[CollectError]] = {
    401: CredentialsRefused,
    403: PermissionMissing,
    404: NotThere,
    429: Throttled,
}
_AGAIN = frozenset({429, 500, 502, 503, 504})


def read_headers(file: str, operation: str) -> dict[str, str]:
    """The headers of a file, `Name: value` a line; # begins a comment. Raises CredentialsMissing,
    without a value.
    """
    if not file:
        return {}
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialsMissing(
            f"cannot read {file}: {type(error).__name__}", operation=operation
        ) from None
    headers = {}
    for number, line in enumerate(lines, 1):
        name, colon, value = line.partition(":")
        if not line.strip() or line.startswith("#"):
            continue
        if (
            not colon
            or not name.strip()
            or not name.strip().isascii()
            or not value.strip().isprintable()
        ):
            raise CredentialsMissing(
                f"{file}: line {number} is not `Name: value`", operation=operation
            )
        headers[name.strip()] = value.strip()
    return headers


@dataclass(frozen=True, slots=True)
class Receiver:
    """One place to send to. operation: how it is called in metrics and messages."""

    url: str
    operation: str
    headers: Mapping[str, str]

    def error(self, kind: type[CollectError], message: str) -> CollectError:
        """An error that says where it happened."""
        return kind(message, provider="push", operation=self.operation)


async def send(
    session: aiohttp.ClientSession, to: Receiver, headers: Mapping[str, str], body: bytes
) -> bytes:
    """POST a body until it is taken. Returns the answer. Raises the CollectError of the last try."""
    pause = FIRST_PAUSE_SECONDS
    for left in reversed(range(TRIES)):
        try:
            return await _once(session, to, headers, body)
        except _Again as again:
            if not left or again.after_seconds > LONGEST_PAUSE_SECONDS:
                raise again.error from None
            await asyncio.sleep(max(again.after_seconds, pause * random.uniform(0.5, 1.5)))  # noqa: S311 - jitter
            pause *= 2
    raise AssertionError("the last try returns or raises")


class _Again(Exception):
    """This try failed in a way the next may not."""

    def __init__(self, error: CollectError, after_seconds: float = 0) -> None:
        super().__init__(str(error))
        self.error = error
        self.after_seconds = after_seconds


async def _once(
    session: aiohttp.ClientSession, to: Receiver, headers: Mapping[str, str], body: bytes
) -> bytes:
    import aiohttp

    try:
        request = session.post(
            to.url, data=body, headers={**to.headers, **headers}, allow_redirects=False
        )
        async with request as response:
            answer = await response.content.read(LARGEST_ANSWER_BYTES)
    except TimeoutError:
        raise _Again(to.error(Unreachable, "no answer in time")) from None
    except (aiohttp.ClientError, OSError) as error:
        raise _Again(to.error(Unreachable, f"no connection: {type(error).__name__}")) from None
    status = response.status
    if 200 <= status < 300:
        return answer
    said = " ".join(answer.decode("utf-8", "replace").split())[:160]
    kind = _KINDS.get(status, Unreachable if status >= 500 else Malformed)
    error_ = to.error(kind, f"{status} {said}".strip())
    if status in _AGAIN:
        raise _Again(error_, _seconds(response.headers.get("Retry-After", "")))
    raise error_


def _seconds(header: str) -> float:
    try:
        return max(0.0, float(header))
    except ValueError:
        return 0.0
