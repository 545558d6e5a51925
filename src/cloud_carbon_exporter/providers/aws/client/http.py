"""HTTP session under every AWS client: one TLS context for all, and answers of bounded length."""

from __future__ import annotations

import ssl
from functools import cache
from typing import TYPE_CHECKING, Any

from cloud_carbon_exporter.http.body import read_body
from cloud_carbon_exporter.http.sent import remember_sent

if TYPE_CHECKING:
    import aiohttp
    from aiohttp.abc import AbstractResolver

LARGEST_ANSWER_BYTES = 64 << 20
"""A full page of anything is a tenth of it."""


class _Body:
    """Body that has been read: what botocore's response takes in place of the connection."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def read(self) -> bytes:
        return self._body


class _Straight:
    """A session of aiohttp that follows no redirect; aiobotocore, unlike botocore, lets it do so.

    The session token and the signature of a call would go wherever an answer points to.
    """

    def __init__(self, session: Any) -> None:
        self._session = session

    async def request(self, method: str, **options: Any) -> Any:
        return await self._session.request(method, allow_redirects=False, **options)


@cache
def tls_context(verify: bool | str) -> ssl.SSLContext:
    """TLS context of a CA bundle: loading it costs 13 ms a time."""
    from aiobotocore.httpsession import AIOHTTPSession

    context: ssl.SSLContext = AIOHTTPSession(verify=verify)._build_verify_context()
    return context


@cache
def resolver(silence_seconds: float) -> AbstractResolver:
    """Resolver of all AWS clients: whose names hang are one another's matter, and nobody else's."""
    from cloud_carbon_exporter.http.names import Resolver

    return Resolver(silence_seconds)


@cache
def http_session_class() -> Any:
    """Class of the HTTP session: aiobotocore's, with our TLS context and our reading of bodies.

    Client certificates and proxies change the context, so there the stock way remains.
    """
    from aiobotocore.awsrequest import AioAWSResponse
    from aiobotocore.httpsession import AIOHTTPSession

    def build(self: Any, proxy_url: str | None) -> Any:
        if proxy_url or self._cert_file:
            return AIOHTTPSession._build_ssl_contexts(self, proxy_url)
        return tls_context(self._verify), None

    async def session(self: Any, proxy_url: str | None) -> Any:
        remember_sent(proxy_url or "", {})
        return _Straight(await AIOHTTPSession._get_session(self, proxy_url))

    async def send(self: Any, request: Any) -> Any:
        # botocore would read the whole body; of a stream it leaves the body to us
        request.stream_output = True
        remember_sent(request.url, request.headers, request.body)
        response = await AIOHTTPSession.send(self, request)
        read = _Body(await _read(response.raw, request.url))
        return AioAWSResponse(response.url, response.status_code, response.headers, read)

    ours = {"_build_ssl_contexts": build, "_get_session": session, "send": send}
    return type("BoundedSession", (AIOHTTPSession,), ours)


async def _read(response: aiohttp.ClientResponse, url: str) -> bytes:
    """Whole body of an answer. Raises Malformed, or what aiobotocore does of a connection."""
    import aiohttp
    from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

    try:
        return await read_body(response, LARGEST_ANSWER_BYTES)
    except TimeoutError as error:
        raise ReadTimeoutError(endpoint_url=url, error=error) from error
    except (aiohttp.ClientError, OSError) as error:
        raise ConnectionClosedError(endpoint_url=url, error=error) from error
