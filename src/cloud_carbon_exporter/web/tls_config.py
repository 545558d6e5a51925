"""TLS as the web config says it: key `tls_server_config` of Prometheus' exporter toolkit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from cloud_carbon_exporter.web.web_config_file import WebConfigFile

ClientAuth = Literal["none", "if_given", "required"]

_CLIENT_AUTH: Mapping[str, ClientAuth] = {
    "NoClientCert": "none",
    "RequestClientCert": "none",  # asks, and takes any answer, or none
    "VerifyClientCertIfGiven": "if_given",
    "RequireAndVerifyClientCert": "required",
}
_VERSIONS = ("TLS12", "TLS13")
# Go's names and OpenSSL's
_CURVES = {
    "CurveP256": "prime256v1",
    "CurveP384": "secp384r1",
    "CurveP521": "secp521r1",
    "X25519": "X25519",
}
# Go's names of the suites with forward secrecy and an AEAD. Go offers older ones as insecure; we do
# not.
_CIPHER = re.compile(
    r"TLS_(ECDHE_(?:RSA|ECDSA))_WITH_(AES_(?:128|256)_GCM|CHACHA20_POLY1305)(?:_SHA(?:256|384))?"
)
_OPENSSL_CIPHERS = {
    "AES_128_GCM": "AES128-GCM-SHA256",
    "AES_256_GCM": "AES256-GCM-SHA384",
    "CHACHA20_POLY1305": "CHACHA20-POLY1305",
}
_CIPHERS_ALLOWED = (
    "TLS_ECDHE_(RSA|ECDSA)_WITH_"
    "(AES_128_GCM_SHA256|AES_256_GCM_SHA384|CHACHA20_POLY1305_SHA256), and those of TLS 1.3"
)
_TLS13_CIPHERS = (
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
)

TLS_KEYS = (
    "cert_file",
    "key_file",
    "cert",
    "key",
    "client_ca_file",
    "client_ca",
    "client_auth_type",
    "client_allowed_sans",
    "min_version",
    "max_version",
    "cipher_suites",
    "prefer_server_cipher_suites",
    "curve_preferences",
)


@dataclass(frozen=True, slots=True)
class Tls:
    """A server's side of TLS.

    certificate, key, client_ca: PEM. ciphers: OpenSSL's names, of TLS 1.2; empty for all.
    """

    certificate: bytes = field(repr=False)
    key: bytes = field(repr=False)
    client_ca: str = ""
    client_auth: ClientAuth = "none"
    allowed_sans: frozenset[str] = frozenset()
    min_version: str = "TLS12"
    max_version: str = "TLS13"
    ciphers: str = ""
    curves: tuple[str, ...] = ()


class _ClientCertificates(NamedTuple):
    auth: ClientAuth
    allowed_sans: frozenset[str]


def read_tls(file: WebConfigFile, said: Mapping[str, Any]) -> Tls | None:
    """What the file says of TLS; None where it says nothing. Raises ConfigError."""
    if not said:
        return None
    certificate, key = _required_pem(file, said, "cert"), _required_pem(file, said, "key")
    client_ca = _pem(file, said, "client_ca")
    clients = _client_certificates(file, said, bool(client_ca))
    low = _version(file, said, "min_version") or "TLS12"
    high = _version(file, said, "max_version") or "TLS13"
    if low > high:
        raise file.wrong("tls_server_config", "min_version is above max_version")
    # checked, and without effect: OpenSSL follows the server's order whatever it says
    file.flag(
        "tls_server_config.prefer_server_cipher_suites",
        said.get("prefer_server_cipher_suites"),
        default=True,
    )
    return Tls(
        certificate.encode(),
        key.encode(),
        client_ca,
        clients.auth,
        clients.allowed_sans,
        low,
        high,
        _ciphers(file, said.get("cipher_suites")),
        _curves(file, said.get("curve_preferences")),
    )


def _pem(file: WebConfigFile, said: Mapping[str, Any], name: str) -> str:
    """What stands in `name` itself, or in the file `name`_file, relative to the web config's."""
    key = f"tls_server_config.{name}"
    inline = file.word(key, said.get(name))
    named = file.word(f"{key}_file", said.get(f"{name}_file"))
    if inline and named:
        raise file.wrong(key, f"{name} and {name}_file exclude each other")
    if not named:
        return inline
    path = file.path.parent / named
    file.files.append(path)
    return file.text(path, f"{key}_file")


def _required_pem(file: WebConfigFile, said: Mapping[str, Any], name: str) -> str:
    text = _pem(file, said, name)
    if not text:
        raise file.wrong("tls_server_config", f"neither {name}_file nor {name} is given")
    return text


def _version(file: WebConfigFile, said: Mapping[str, Any], name: str) -> str:
    return file.word(f"tls_server_config.{name}", said.get(name), _VERSIONS)


def _curves(file: WebConfigFile, said: object) -> tuple[str, ...]:
    """OpenSSL's names of the curves, the preferred first: Python's ssl takes one of them."""
    key = "tls_server_config.curve_preferences"
    curves = file.words(key, said)
    for curve in curves:
        file.word(key, curve, tuple(_CURVES))
    return tuple(_CURVES[curve] for curve in curves)


def _client_certificates(
    file: WebConfigFile, said: Mapping[str, Any], ca_given: bool
) -> _ClientCertificates:
    key = "tls_server_config.client_auth_type"
    word = file.word(key, said.get("client_auth_type"), tuple(_CLIENT_AUTH))
    auth = _CLIENT_AUTH[word or "NoClientCert"]
    if ca_given and auth == "none":
        raise file.wrong(key, "a client CA is given, but no client certificate is asked for")
    if auth != "none" and not ca_given:
        raise file.wrong(
            key, "client certificates cannot be verified without client_ca_file or client_ca"
        )
    sans_key = "tls_server_config.client_allowed_sans"
    sans = file.words(sans_key, said.get("client_allowed_sans"))
    if sans and auth != "required":
        raise file.wrong(sans_key, "needs client_auth_type RequireAndVerifyClientCert")
    return _ClientCertificates(auth, frozenset(sans))


def _ciphers(file: WebConfigFile, said: object) -> str:
    """OpenSSL's names of the suites of TLS 1.2; those of 1.3 are always on, as with Go."""
    key, ciphers = "tls_server_config.cipher_suites", []
    for name in file.words(key, said):
        if name in _TLS13_CIPHERS:
            continue
        matched = _CIPHER.fullmatch(name)
        if matched is None:
            raise file.wrong(key, f"{name[:60]!r} is not offered; allowed: {_CIPHERS_ALLOWED}")
        exchange, cipher = matched.groups()
        ciphers.append(f"{exchange.replace('_', '-')}-{_OPENSSL_CIPHERS[cipher]}")
    return ":".join(ciphers)
