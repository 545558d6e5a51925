"""From what the web config says of TLS to the context a server listens with."""

from __future__ import annotations

import os
import ssl

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.web.web_config import Tls

_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
_CLIENT_AUTH = {"none": ssl.CERT_NONE, "if_given": ssl.CERT_OPTIONAL, "required": ssl.CERT_REQUIRED}


def context(tls: Tls) -> ssl.SSLContext:
    """The context. Raises ConfigError where the certificate, its key, the client CA or a cipher
    cannot be used.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version, made.maximum_version = (
        _VERSIONS[tls.min_version],
        _VERSIONS[tls.max_version],
    )
    made.options |= (
        ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    )
    what = "the certificate and its key"
    try:
        _load_pair(made, tls)
        what = "the client CA"
        if tls.client_ca:
            made.load_verify_locations(cadata=tls.client_ca)
        what = "the cipher suites"
        if tls.ciphers:
            made.set_ciphers(tls.ciphers)
        what = "the curve"
        if tls.curve:
            made.set_ecdh_curve(tls.curve)
    except (ssl.SSLError, ValueError) as error:
        reason = getattr(error, "reason", "") or "not understood"
        said = str(reason).replace("_", " ").lower()
        raise ConfigError(
            f"-web.config.file: tls_server_config: {what} cannot be used: {said}"
        ) from None
    made.verify_mode = _CLIENT_AUTH[tls.client_auth]
    return made


def _no_passphrase() -> str:
    raise ValueError("the key is encrypted")  # OpenSSL would ask on the terminal, and wait


def _load_pair(made: ssl.SSLContext, tls: Tls) -> None:
    """OpenSSL takes the pair from a file alone: here one in memory, for the disk may be read-only,
    and keeps keys.
    """
    descriptor = os.memfd_create("tls")
    try:
        os.write(descriptor, tls.certificate + b"\n" + tls.key)
        made.load_cert_chain(f"/proc/self/fd/{descriptor}", password=_no_passphrase)
    finally:
        os.close(descriptor)


def names(certificate: dict[str, object] | None) -> frozenset[str]:
    """The subject alternative names of a peer's certificate, as Python's ssl tells them."""
    found = (certificate or {}).get("subjectAltName", ())
    return frozenset(str(value) for _, value in found) if isinstance(found, tuple) else frozenset()
