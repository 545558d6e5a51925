"""The application behind a web config, and clients of it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import bcrypt
from aiohttp import ClientSession, encode_basic_auth
from tests.exposition import estate
from tests.patience import PATIENCE_SECONDS
from tests.web.certificates import Authority
from tests.web.serving import SETTINGS, held

from cloud_carbon_exporter.web.app import make_app
from cloud_carbon_exporter.web.listener import Listener, start


def named(user: str, password: str) -> dict[str, str]:
    return {"Authorization": encode_basic_auth(user, password)}


BOB = named("bob", "open sesame")
USERS = (
    f"basic_auth_users: {{bob: '{bcrypt.hashpw(b'open sesame', bcrypt.gensalt(4)).decode()}'}}\n"
)
TLS = "tls_server_config: {cert_file: server.pem, key_file: server.key}\n"
MUTUAL = TLS.replace("}", ", client_ca_file: ca.pem, client_auth_type: RequireAndVerifyClientCert}")


@contextlib.asynccontextmanager
async def listening(folder: Path, text: str) -> AsyncIterator[tuple[Listener, str]]:
    """A listener under a web config, and its URL."""
    (folder / "web.yml").write_text(text)
    server = await start(
        make_app(SETTINGS, held(estate.SNAPSHOT)), "127.0.0.1", 0, str(folder / "web.yml")
    )
    try:
        yield server, f"{server.scheme}://127.0.0.1:{server.addresses[0][1]}"
    finally:
        await server.cleanup()


def trust(authority: Authority, pair: Path | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=authority.certificate)
    if pair is not None:
        context.load_cert_chain(pair, pair.with_suffix(".key"))
    return context


async def status(
    url: str, authority: Authority, pair: Path | None = None, headers: dict[str, str] | None = None
) -> int:
    """The status of an answer on a new connection."""
    async with (
        ClientSession() as client,
        client.get(url, ssl=trust(authority, pair), headers=headers) as answer,
    ):
        await answer.read()
        return answer.status


async def connect(url: str, sent: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection on which something was sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))
    writer.write(sent)
    return reader, writer


async def end(writer: asyncio.StreamWriter, *, reset: bool = False) -> None:
    """Go away, with a reset where that is asked for."""
    if reset:
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def eventually(ask: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not ask():
            await asyncio.sleep(0.01)
