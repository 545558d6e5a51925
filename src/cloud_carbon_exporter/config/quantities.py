"""Kinds of numbers, lengths of time, shares and addresses."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TypeVar

from cloud_carbon_exporter.config.values import Address, Kind

Number = TypeVar("Number", int, float)

_SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86400.0,
}
_DURATION = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h|d)", re.ASCII)
_LAST_PORT = 65535


def number(name: str, allowed: str, low: float, high: float = math.inf) -> Kind[float]:
    """Number within [low, high], finite; 0 where nothing is said."""

    def accept(value: object) -> float:
        return float(_within(value, low, high))

    def parse(value: str) -> float:
        return accept(_parsed(value, float, "is not a number"))

    return Kind(name, allowed, accept, parse, 0.0)


def count(name: str, allowed: str, low: float, high: float = math.inf) -> Kind[int]:
    """Whole number within [low, high]; 0 where nothing is said."""

    def accept(value: object) -> int:
        if isinstance(value, float) and math.isfinite(value) and value != int(value):
            raise ValueError("is not a whole number")
        return int(_within(value, low, high))

    def parse(value: str) -> int:
        return accept(_parsed(value, int, "is not a whole number"))

    return Kind(name, allowed, accept, parse, 0)


def maybe(kind: Kind[Number]) -> Kind[Number | None]:
    """Kind that is None where nothing is said, as 0 would say something."""
    return Kind(kind.name, kind.allowed, kind.accept, kind.parse, None)


def fraction() -> Kind[tuple[int, int]]:
    """Share i/n, with 0 <= i < n: read as (i, n)."""

    def accept(value: object) -> tuple[int, int]:
        word = value if isinstance(value, str) else ""
        match = re.fullmatch(r"(\d{1,4})/(\d{1,4})", word, re.ASCII)
        if match is None:
            raise ValueError("is not of the form i/n")
        index, of = int(match[1]), int(match[2])
        if index >= of:
            raise ValueError("counts from 0: i must be below n")
        return index, of

    return Kind("I/N", "i/n with 0 <= i < n, such as 0/3", accept, accept, (0, 1))


def duration_between(least: float, most: float) -> Kind[float]:
    """Length of time in seconds, as `duration` reads it, within bounds; 0 where nothing is said."""
    inner = duration()

    def accept(value: object) -> float:
        seconds = inner.accept(value)
        if not least <= seconds <= most:
            raise ValueError("is out of range")
        return seconds

    allowed = f"a duration of {least:g}s to {most:g}s, such as 30m or 1h"
    return Kind("DURATION", allowed, accept, accept, 0.0)


def duration() -> Kind[float]:
    """Length of time in seconds, from 1 up: Go's notation ("1h30m", "500ms") or bare seconds."""

    def accept(value: object) -> float:
        if isinstance(value, str):
            seconds = _seconds(value.strip())
        elif isinstance(value, int | float) and not isinstance(value, bool):
            seconds = float(value) if _finite(value) else math.inf
        else:
            raise ValueError("is not a duration")
        if not 1 <= seconds < math.inf:
            raise ValueError("is out of range")
        return seconds

    allowed = "a duration of 1s or more, such as 30s, 5m or 1h30m"
    return Kind("DURATION", allowed, accept, accept, 0.0)


def address() -> Kind[Address]:
    """HOST:PORT as Go's net.Listen takes it; the host may be empty."""

    def accept(value: object) -> Address:
        word = value.strip() if isinstance(value, str) else ""
        host, colon, port = word.rpartition(":")
        bracketed = host.startswith("[") and host.endswith("]")
        # An IPv6 address stands in brackets, or its last group would be read as the port.
        host_fits = " " not in host and (bracketed or ":" not in host)
        if not colon or not host_fits or not port.isascii() or not port.isdigit():
            raise ValueError("is not an address")
        if int(port) > _LAST_PORT:
            raise ValueError("has a port out of range")
        return Address(host[1:-1] if bracketed else host, int(port))

    allowed = "HOST:PORT or :PORT, with a port from 0 to 65535"
    return Kind("ADDRESS", allowed, accept, accept, Address("", 0))


def _within(value: object, low: float, high: float) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("is not a number")
    if not _finite(value):
        raise ValueError("is not a finite number")
    if not low <= value <= high:
        raise ValueError("is out of range")
    return value


def _parsed(value: str, reads: Callable[[str], Number], why_not: str) -> Number:
    try:
        return reads(value)
    except ValueError:
        raise ValueError(why_not) from None


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an int no float can hold
        return False


def _seconds(value: str) -> float:
    if re.fullmatch(r"[0-9]+(\.[0-9]*)?", value):
        return float(value)
    parts = _DURATION.findall(value)
    if not parts or "".join(parts) != value:
        raise ValueError("is not a duration")
    return sum(map(_part, parts))


def _part(part: str) -> float:
    digits = part.rstrip("nuµmshd")
    return float(digits) * _SECONDS[part[len(digits) :]]
