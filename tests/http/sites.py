"""Servers that do to a client what the wire can do, and remember what they were asked."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate

from aiohttp import web

from tests.fakes import wire

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SUCCESS = (
    b"""{"items": [], "access_token": "ya29.issued", "expires_in": 3600, "token_type": "Bearer"}"""
)
"""What every client under test takes for a success."""


@dataclass
class Site:
    """One server. asked: the moment and the headers of each request."""

    handler: Handler
    url: str = ""
    asked: list[tuple[float, dict[str, str]]] = field(default_factory=list)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer as the handler does, until the test is over."""
        self.asked.append((time.monotonic(), dict(request.headers)))
        answering = asyncio.ensure_future(self.handler(request))
        over = asyncio.ensure_future(self._over.wait())
        await asyncio.wait({answering, over}, return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        if not answering.done():
            answering.cancel()
            return web.Response(status=503)
        return answering.result()


@asynccontextmanager
async def serving(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    """A Site on a free port."""
    site = Site(handler)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.handle)
    runner = web.AppRunner(app, auto_decompress=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    site.url = f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield site
    finally:
        site._over.set()
        await runner.cleanup()


async def succeeds(request: web.Request) -> web.Response:
    """An answer of success."""
    return web.Response(body=SUCCESS, content_type="application/json")


async def hangs(request: web.Request) -> web.Response:
    """No answer."""
    await asyncio.Event().wait()
    raise AssertionError("nobody sets it")


async def drips(request: web.Request) -> web.StreamResponse:
    """An answer that begins, and does not go on."""
    answer = web.StreamResponse()
    await answer.prepare(request)
    await answer.write(b"{")
    await asyncio.Event().wait()
    return answer


async def explodes(request: web.Request) -> web.Response:
    """An answer that unpacks to 100 MiB."""
    return wire.exploding(100)


def redirects(status: int, base_url: Callable[[], str]) -> Handler:
    """An answer that points to another place."""

    async def handler(request: web.Request) -> web.Response:
        location = f"{base_url()}{request.path}"
        return web.Response(status=status, headers={"Location": location})

    return handler


def asks_to_wait(status: int, seconds: int) -> Handler:
    """One answer that asks to come back at a date, then success.

    The clock of the server goes an hour ahead of ours: the date means nothing but beside its own.
    """
    refused = False

    async def handler(request: web.Request) -> web.Response:
        nonlocal refused
        if refused:
            return await succeeds(request)
        refused = True
        now = time.time() + 3600
        headers = {
            "Date": formatdate(now, usegmt=True),
            "Retry-After": formatdate(now + seconds, usegmt=True),
        }
        return web.Response(status=status, headers=headers)

    return handler
