"""The file of -web.config.file: TLS, users, headers and rates, in the format of Prometheus'
exporter toolkit.

https://prometheus.io/docs/prometheus/latest/configuration/https/ describes the format. No message
holds a value of the file but the names of keys, files and choices: it holds password hashes and may
hold a private key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from cloud_carbon_exporter.errors import ConfigError

ClientAuth = Literal["none", "if_given", "required"]

_CLIENT_AUTH: Mapping[str, ClientAuth] = {
    "NoClientCert": "none",
    "RequestClientCert": "none",  # asks, and takes any answer, or none
    "VerifyClientCertIfGiven": "if_given",
    "RequireAndVerifyClientCert": "required",
}
_VERSIONS = ("TLS12", "TLS13")
_CURVES = {
    "CurveP256": "prime256v1",
    "CurveP384": "secp384r1",
    "CurveP521": "secp521r1",
    "X25519": "X25519",
}
_CIPHER = re.compile(
    r"TLS_(ECDHE_(?:RSA|ECDSA))_WITH_(AES_(?:128|256)_GCM|CHACHA20_POLY1305)(?:_SHA(?:256|384))?"
)
_TLS13_CIPHERS = (
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
)
_HEADERS = (
    "Strict-Transport-Security",
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "X-XSS-Protection",
)
_BCRYPT = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}")
_INTERVAL = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_UNIT_SECONDS = {"ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_LONGEST_BYTES = 1 << 20

_TLS_KEYS = (
    *("cert_file", "key_file", "cert", "key", "client_ca_file", "client_ca", "client_auth_type"),
    *(
        "client_allowed_sans",
        "min_version",
        "max_version",
        "cipher_suites",
        "prefer_server_cipher_suites",
    ),
    "curve_preferences",
)
_KEYS = ("tls_server_config", "http_server_config", "basic_auth_users", "rate_limit")


@dataclass(frozen=True, slots=True)
class Tls:
    """A server's side of TLS. certificate, key, client_ca: PEM. ciphers: OpenSSL's names, of TLS
    1.2; empty for all.
    """

    certificate: bytes = field(repr=False)
    key: bytes = field(repr=False)
    client_ca: str = ""
    client_auth: ClientAuth = "none"
    allowed_sans: frozenset[str] = frozenset()
    min_version: str = "TLS12"
    max_version: str = "TLS13"
    ciphers: str = ""
    curve: str = ""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `burst` requests at once, and one more each `interval_seconds`."""

    interval_seconds: float
    burst: int


@dataclass(frozen=True, slots=True)
class WebConfig:
    """What the file says. users: name -> bcrypt hash. files: what was read for it, to see when it
    changes.
    """

    tls: Tls | None = None
    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    rate_limit: RateLimit | None = None
    warnings: tuple[str, ...] = ()


