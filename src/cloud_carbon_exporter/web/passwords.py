"""Basic authentication: bcrypt off the event loop, asked once for the same right password."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import os
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import bcrypt

_REMEMBERED = 256
# bcrypt takes 50 ms and more of a processor: a flood of guesses must not queue without end
_WAITING_MOST = 32
_AT_ONCE = 2
# bcrypt sees no more
_LONGEST_BYTES = 72


class Busy(Exception):
    """Too many passwords wait to be checked."""


class Credentials(NamedTuple):
    """What basic authentication shows."""

    user: str
    password: bytes


def credentials(header: str) -> Credentials | None:
    """User and password of an Authorization header; None where it is no basic authentication."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
        return Credentials(user.decode(), password) if colon else None
    except (binascii.Error, ValueError):
        return None


def matches(password: bytes, hashed: str) -> bool:
    """Whether it is the password of a bcrypt hash. Takes as long as the hash's cost says."""
    try:
        return bcrypt.checkpw(password[: _LONGEST_BYTES + 1], hashed.encode())
    except ValueError:  # longer than bcrypt takes, or a NUL in it
        return False


@dataclass(slots=True)
class Passwords:
    """Passwords of a web config's users.

    What was right is remembered, as a keyed digest; what was wrong is checked again.
    """

    users: Mapping[str, str]
    _right: OrderedDict[bytes, None] = field(default_factory=OrderedDict)
    _key: bytes = field(default_factory=lambda: os.urandom(32))
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    _waiting: int = 0

    async def right(self, header: str) -> bool:
        """Whether a header names a user with the right password. Raises Busy under a flood."""
        shown = credentials(header)
        if shown is None:
            return False
        user, password = shown
        # with a key of this process alone: a digest means nothing elsewhere
        digest = hmac.digest(self._key, user.encode() + b":" + password, hashlib.sha256)
        if digest in self._right:
            self._right.move_to_end(digest)
            return True
        if not await self._check(user, password):
            return False
        self._right[digest] = None
        if len(self._right) > _REMEMBERED:
            self._right.popitem(last=False)
        return True

    async def _check(self, user: str, password: bytes) -> bool:
        # an unknown user costs as much as a wrong password, and the clock tells nobody who exists
        known = user in self.users
        hashed = self.users[user] if known else _nobody(next(iter(self.users.values()), ""))
        if self._waiting >= _WAITING_MOST:
            raise Busy
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(matches, password, hashed) and known
        finally:
            self._waiting -= 1


def _nobody(like: str) -> str:
    """A hash nobody has the password of, as costly as another.

    Who has no account must not learn it from the clock.
    """
    cost = like[4:6] or "10"
    return f"$2b${cost}${'.' * 21}O{'.' * 31}"
