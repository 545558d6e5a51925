"""Gzip stream put together from blocks that are compressed once and shared.

Each block is raw deflate that ends on a byte boundary and refers to nothing before it, so blocks
can be joined in any order (RFC 1951); the checksum of the whole follows from the checksums of the
parts. What is joined is one ordinary gzip member (RFC 1952).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from isal import isal_zlib

# deflate, no name, no time, unknown system
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
# an empty block with the final bit set
_LAST_BLOCK = b"\x03\x00"
_RAW_DEFLATE = -15
# bytes; what is smaller is copied into its neighbour
_SMALL = 1 << 16
# bytes; each piece written costs a turn of the event loop
_PIECE = 1 << 19
# of ISA-L: as fast as 0, a quarter smaller
_LEVEL = 1


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of text, compressed. crc, size: of the text."""

    deflated: bytes
    crc: int
    size: int


def compress(text: bytes) -> Block:
    """Compress a piece of text into a Block that can stand anywhere."""
    compressor = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _RAW_DEFLATE)
    # a full flush ends on a byte and forgets what was before: the block refers to nothing outside
    # it
    deflated = compressor.compress(text) + compressor.flush(isal_zlib.Z_FULL_FLUSH)
    return Block(deflated, isal_zlib.crc32(text), len(text))


def plain(block: Block) -> bytes:
    """The text of a Block."""
    return isal_zlib.decompressobj(_RAW_DEFLATE).decompress(block.deflated)


class GzipPieces(NamedTuple):
    """Pieces of a gzip stream, to be written in order, and their length in bytes."""

    pieces: list[bytes]
    length: int


@dataclass(frozen=True, slots=True)
class Stream:
    """Text as the sequence of its Blocks.

    crc, size: of the whole text. compressed: bytes of all blocks.
    """

    blocks: tuple[bytes, ...]
    crc: int
    size: int
    compressed: int

    def gzip(self, tail: bytes) -> GzipPieces:
        """Gzip stream of this text and a tail."""
        end = compress(tail)
        # the CRC of a whole follows from those of its parts without reading them again
        crc = isal_zlib.crc32_combine(self.crc, end.crc, end.size)
        # RFC 1952: ISIZE is the length modulo 2^32
        size = (self.size + end.size) & 0xFFFFFFFF
        last = end.deflated + _LAST_BLOCK + crc.to_bytes(4, "little") + size.to_bytes(4, "little")
        first, *others = self.blocks or (b"",)
        length = len(_GZIP_HEADER) + self.compressed + len(last)
        return GzipPieces([_GZIP_HEADER + first, *others, last], length)

    def plain(self) -> Iterator[bytes]:
        """The text itself, a piece at a time."""
        for block in self.blocks:
            yield isal_zlib.decompressobj(_RAW_DEFLATE).decompress(block)


def merge(blocks: list[Block]) -> Block:
    """Blocks as one, in order."""
    crc = 0
    for block in blocks:
        crc = isal_zlib.crc32_combine(crc, block.crc, block.size)
    return Block(
        b"".join([block.deflated for block in blocks]), crc, sum(block.size for block in blocks)
    )


def pieces(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same text in fewer Blocks of about half a MB."""
    held: list[Block] = []
    held_bytes = 0
    for block in blocks:
        held.append(block)
        held_bytes += len(block.deflated)
        if held_bytes >= _PIECE:
            yield merge(held)
            held, held_bytes = [], 0
    if held:
        yield merge(held)


def join(blocks: list[Block]) -> Stream:
    """Stream of Blocks, in order; large blocks stay the objects they are, so Streams share them."""
    crc, size = 0, 0
    joined: list[bytes] = []
    small: list[bytes] = []
    for block in blocks:
        crc = isal_zlib.crc32_combine(crc, block.crc, block.size)
        size += block.size
        if len(block.deflated) < _SMALL:
            small.append(block.deflated)
        else:
            joined += [b"".join(small), block.deflated] if small else [block.deflated]
            small = []
    if small:
        joined.append(b"".join(small))
    return Stream(tuple(joined), crc, size, sum(map(len, joined)))
