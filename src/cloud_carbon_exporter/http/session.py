"""Session of HTTP: where requests leave the program, and what holds for every one of them."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cloud_carbon_exporter.errors import Unreachable
from cloud_carbon_exporter.http.agent import USER_AGENT
from cloud_carbon_exporter.http.body import ACCEPTED, read_body
from cloud_carbon_exporter.http.connection_faults import tls_fault
from cloud_carbon_exporter.http.sent import remember_proxies, remember_sent
from cloud_carbon_exporter.http.turns import Turns

if TYPE_CHECKING:
    import aiohttp

# Between two pages of a sweep, and the reads after it, connections are used again.
_KEPT_ALIVE_SECONDS = 60
# Of the silence that is borne: where a name hangs it is to be told, not the request as a whole.
_SHARE_OF_NAMES = 0.8
_DNS_HINT = "see the DNS of this machine (/etc/resolv.conf), and HTTPS_PROXY"


class Silence(Unreachable):
    """Silence where an answer was waited for."""


class Untrusted(Unreachable):
    """Untrusted is who answers, or speaks no TLS: another try a moment later finds the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Bounds of a session. silence_seconds: on a connection, after which a request has failed.

    total_seconds: how long a request may take in all, where that is not the caller's to bound.
    connections: how many are open at once; more requests wait for one.
    largest_bytes: of an answer, unpacked.
    """

    silence_seconds: float
    total_seconds: float | None = None
    connections: int = 8
    largest_bytes: int = 64 << 20


@dataclass(frozen=True, slots=True)
class Request:
    """Request to be sent. document: sent as JSON; body: sent as it is."""

    url: str = field(repr=False)
    method: str = "GET"
    params: Sequence[tuple[str, str]] = field(default=(), repr=False)
    headers: Mapping[str, str] | None = field(default=None, repr=False)
    document: Any = field(default=None, repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer to a request, whatever its status; the body is whole and unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Session:
    """Session of one client: opened with the first request, and anew after it was closed."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._session: aiohttp.ClientSession | None = None
        self._turns = Turns()

    async def send(self, request: Request) -> Answer:
        """Answer to one request, sent once.

        Raises Unreachable where no whole answer comes, Malformed where it is larger than allowed
        or cannot be unpacked. Neither quotes the URL: there are APIs whose secret is in it.
        """
        import aiohttp

        await self._turns.take()
        try:
            said = request.document or request.body
            remember_sent(request.url, request.headers or {}, said, request.params)
            sending = self._opened().request(
                request.method,
                request.url,
                params=request.params,
                headers=request.headers,
                json=request.document,
                data=request.body,
                # Wherever an answer points to, it is not where our secrets were meant for.
                allow_redirects=False,
            )
            async with sending as response:
                body = await read_body(response, self.bounds.largest_bytes)
            return Answer(response.status, response.headers, body)
        except TimeoutError:
            raise Silence(f"no answer for {self._patience_seconds:g} s") from None
        except aiohttp.ClientPayloadError:
            raise Unreachable("the answer was cut short") from None
        except aiohttp.ClientConnectorError as error:
            raise _no_connection(error) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Unreachable(f"no connection: {type(error).__name__}") from None

    async def close(self) -> None:
        """Close the connections; a later request opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    @property
    def _patience_seconds(self) -> float:
        return self.bounds.total_seconds or self.bounds.silence_seconds

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = _open(self.bounds)
        return self._session


def _no_connection(error: aiohttp.ClientConnectorError) -> Unreachable:
    """Why there is no connection, towards whom, and what to do about it."""
    from cloud_carbon_exporter.http.names import NameSilence

    where, cause = f"{error.host}:{error.port}", error.os_error
    fault = tls_fault(error, where)
    if fault is not None:
        return Untrusted(fault.message, hint=fault.hint)
    if isinstance(cause, NameSilence):
        return Silence(f"no connection to {where}: {cause}", hint=_DNS_HINT)
    if isinstance(cause, socket.gaierror):
        return Unreachable(f"no connection to {where}: {cause.strerror}", hint=_DNS_HINT)
    return Unreachable(f"no connection to {where}: {cause.strerror or type(error).__name__}")


def _open(bounds: Bounds) -> aiohttp.ClientSession:
    import aiohttp

    from cloud_carbon_exporter.http.names import Resolver

    remember_proxies()
    silence = bounds.silence_seconds
    timeout = aiohttp.ClientTimeout(
        total=bounds.total_seconds, sock_connect=silence, sock_read=silence
    )
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=bounds.connections,
            keepalive_timeout=_KEPT_ALIVE_SECONDS,
            resolver=Resolver(silence * _SHARE_OF_NAMES),
        ),
        timeout=timeout,
        trust_env=True,
        auto_decompress=False,
        headers={**ACCEPTED, "User-Agent": USER_AGENT},
        # No API of ours holds a session; a cookie of one must not reach another.
        cookie_jar=aiohttp.DummyCookieJar(),
    )
