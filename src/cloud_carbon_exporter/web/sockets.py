"""Sockets the server listens on: `[::]` and no host at all are both families, as they are in Go."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence

_BOTH = ("", "::")
_NO_IPV6 = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
BACKLOG = 128
IPV4 = socket.inet_ntoa(bytes(4))
"""All addresses of IPv4."""


def of_both_families(host: str, port: int) -> Sequence[socket.socket]:
    """The one socket that IPv4 comes in at as well; none where the host asks for no such thing.

    asyncio alone would shut IPv4 out of `::`, and take two ports for no host and port 0. Raises
    OSError where the port is taken.
    """
    if host not in _BOTH or not socket.has_dualstack_ipv6():
        return ()
    address = ("::", port)
    try:
        return (
            socket.create_server(
                address, family=socket.AF_INET6, backlog=BACKLOG, dualstack_ipv6=True
            ),
        )
    except OSError as error:
        # A machine whose IPv6 is turned off knows the family, and has no such address.
        if host or error.errno not in _NO_IPV6:
            raise
    return ()
