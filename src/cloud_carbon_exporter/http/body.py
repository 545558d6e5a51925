"""Body of an answer, unpacked as it comes: never more than its bound, and never long at a stretch.

aiohttp unpacks up to 32 MiB in one go on the event loop; a few kilobytes are enough to make it.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from cloud_carbon_exporter.errors import Malformed

if TYPE_CHECKING:
    import aiohttp

ACCEPTED = {"Accept-Encoding": "gzip"}
"""The header to send with a session that does not unpack by itself."""

# Unpacked on the event loop; most answers are no larger.
_FIRST_BYTES = 1 << 16
# In a thread: thirty bombs at once would hold up the loop for a tenth of a second each turn.
_AT_ONCE_BYTES = 1 << 20
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


async def read_body(response: aiohttp.ClientResponse, largest_bytes: int) -> bytes:
    """Body of an answer, unpacked.

    Raises Malformed when it is larger, or packed otherwise than asked for.
    """
    held, size = [], 0
    try:
        async for piece in _unpacked(response):
            size += len(piece)
            if size > largest_bytes:
                raise Malformed(f"an answer of more than {largest_bytes >> 20} MiB")
            held.append(piece)
    finally:
        response.close()  # its connection, where the body has not come to its end
    return b"".join(held)


async def _unpacked(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding == "identity":
        async for piece in response.content.iter_any():
            yield piece
        return
    if encoding != "gzip":
        raise Malformed(f"an answer packed as {encoding[:20]!r}, which was not asked for")
    unpacking = zlib.decompressobj(_GZIP_WINDOW)
    rest: bytes | None = None
    async for packed in response.content.iter_any():
        rest = packed
        if unpacking.eof:
            continue
        try:
            yield unpacking.decompress(rest, _FIRST_BYTES)
            while (rest := unpacking.unconsumed_tail) and not unpacking.eof:
                yield await asyncio.to_thread(unpacking.decompress, rest, _AT_ONCE_BYTES)
        except zlib.error as error:
            raise Malformed("an answer that cannot be unpacked") from error
    if not unpacking.eof and rest is not None:
        raise Malformed("an answer that is cut short")
