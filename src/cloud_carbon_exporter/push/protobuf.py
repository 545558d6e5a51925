"""Protocol Buffers: the few parts of their wire format that both protocols need.

Source: protobuf.dev/programming-guides/encoding. A field is its number and wire type as one varint,
then its value.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_SMALL = tuple(bytes((number,)) for number in range(128))
_DOUBLE, _UNSIGNED = struct.Struct("<d"), struct.Struct("<Q")


def varint(number: int) -> bytes:
    """A whole number from 0 up, seven bits a byte, the lowest first."""
    if number < 128:
        return _SMALL[number]
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def whole(field: int, number: int) -> bytes:
    """A field of an integer, enum or bool type."""
    return varint(field << 3 | _VARINT) + varint(number)


def double(field: int, number: float) -> bytes:
    """A field of type double."""
    return varint(field << 3 | _FIXED64) + _DOUBLE.pack(number)


def fixed64(field: int, number: int) -> bytes:
    """A field of type fixed64."""
    return varint(field << 3 | _FIXED64) + _UNSIGNED.pack(number)


def nested(field: int, content: bytes) -> bytes:
    """A field that holds a message, or bytes."""
    return varint(field << 3 | _BYTES) + varint(len(content)) + content


def text(field: int, content: str) -> bytes:
    """A field of type string."""
    return nested(field, content.encode())


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Fields of a message in order, unread within. Raises ValueError for what is no message."""
    at = 0
    while at < len(message):
        key, at = _read_varint(message, at)
        kind = key & 7
        value: int | bytes
        if kind == _VARINT:
            value, at = _read_varint(message, at)
        elif kind in (_FIXED64, _FIXED32, _BYTES):
            length = {_FIXED64: 8, _FIXED32: 4}.get(kind, 0)
            if kind == _BYTES:
                length, at = _read_varint(message, at)
            value, at = message[at : at + length], at + length
            if at > len(message):
                raise ValueError("cut short")
        else:
            raise ValueError(f"wire type {kind} is not known")
        yield key >> 3, value


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 64, 7):
        if at >= len(message):
            raise ValueError("cut short")
        number |= (message[at] & 127) << shift
        at += 1
        if message[at - 1] < 128:
            return number, at
    raise ValueError("a number longer than 64 bits")
