"""Faults of connections: names without an address, certificates that are not trusted."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import NamedTuple

# Codes of X509_verify_cert(3): X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED;
# X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH. The others are of who signed it.
_TIME = frozenset({9, 10})
_NAME = frozenset({62, 64})

_SET_CLOCK = "set the clock of this machine if it is wrong, else its certificate must be renewed"
_ANOTHER = "another server answers for it: see DNS, HTTPS_PROXY, or the name in the configuration"
_UNKNOWN = "where a proxy opens TLS, name a bundle that holds its authority in {bundle}"
_NO_TLS = "is that a port of TLS, and is there a proxy in between?"


class TlsFault(NamedTuple):
    """What went wrong, and what a person can do about it."""

    message: str
    hint: str


def tls_fault(error: BaseException, host: str, bundle: str = "SSL_CERT_FILE") -> TlsFault | None:
    """The fault of TLS behind an error; None where it is another.

    bundle: the variable that names whom the caller's library trusts.
    """
    unlike = ""
    for cause in causes(error):
        code = getattr(cause, "verify_code", None)
        if isinstance(cause, ssl.SSLCertVerificationError) and code is not None:
            message = f"no trusted TLS connection to {host}: {cause.verify_message.rstrip('.')}"
            if code in _TIME:
                return TlsFault(message, _SET_CLOCK)
            return TlsFault(message, _ANOTHER if code in _NAME else _UNKNOWN.format(bundle=bundle))
        # the errors of aiohttp that wrap one are of its class as well, and lack its attributes
        if isinstance(cause, ssl.SSLError) and (reason := getattr(cause, "reason", "")):
            unlike = str(reason)
    if not unlike:
        return None
    words = unlike.replace("_", " ").lower()
    return TlsFault(f"no TLS connection to {host}: {words}", _NO_TLS)


def has_no_address(error: BaseException) -> bool:
    """Whether DNS knows no such host; silence, and "try again later", say nothing of that."""
    for cause in causes(error):
        if isinstance(cause, socket.gaierror):
            return cause.errno != socket.EAI_AGAIN
    return False


def causes(error: BaseException) -> Iterator[BaseException]:
    """An error and all that it came of: chained, or held as urllib3 and google-auth do."""
    left, seen = [error], set[int]()
    while left:
        cause = left.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        held = (cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args)
        left += [each for each in held if isinstance(each, BaseException)]
