"""Names of hosts, looked up in threads of each session's own: a resolver that hangs holds no other.

getaddrinfo(3) knows no timeout but that of /etc/resolv.conf, which may come to a minute, and cannot
be stopped. asyncio would ask it in the threads that all of a program share, six on a machine of two
processors: a few names that nobody answers for, and no other target looks up another.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from aiohttp.abc import AbstractResolver, ResolveResult

MOST_AT_ONCE = 16
"""Names of one resolver that are looked up at once; more wait for one to end."""


class NameSilence(OSError):
    """Silence of DNS: in time it said neither an address nor that there is none."""


class _Name(NamedTuple):
    host: str
    family: socket.AddressFamily


class _Waiter(NamedTuple):
    loop: asyncio.AbstractEventLoop
    told: asyncio.Future[Sequence[str]]


class Resolver(AbstractResolver):
    """Resolver of one session. Whoever asks for a name that is looked up already waits for that."""

    def __init__(self, silence_seconds: float) -> None:
        self._silence_seconds = silence_seconds
        self._lock = threading.Lock()
        self._waiting: dict[_Name, list[_Waiter]] = {}
        self._queue: deque[_Name] = deque()
        self._threads = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Addresses of a host. Raises OSError where it has none, or nobody says within time."""
        loop = asyncio.get_running_loop()
        told: asyncio.Future[Sequence[str]] = loop.create_future()
        self._ask(_Name(host, family), _Waiter(loop, told))
        try:
            async with asyncio.timeout(self._silence_seconds):
                addresses = await told
        except TimeoutError:
            raise NameSilence(f"DNS says nothing of {host}") from None
        return [_result(host, port, address) for address in addresses]

    async def close(self) -> None:
        """Nothing to close: a thread ends with what it looks up."""

    def _ask(self, name: _Name, waiter: _Waiter) -> None:
        with self._lock:
            if name in self._waiting:
                self._waiting[name].append(waiter)
                return
            self._waiting[name] = [waiter]
            self._queue.append(name)
            if self._threads == MOST_AT_ONCE:
                return
            self._threads += 1
        # A daemon: leaving the program does not wait for DNS.
        threading.Thread(target=self._look_up_all, name="names", daemon=True).start()

    def _look_up_all(self) -> None:
        while (name := self._next()) is not None:
            found: Sequence[str] | OSError
            try:
                found = _addresses(name)
            except OSError as error:
                found = error
            except ValueError as error:  # no host can be called so, says the codec of IDNA
                found = OSError(str(error))
            with self._lock:
                waiters = self._waiting.pop(name)
            for waiter in waiters:
                with suppress(RuntimeError):  # its loop has ended: nobody waits any more
                    waiter.loop.call_soon_threadsafe(_tell, waiter.told, found)

    def _next(self) -> _Name | None:
        with self._lock:
            if self._queue:
                return self._queue.popleft()
            self._threads -= 1
            return None


def _tell(told: asyncio.Future[Sequence[str]], found: Sequence[str] | OSError) -> None:
    if told.done():
        return
    if isinstance(found, OSError):
        told.set_exception(found)
    else:
        told.set_result(found)


def _addresses(name: _Name) -> Sequence[str]:
    """Numeric addresses of a host, the scope of a link-local one included."""
    # AI_ADDRCONFIG: none of a family that this machine has no address of, as aiohttp asks too
    found = socket.getaddrinfo(
        name.host, 0, name.family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
    )
    numeric = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
    return [socket.getnameinfo(address, numeric)[0] for *_, address in found]


def _result(host: str, port: int, address: str) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=socket.AF_INET6 if ":" in address else socket.AF_INET,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )
