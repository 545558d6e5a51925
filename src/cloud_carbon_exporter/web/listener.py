"""Listener: sockets, TLS, connections, and the web config that is read again when it changes."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.web import tls
from cloud_carbon_exporter.web.guard import GUARD, HEAD_SECONDS, KEEPALIVE_SECONDS
from cloud_carbon_exporter.web.settings import SERVING
from cloud_carbon_exporter.web.tls_config import Tls
from cloud_carbon_exporter.web.web_config import WebConfig, read_web_config
from cloud_carbon_exporter.web.web_config_file import WebConfigFile

log = logging.getLogger(__name__)

# counts twice: for answers under way, and for connections
_SHUTDOWN_SECONDS = 0.5
# how often files are looked at, and connections
_LOOK_SECONDS = 1.0
# as in Go; asyncio alone would shut IPv4 out of the one, and of the other take two ports for port 0
_BOTH_FAMILIES = ("::", "")
_IPV4 = socket.inet_ntoa(bytes(4))
_NO_IPV6 = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
_BACKLOG = 128
# of the request line, and of one header
_LINE_BYTES = 8190
_HEADERS = 64


def _is_news(record: logging.LogRecord) -> bool:
    """Whether aiohttp tells of a fault of ours; of bytes that are no HTTP it does so as well.

    Those are answered with 400, and whoever sends them must not write our log.
    """
    kind = record.exc_info[0] if record.exc_info else None
    return kind is None or not issubclass(kind, HttpProcessingError)


logging.getLogger("aiohttp.server").addFilter(_is_news)


class _FileState(NamedTuple):
    """What changes when a file does; None for one that cannot be seen."""

    inode: int
    size: int
    changed_ns: int


def _states(files: Sequence[Path]) -> list[_FileState | None]:
    return list(map(_state, files))


def _state(path: Path) -> _FileState | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return _FileState(status.st_ino, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class _Looked:
    """Files as they were when the web config was last read."""

    files: Sequence[Path] = ()
    states: Sequence[_FileState | None] = ()


class _Followed(NamedTuple):
    """A web config, and the context of its TLS."""

    config: WebConfig
    context: ssl.SSLContext | None


class Listener:
    """Listener of an application; sockets stay open while TLS changes: nobody is turned away."""

    def __init__(self, app: web.Application, file: str = "") -> None:
        self._app = app
        self._guard = app[GUARD]
        self._serving = app[SERVING]
        self._file = Path(file) if file else None
        self._looked = _Looked()
        self._runner = web.AppRunner(
            app,
            # a line a scrape would be most of the log
            access_log=None,
            # signals belong to the program, which also ends what collects
            handle_signals=False,
            shutdown_timeout=_SHUTDOWN_SECONDS,
            keepalive_timeout=KEEPALIVE_SECONDS,
            max_line_size=_LINE_BYTES,
            max_field_size=_LINE_BYTES,
            max_headers=_HEADERS,
        )
        self._sockets: list[socket.socket] = []
        self._servers: list[asyncio.Server] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._encryption: Tls | None = None

    @property
    def addresses(self) -> list[Any]:
        """Where it listens: socket addresses."""
        return [listening.getsockname() for listening in self._sockets]

    @property
    def scheme(self) -> str:
        """https with TLS, else http."""
        return "https" if self._encryption else "http"

    async def open(self, host: str, port: int) -> None:
        """Listen. Raises OSError where the port is taken, ConfigError for a wrong web config."""
        context = self._take(await asyncio.to_thread(self._read)) if self._file else None
        await self._runner.setup()
        try:
            where: dict[str, Any] = {"host": host or _IPV4, "port": port, "backlog": _BACKLOG}
            for both in _of_both_families(host, port):
                where = {"sock": both}
            server = await self._serve(context, **where)
        except OSError:
            await self._runner.cleanup()
            raise
        self._guard.own.learn((host, socket.gethostname()), socket.getfqdn)
        self._servers = [server]
        # duplicates live on when a server is closed, so the port is never free for another
        self._sockets = [listening.dup() for listening in server.sockets]
        self._tasks.append(asyncio.create_task(self._look()))

    async def _serve(self, context: ssl.SSLContext | None, **where: Any) -> asyncio.Server:
        timeout = HEAD_SECONDS if context else None
        assert self._runner.server is not None
        return await asyncio.get_running_loop().create_server(
            self._runner.server, ssl=context, ssl_handshake_timeout=timeout, **where
        )

    def _read(self) -> _Followed:
        assert self._file is not None
        file, before = WebConfigFile(self._file), _state(self._file)
        try:
            config = read_web_config(file)
            return _Followed(config, tls.context(config.tls) if config.tls else None)
        finally:  # a change while it was read is seen at the next look
            self._looked = _Looked(file.files, [before, *_states(file.files[1:])])

    def _take(self, followed: _Followed) -> ssl.SSLContext | None:
        for warning in followed.config.warnings:
            log.warning("%s", warning)
        self._guard.use(followed.config)
        self._encryption = followed.config.tls
        return followed.context

    async def reload(self) -> None:
        """Read the web config again. Raises ConfigError where the one in force stays."""
        if self._file is None:
            return
        followed = await asyncio.to_thread(self._read)
        if followed.config == self._guard.config:
            return
        before = self._encryption
        context = self._take(followed)
        if self._encryption != before:
            replaced, self._servers = self._servers, []
            for listening in self._sockets:
                server = await self._serve(context, sock=listening.dup())
                self._servers.append(server)
            for server in replaced:
                server.close()
        log.info("web config %s read again", self._file)

    async def _look(self) -> None:
        """Cut connections whose time is up; read the web config again when a file has changed."""
        loop = asyncio.get_running_loop()
        # editors and Kubernetes write a file in steps: it is read once it has stayed the same for a
        # look
        seen = self._looked.states
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if self._runner.server is not None:
                self._guard.cut(self._runner.server, loop.time())
            if self._file is None:
                continue
            before, seen = seen, await asyncio.to_thread(_states, self._looked.files)
            still_written = seen != before
            if not still_written and seen != self._looked.states:
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
        self._guard.own.end()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for server in self._servers:
            server.close()
        for listening in self._sockets:
            with contextlib.suppress(OSError):
                listening.close()
        await self._runner.cleanup()


def _of_both_families(host: str, port: int) -> Sequence[socket.socket]:
    """The one socket that IPv4 comes in at as well; none where the host asks for no such thing.

    Raises OSError where the port is taken.
    """
    if host not in _BOTH_FAMILIES or not socket.has_dualstack_ipv6():
        return ()
    address = ("::", port)
    try:
        return (
            socket.create_server(
                address, family=socket.AF_INET6, backlog=_BACKLOG, dualstack_ipv6=True
            ),
        )
    except OSError as error:
        # A machine whose IPv6 is turned off knows the family, and has no such address.
        if host or error.errno not in _NO_IPV6:
            raise
    return ()


async def start(app: web.Application, host: str, port: int, web_config_file: str = "") -> Listener:
    """Listen; `addresses` says where, `await cleanup()` ends it. Raises OSError or ConfigError."""
    listener = Listener(app, web_config_file)
    await listener.open(host, port)
    return listener
