"""Calls to sources of grid intensity: one session, timeouts, bounded bodies, and errors that name
no secret.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

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

TIMEOUT_SECONDS = 10.0
LARGEST_BODY_BYTES = 8 * 2**20
_STATUSES: Mapping[int, tuple[type[CollectError], str]] = {
    401: (CredentialsRefused, "the token is refused"),
    402: (Throttled, "the plan does not pay for this"),
    403: (PermissionMissing, "the token may not ask for this"),
    404: (NotThere, "there is no such zone or endpoint"),
    429: (Throttled, "the quota is exhausted"),
}

Count = Callable[[str, str, str], None]
"""Counts one call: source, operation, outcome."""


class Session:
    """The aiohttp session of all sources, opened with the first call."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> aiohttp.ClientSession:
        """The session."""
        import aiohttp

        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
            self._session = aiohttp.ClientSession(timeout=timeout, trust_env=True)
        return self._session

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()


class SourceWeb:
    """The Web of one source; see spec.Web. `secrets` and `options`: by name, without the ones not
    configured.
    """

    def __init__(
        self,
        session: Session,
        source: str,
        base_url: str,
        *,
        argument: str = "",
        secrets: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
        count: Count = lambda source, operation, outcome: None,
    ) -> None:
        self.argument = argument
        self.kept: dict[str, tuple[str, float]] = {}
        self._session = session
        self._source = source
        self._base_url = (
            base_url if not argument.startswith(("http://", "https://")) else argument
        ).rstrip("/")
        self._secrets = secrets or {}
        self._options = options or {}
        self._count = count

    def secret(self, name: str) -> str:
        """See spec.Web."""
        if not self._secrets.get(name):
            raise CredentialsMissing(
                f"no {name} is configured", hint=f"set -grid.{name} or its variable"
            )
        return self._secrets[name]

    def option(self, name: str) -> str:
        """See spec.Web."""
        return self._options.get(name, "")

    async def json(
        self,
        operation: str,
        path: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """See spec.Web."""
        body = await self.text(operation, path, params, headers)
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            kind = "HTML" if body.lstrip()[:1] == "<" else "no JSON"
            raise Malformed(f"the answer is {kind}", operation=operation) from None

    async def text(
        self,
        operation: str,
        path: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """See spec.Web."""
        url = path if path.startswith(("http://", "https://")) else f"{self._base_url}{path}"
        try:
            body = await self._get(url, operation, params, headers)
        except CollectError as error:
            self._count(self._source, operation, error.reason)
            raise
        self._count(self._source, operation, "success")
        return body

    async def _get(
        self,
        url: str,
        operation: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
    ) -> str:
        import aiohttp

        body = bytearray()
        try:
            async with self._session.open().get(
                url, params=params, headers=headers, allow_redirects=False
            ) as answer:
                status = answer.status
                async for chunk in answer.content.iter_any():
                    body += chunk
                    if len(body) > LARGEST_BODY_BYTES:
                        raise Malformed("the answer is too large", operation=operation)
        except TimeoutError:
            raise Unreachable(
                f"no answer within {TIMEOUT_SECONDS:.0f} s", operation=operation
            ) from None
        except (
            aiohttp.ClientError,
            OSError,
            ValueError,
        ) as error:  # its text may hold the URL, and so a token
            raise Unreachable(f"no answer: {type(error).__name__}", operation=operation) from None
        if status != 200:
            kind, text = _STATUSES.get(status, (Unreachable, "the answer is no data"))
            raise kind(f"{text} (status {status})", operation=operation)
        return body.decode("utf-8", "replace")
