"""The listening side: sockets, TLS, the connections on them, and the web config that is read again
when it changes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import sys
from collections.abc import Sequence
from pathlib import Path
from socket import socket
from typing import Any

from aiohttp import web

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.web import tls
from cloud_carbon_exporter.web.guard import GUARD, HEAD_SECONDS, KEEPALIVE_SECONDS
from cloud_carbon_exporter.web.settings import SERVING
from cloud_carbon_exporter.web.web_config import Reader, Tls, WebConfig

log = logging.getLogger(__name__)

_SHUTDOWN_SECONDS = 0.5  # twice: for answers under way, and for connections
_LOOK_SECONDS = 1.0  # how often files are looked at, and connections
_BACKLOG = 128
_LINE_BYTES = 8190  # of the request line, and of one header
_HEADERS = 64
# a refresh computes in a thread; at Python's 5 ms each piece written would wait that long
_SWITCH_SECONDS = 0.0005

Signature = tuple[tuple[int, ...], ...]


def _signature(files: Sequence[Path]) -> Signature:
    """What changes when one of the files does."""
    found: list[tuple[int, ...]] = []
    for path in files:
        try:
            state = path.stat()
        except OSError:
            found.append(())
        else:
            found.append((state.st_ino, state.st_size, state.st_mtime_ns))
    return tuple(found)


class Listener:
    """An application that is served. Sockets stay open while TLS changes: nobody is turned away
    meanwhile.
    """

    def __init__(self, app: web.Application, file: str = "") -> None:
        self._app = app
        self._guard = app[GUARD]
        self._serving = app[SERVING]
        self._file = Path(file) if file else None
        self._looked: tuple[list[Path], Signature] = ([], ())
        self._runner = web.AppRunner(
            app,
            access_log=None,
            handle_signals=False,
            shutdown_timeout=_SHUTDOWN_SECONDS,
            keepalive_timeout=KEEPALIVE_SECONDS,
            max_line_size=_LINE_BYTES,
            max_field_size=_LINE_BYTES,
            max_headers=_HEADERS,
        )
        self._sockets: list[socket] = []
        self._servers: list[asyncio.Server] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._encryption: Tls | None = None

    @property
    def addresses(self) -> list[Any]:
        """Where it listens: socket addresses."""
        return [each.getsockname() for each in self._sockets]

    @property
    def scheme(self) -> str:
        """https with TLS, else http."""
        return "https" if self._encryption else "http"

    async def open(self, host: str, port: int) -> None:
        """Listen. Raises OSError if the port is taken, ConfigError for a web config that cannot be
        followed.
        """
        sys.setswitchinterval(_SWITCH_SECONDS)
        context = self._take(await asyncio.to_thread(self._read)) if self._file else None
        await self._runner.setup()
        try:
            server = await self._serve(context, host=host or None, port=port, backlog=_BACKLOG)
        except OSError:
            await self._runner.cleanup()
            raise
        self._servers = [server]
        self._sockets = [each.dup() for each in server.sockets]
        self._tasks.append(asyncio.create_task(self._look()))

    async def _serve(self, context: ssl.SSLContext | None, **where: Any) -> asyncio.Server:
        timeout = HEAD_SECONDS if context else None
        assert self._runner.server is not None
        return await asyncio.get_running_loop().create_server(
            self._runner.server, ssl=context, ssl_handshake_timeout=timeout, **where
        )

    def _read(self) -> tuple[WebConfig, ssl.SSLContext | None]:
        assert self._file is not None
        reader, before = Reader(self._file), _signature([self._file])
        try:
            config = reader.read()
            return config, tls.context(config.tls) if config.tls else None
        finally:  # a change while it was read is seen at the next look
            self._looked = (reader.files, (*before, *_signature(reader.files[1:])))

    def _take(self, found: tuple[WebConfig, ssl.SSLContext | None]) -> ssl.SSLContext | None:
        config, context = found
        for warning in config.warnings:
            log.warning("%s", warning)
        self._guard.use(config)
        self._encryption = config.tls
        return context

    async def reload(self) -> None:
        """Read the web config again. Raises ConfigError when it cannot be followed: the one in
        force then stays.
        """
        if self._file is None:
            return
        found = await asyncio.to_thread(self._read)
        if found[0] == self._guard.config:
            return
        before = self._encryption
        context = self._take(found)
        if self._encryption != before:
            servers = [await self._serve(context, sock=each.dup()) for each in self._sockets]
            for server in self._servers:
                server.close()
            self._servers = servers
        log.info("web config %s read again", self._file)

    async def _look(self) -> None:
        """Cut the connections whose time is up, and read the web config again when one of its files
        has changed.
        """
        loop = asyncio.get_running_loop()
        seen = self._looked[1]
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if self._runner.server is not None:
                self._guard.cut(self._runner.server, loop.time())
            if self._file is None:
                continue
            before, seen = seen, await asyncio.to_thread(_signature, self._looked[0])
            if (
                seen == before and seen != self._looked[1]
            ):  # changed, and not being written any more
                await self._follow()

    async def _follow(self) -> None:
        try:
            await self.reload()
            self._serving.reloads.done("web config")
        except ConfigError as error:
            self._serving.reloads.failed("web config")
            log.error("the web config in force stays: %s", error)
        except Exception:  # a defect of ours must not end the looking
            self._serving.reloads.failed("web config")
            log.exception("the web config in force stays")

    async def cleanup(self) -> None:
        """Stop listening and end what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for server in self._servers:
            server.close()
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.close()
        await self._runner.cleanup()


async def start(app: web.Application, host: str, port: int, web_config_file: str = "") -> Listener:
    """Listen; `addresses` says where, `await cleanup()` ends it. Raises OSError or ConfigError."""
    listener = Listener(app, web_config_file)
    await listener.open(host, port)
    return listener
