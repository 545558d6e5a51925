"""What any server can do to a connection, whatever it speaks."""

from __future__ import annotations

import gzip
import io
import socket
import struct
from functools import cache
from typing import NoReturn

from aiohttp import web

MIB = 1 << 20
NO_UTF8 = b'{"servers": [{"id": "\xff\xfe\xc3\x28"}], "assets": "\xc3"}'


@cache
def bomb(mebibytes: int) -> bytes:
    """So much of nothing, packed a thousandfold."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9) as file:
        for _ in range(mebibytes):
            file.write(b" " * MIB)
    return packed.getvalue()


def exploding(mebibytes: int) -> web.Response:
    """An answer that unpacks to so much."""
    return web.Response(
        body=bomb(mebibytes),
        headers={"Content-Encoding": "gzip", "Content-Type": "application/json"},
    )


def reset(request: web.Request) -> web.Response:
    """End the connection as a crash does, without a word. What is returned reaches nobody."""
    assert request.transport is not None
    end: socket.socket = request.transport.get_extra_info("socket")
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
    return web.Response()


def no_address(host: object, *args: object, **more: object) -> NoReturn:
    """What socket.getaddrinfo says of a name nobody knows."""
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
