"""A receiver that remembers what it was sent, and answers as it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class Receiver:
    """A receiver. requests: path, headers, body as sent.

    answers: status, body and headers of the next; 200 and nothing when there are none left.
    taken: requests that were answered with 200.
    counts: it says how many samples it has written, as one of remote write 2.0 has to.
    """

    url: str = ""
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, bytes, dict[str, str]]] = field(default_factory=list)
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    counts: bool = True

    async def handle(self, request: web.Request) -> web.Response:
        self.requests.append((request.path, dict(request.headers), await request.content.read()))
        status, body, headers = self.answers.pop(0) if self.answers else (200, b"", {})
        if status == 200:
            self.taken.append(self.requests[-1])
        if self.counts:
            headers = {**headers, "X-Prometheus-Remote-Write-Samples-Written": "0"}
        return web.Response(status=status, body=body, headers=headers)


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """A Receiver on a free port; bodies arrive as they were sent, compressed."""
    held = Receiver()
    app = web.Application(client_max_size=1 << 26)
    app.router.add_route("POST", "/{path:.*}", held.handle)
    runner = web.AppRunner(app, auto_decompress=False)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    held.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield held
    finally:
        await runner.cleanup()