class Reader:
    """Reads one web config and what it names. files: all that was read or missed, followed or not."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files = [path]
        self._warnings: list[str] = []

    def read(self) -> WebConfig:
        """The whole configuration. Raises ConfigError that says which key, and what is allowed."""
        import yaml

        try:
            said = yaml.safe_load(self._text(self.path, ""))
        except (
            yaml.YAMLError,
            ValueError,
            RecursionError,
        ) as error:  # the latter: no such date, brackets without end
            mark = getattr(error, "problem_mark", None)
            where = f" at line {mark.line + 1}" if mark else ""
            raise self._wrong("", f"not YAML{where}") from None
        top = self._mapping("", said, _KEYS)
        http = self._mapping(
            "http_server_config", top.get("http_server_config"), ("http2", "headers")
        )
        if self._flag("http_server_config.http2", http.get("http2"), default=False):
            self._warnings.append(
                f"{self.path}: http_server_config.http2 has no effect: HTTP/1.1 is spoken"
            )
        return WebConfig(
            self._tls(self._mapping("tls_server_config", top.get("tls_server_config"), _TLS_KEYS)),
            self._users(top.get("basic_auth_users")),
            self._headers(http.get("headers")),
            self._rate_limit(top.get("rate_limit")),
            tuple(self._warnings),
        )

    def _wrong(self, key: str, message: str) -> ConfigError:
        return ConfigError(f"-web.config.file: {self.path}: {key}{': ' if key else ''}{message}")

    def _text(self, path: Path, key: str) -> str:
        try:
            if path.stat().st_size > _LONGEST_BYTES:
                raise self._wrong(key, f"{path} is larger than 1 MiB")
            return path.read_text(encoding="utf-8")
        except OSError as error:
            raise self._wrong(key, f"cannot read {path}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise self._wrong(key, f"{path} is not UTF-8 text") from None
        except ValueError:
            raise self._wrong(key, "no name a file can have") from None

    def _mapping(self, key: str, value: object, known: tuple[str, ...] = ()) -> Mapping[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
            raise self._wrong(key, "not a mapping of names to values")
        for name in value:
            if known and name not in known:
                raise self._wrong(key, f"unknown key {name[:40]!r}; known are {', '.join(known)}")
        return value

    def _words(self, key: str, value: object) -> tuple[str, ...]:
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong(key, "not a list of words")
        return tuple(value)

    def _word(self, key: str, value: object, allowed: tuple[str, ...] = ()) -> str:
        if value is None or value == "":
            return ""
        if not isinstance(value, str):
            raise self._wrong(key, "not text")
        if allowed and value not in allowed:
            raise self._wrong(key, f"{value[:60]!r} is not known; allowed: {', '.join(allowed)}")
        return value

    def _flag(self, key: str, value: object, *, default: bool) -> bool:
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self._wrong(key, "neither true nor false")
        return value

    def _pem(self, tls: Mapping[str, Any], name: str) -> str:
        """What stands in `name` itself, or in the file `name`_file, whose path is relative to the
        web config's.
        """
        key = f"tls_server_config.{name}"
        inline, file = (
            self._word(key, tls.get(name)),
            self._word(f"{key}_file", tls.get(f"{name}_file")),
        )
        if inline and file:
            raise self._wrong(key, f"{name} and {name}_file exclude each other")
        if not file:
            return inline
        path = self.path.parent / file
        self.files.append(path)
        return self._text(path, f"{key}_file")

    def _tls(self, said: Mapping[str, Any]) -> Tls | None:
        if not said:
            return None
        certificate, key, client_ca = (
            self._pem(said, name) for name in ("cert", "key", "client_ca")
        )
        for name, found in (("cert", certificate), ("key", key)):
            if not found:
                raise self._wrong("tls_server_config", f"neither {name}_file nor {name} is given")
        low, high = (
            self._word(f"tls_server_config.{name}", said.get(name), _VERSIONS) or default
            for name, default in (("min_version", "TLS12"), ("max_version", "TLS13"))
        )
        if low > high:
            raise self._wrong("tls_server_config", "min_version is above max_version")
        curves = self._words("tls_server_config.curve_preferences", said.get("curve_preferences"))
        for curve in curves:
            self._word("tls_server_config.curve_preferences", curve, tuple(_CURVES))
        self._flag(
            "tls_server_config.prefer_server_cipher_suites",
            said.get("prefer_server_cipher_suites"),
            default=True,
        )
        auth, sans = self._client_auth(said, bool(client_ca))
        return Tls(
            certificate.encode(),
            key.encode(),
            client_ca,
            auth,
            sans,
            low,
            high,
            self._ciphers(said.get("cipher_suites")),
            _CURVES[curves[0]] if curves else "",
        )

    def _client_auth(
        self, said: Mapping[str, Any], ca_given: bool
    ) -> tuple[ClientAuth, frozenset[str]]:
        key = "tls_server_config.client_auth_type"
        auth = _CLIENT_AUTH[
            self._word(key, said.get("client_auth_type"), tuple(_CLIENT_AUTH)) or "NoClientCert"
        ]
        if ca_given and auth == "none":
            raise self._wrong(key, "a client CA is given, but no client certificate is asked for")
        if auth != "none" and not ca_given:
            raise self._wrong(
                key, "client certificates cannot be verified without client_ca_file or client_ca"
            )
        sans = self._words("tls_server_config.client_allowed_sans", said.get("client_allowed_sans"))
        if sans and auth != "required":
            raise self._wrong(
                "tls_server_config.client_allowed_sans",
                "needs client_auth_type RequireAndVerifyClientCert",
            )
        return auth, frozenset(sans)

    def _ciphers(self, said: object) -> str:
        """OpenSSL's names of the suites of TLS 1.2; those of 1.3 are always on, as with Go."""
        key, found = "tls_server_config.cipher_suites", []
        for name in self._words(key, said):
            if name in _TLS13_CIPHERS:
                continue
            matched = _CIPHER.fullmatch(name)
            if matched is None:
                raise self._wrong(
                    key,
                    f"{name[:60]!r} is not offered; allowed: TLS_ECDHE_(RSA|ECDSA)_WITH_(AES_128_GCM_SHA256|"
                    f"AES_256_GCM_SHA384|CHACHA20_POLY1305_SHA256), and those of TLS 1.3",
                )
            exchange, cipher = matched.groups()
            hashed = {"AES_128_GCM": "AES128-GCM-SHA256", "AES_256_GCM": "AES256-GCM-SHA384"}
            found.append(f"{exchange.replace('_', '-')}-{hashed.get(cipher, 'CHACHA20-POLY1305')}")
        return ":".join(found)

    def _users(self, said: object) -> Mapping[str, str]:
        users = self._mapping("basic_auth_users", said)
        for name, hashed in users.items():
            if not name or ":" in name:
                raise self._wrong("basic_auth_users", "a user's name is empty or holds a colon")
            matched = _BCRYPT.fullmatch(hashed) if isinstance(hashed, str) else None
            if matched is None or not 4 <= int(matched[1]) <= 31:
                raise self._wrong(
                    f"basic_auth_users.{name[:40]}",
                    "not a bcrypt hash; `htpasswd -nBC 10 NAME` makes one",
                )
        return dict(users)

    def _headers(self, said: object) -> Mapping[str, str]:
        headers = self._mapping("http_server_config.headers", said, _HEADERS)
        for name, value in headers.items():
            if not isinstance(value, str) or not value.isprintable() or not value.isascii():
                raise self._wrong(f"http_server_config.headers.{name}", "not printable ASCII text")
        return {name: value for name, value in headers.items() if value}

    def _rate_limit(self, said: object) -> RateLimit | None:
        limit = self._mapping("rate_limit", said, ("interval", "burst"))
        if not limit:
            return None
        interval = limit.get("interval", "1s")
        matched = _INTERVAL.fullmatch(interval) if isinstance(interval, str) else None
        seconds = float(matched[1]) * _UNIT_SECONDS[matched[2]] if matched else 0.0
        if not seconds:
            raise self._wrong("rate_limit.interval", "not a duration above 0, such as 1s")
        burst = limit.get("burst", 1)
        if not isinstance(burst, int) or isinstance(burst, bool) or burst < 1:
            raise self._wrong("rate_limit.burst", "not a whole number from 1 up")
        return RateLimit(seconds, burst)
