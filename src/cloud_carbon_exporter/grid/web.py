"""Calls to sources of grid intensity: secrets, JSON or text, and errors that name no secret."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from cloud_carbon_exporter.errors import CollectError, CredentialsMissing, Malformed, Throttled
from cloud_carbon_exporter.http.prometheus import Server, ask
from cloud_carbon_exporter.http.retry import Again, Patience, persistent, seconds_asked
from cloud_carbon_exporter.http.session import Answer, Bounds, Request, Session
from cloud_carbon_exporter.http.status import error_kind, may_pass
from cloud_carbon_exporter.http.vector import Series

TIMEOUT_SECONDS = 10.0
LARGEST_ANSWER_BYTES = 8 << 20

PATIENCE = Patience(tries=2, longest_pause_seconds=10, deadline_seconds=30)
"""Patience with a source that says when to come back. All else is left to the feed, which has
other sources to ask meanwhile, and pauses of its own.
"""

_KINDS = {402: Throttled}  # Electricity Maps: the plan does not pay for this
_MEANINGS: Mapping[int, str] = {
    401: "the token is refused",
    402: "the plan does not pay for this",
    403: "the token may not ask for this",
    404: "there is no such zone or endpoint",
    429: "the quota is exhausted",
}

Answered = TypeVar("Answered")

Count = Callable[[str, str, str], None]
"""Counts one call: source, operation, outcome."""


def open_session() -> Session:
    """Session of all sources."""
    return Session(
        Bounds(
            silence_seconds=TIMEOUT_SECONDS,
            total_seconds=TIMEOUT_SECONDS,
            # More than all sources can have under way, so that none waits for another.
            connections=64,
            largest_bytes=LARGEST_ANSWER_BYTES,
        )
    )


class SourceWeb:
    """The Web of one source, see spec.Web. secrets, options: by name, those that are configured."""

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
        self._base_url = (argument if _is_url(argument) else base_url).rstrip("/")
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
        request = Request(
            path if _is_url(path) else f"{self._base_url}{path}",
            params=tuple((params or {}).items()),
            headers=headers,
        )
        asked = persistent(lambda: self._try(request), PATIENCE)
        answer = await self._counted(operation, asked)
        return answer.body.decode("utf-8", "replace")

    async def samples(self, operation: str, query: str) -> Series:
        """See spec.Web."""
        server = Server(self._session, self._base_url, PATIENCE, persistent=False)
        return await self._counted(operation, ask(server, query))

    async def _counted(self, operation: str, asked: Awaitable[Answered]) -> Answered:
        try:
            answer = await asked
        except CollectError as error:
            error.operation = operation
            self._count(self._source, operation, error.reason)
            raise
        self._count(self._source, operation, "success")
        return answer

    async def _try(self, request: Request) -> Answer:
        answer = await self._session.send(request)
        if answer.status == 200:
            return answer
        meaning = _MEANINGS.get(answer.status, "the answer is no data")
        error = error_kind(answer.status, _KINDS)(f"{meaning} (status {answer.status})")
        asked = seconds_asked(answer.headers)
        if may_pass(answer.status) and asked is not None:
            raise Again(error, asked)
        raise error


def _is_url(text: str) -> bool:
    return text.startswith(("http://", "https://"))
