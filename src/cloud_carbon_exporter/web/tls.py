"""TLS context a server listens with, from what the web config says."""

from __future__ import annotations

import os
import ssl
from collections.abc import Sequence

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.web.tls_config import Tls

_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
_CLIENT_AUTH = {"none": ssl.CERT_NONE, "if_given": ssl.CERT_OPTIONAL, "required": ssl.CERT_REQUIRED}


def context(tls: Tls) -> ssl.SSLContext:
    """The context. Raises ConfigError where a certificate, a key or a cipher cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = _VERSIONS[tls.min_version]
    context.maximum_version = _VERSIONS[tls.max_version]
    context.options |= (
        # compression tells lengths of secrets (CRIME); a client may not make the server handshake
        # anew
        ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    )
    what = "the certificate and its key"
    try:
        _load_pair(context, tls)
        what = "the client CA"
        if tls.client_ca:
            context.load_verify_locations(cadata=tls.client_ca)
        what = "the cipher suites"
        if tls.ciphers:
            context.set_ciphers(tls.ciphers)
        what = "the curve"
        _set_curve(context, tls.curves)
    except (ssl.SSLError, ValueError) as error:
        reason = getattr(error, "reason", "") or "not understood"
        said = str(reason).replace("_", " ").lower()
        raise ConfigError(
            f"-web.config.file: tls_server_config: {what} cannot be used: {said}"
        ) from None
    context.verify_mode = _CLIENT_AUTH[tls.client_auth]
    return context


def _set_curve(context: ssl.SSLContext, curves: Sequence[str]) -> None:
    """The first of the curves that this Python can name: Debian's 3.11.2 knows no X25519."""
    for number, curve in enumerate(curves, 1):
        try:
            context.set_ecdh_curve(curve)
        except (ssl.SSLError, ValueError):
            if number == len(curves):
                raise
        else:
            return


def _no_passphrase() -> str:
    raise ValueError("the key is encrypted")  # OpenSSL would ask on the terminal, and wait


def _load_pair(context: ssl.SSLContext, tls: Tls) -> None:
    """Load certificate and key: OpenSSL takes them from a file alone, so from one in memory.

    A disk may be read-only, and it keeps keys.
    """
    descriptor = os.memfd_create("tls")
    try:
        os.write(descriptor, tls.certificate + b"\n" + tls.key)
        context.load_cert_chain(f"/proc/self/fd/{descriptor}", password=_no_passphrase)
    finally:
        os.close(descriptor)


def names(certificate: dict[str, object] | None) -> frozenset[str]:
    """Subject alternative names of a peer's certificate, as Python's ssl tells them."""
    alternatives = (certificate or {}).get("subjectAltName", ())
    if not isinstance(alternatives, tuple):
        return frozenset()
    return frozenset(str(value) for _, value in alternatives)
