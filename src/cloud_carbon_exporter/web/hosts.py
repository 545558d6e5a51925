"""Hosts this server answers for: a page of another site must not reach it by a name of its own.

A page at http://evil.example can have that name resolve to our address (DNS rebinding), and its
script then reads us as its own site. The Host header still tells the name: one that is none of ours
is refused. A name nobody can rent, and an address, which a script reaches under no other name, are
safe.
"""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress

ANY = "*"
# No registry sells a name below these: RFC 6761 (localhost, test), RFC 6762 (local: mDNS, and
# cluster.local of Kubernetes), RFC 8375 (home.arpa: home networks), ICANN's resolution of
# 2024-07-29 (internal; of GCE, EC2 and Docker), and svc, of services within a cluster.
_NOT_FOR_RENT = (".localhost", ".test", ".local", ".home.arpa", ".internal", ".svc")
_ASK_AGAIN_SECONDS = 30.0


class OwnNames:
    """Names of this machine; the full one comes when DNS has told it, which may take a while."""

    def __init__(self) -> None:
        self.names: frozenset[str] = frozenset()
        self._ended = threading.Event()

    def learn(self, names: Iterable[str], ask: Callable[[], str]) -> None:
        """Learn those known already, and the full one there is to ask for."""
        self._add(*names)
        # A thread of its own, which no end of the program waits for.
        threading.Thread(target=self._ask, args=(ask,), name="own-name", daemon=True).start()

    def end(self) -> None:
        """Ask no more."""
        self._ended.set()

    def _ask(self, ask: Callable[[], str]) -> None:
        """Ask until a name with a dot comes: a machine may be up before its DNS is."""
        while not self._ended.is_set():
            name = ""
            with suppress(OSError, UnicodeError):  # the name of a machine may be no name of DNS
                name = ask()
            self._add(name)
            if "." in name.rstrip(".") or self._ended.wait(_ASK_AGAIN_SECONDS):
                return

    def _add(self, *names: str) -> None:
        self.names |= {name.lower().rstrip(".") for name in names if name}


def answers_for(headers: Sequence[str], own: Collection[str], allowed: Collection[str]) -> bool:
    """Whether all Host headers of a request name this server; a browser always sends one.

    own: names of the machine. allowed: names more, `*.example.org` for all below, `*` for any.
    """
    return all(_is_ours(name_in(header), own, allowed) for header in headers)


def name_in(header: str) -> str:
    """The name or address of a Host header, without the port, in lower case."""
    text = header.strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0].removesuffix(".")


def _is_ours(name: str, own: Collection[str], allowed: Collection[str]) -> bool:
    if ANY in allowed or name in own or name in allowed or _is_address(name):
        return True
    # A name without a dot is of the local network: of a container, a service, a machine.
    if "." not in name or name.endswith(_NOT_FOR_RENT):
        return True
    _, _, parents = name.partition(".")
    while parents:
        if f"*.{parents}" in allowed:
            return True
        _, _, parents = parents.partition(".")
    return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True
