"""Web config (-web.config.file): TLS, users, headers and rates, as Prometheus' exporter toolkit.

https://prometheus.io/docs/prometheus/latest/configuration/https/ describes the format.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cloud_carbon_exporter.web.tls_config import TLS_KEYS, Tls, read_tls
from cloud_carbon_exporter.web.web_config_file import WebConfigFile

_KEYS = ("tls_server_config", "http_server_config", "basic_auth_users", "rate_limit")
# exporter-toolkit takes these headers and refuses all others, and so does this
_HEADERS = (
    "Strict-Transport-Security",
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "X-XSS-Protection",
)
# htpasswd writes 2y, Python's bcrypt 2b, older tools 2a: one algorithm
_BCRYPT = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}")
MOST_COST = 14
"""Cost of a hash: a second of a processor. Each step doubles it, anybody's wrong guess costs it,
and nobody can end the check of one: at 31 it lasts a day."""

_INTERVAL = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_UNIT_SECONDS = {"ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `burst` requests at once, and one more each `interval_seconds`."""

    interval_seconds: float
    burst: int


@dataclass(frozen=True, slots=True)
class WebConfig:
    """What the file says. users: name -> bcrypt hash."""

    tls: Tls | None = None
    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    rate_limit: RateLimit | None = None
    warnings: tuple[str, ...] = ()


def read_web_config(file: WebConfigFile) -> WebConfig:
    """The whole configuration. Raises ConfigError that says which key, and what is allowed."""
    top = file.mapping("", file.read(), _KEYS)
    http = file.mapping("http_server_config", top.get("http_server_config"), ("http2", "headers"))
    if file.flag("http_server_config.http2", http.get("http2"), default=False):
        file.warnings.append(
            f"{file.path}: http_server_config.http2 has no effect: HTTP/1.1 is spoken"
        )
    encryption = file.mapping("tls_server_config", top.get("tls_server_config"), TLS_KEYS)
    return WebConfig(
        read_tls(file, encryption),
        _users(file, top.get("basic_auth_users")),
        _headers(file, http.get("headers")),
        _rate_limit(file, top.get("rate_limit")),
        tuple(file.warnings),
    )


def _users(file: WebConfigFile, said: object) -> Mapping[str, str]:
    users = file.mapping("basic_auth_users", said)
    for name, hashed in users.items():
        if not name or ":" in name:
            raise file.wrong("basic_auth_users", "a user's name is empty or holds a colon")
        matched = _BCRYPT.fullmatch(hashed) if isinstance(hashed, str) else None
        key = f"basic_auth_users.{name[:40]}"
        if matched is None or not 4 <= int(matched[1]) <= 31:  # the costs bcrypt knows
            raise file.wrong(key, "not a bcrypt hash; `htpasswd -nBC 10 NAME` makes one")
        if int(matched[1]) > MOST_COST:
            raise file.wrong(key, f"its bcrypt cost is {matched[1]}; {MOST_COST} is the most")
    return dict(users)


def _headers(file: WebConfigFile, said: object) -> Mapping[str, str]:
    headers = file.mapping("http_server_config.headers", said, _HEADERS)
    for name, value in headers.items():
        if not isinstance(value, str) or not value.isprintable() or not value.isascii():
            raise file.wrong(f"http_server_config.headers.{name}", "not printable ASCII text")
    return {name: value for name, value in headers.items() if value}


def _rate_limit(file: WebConfigFile, said: object) -> RateLimit | None:
    limit = file.mapping("rate_limit", said, ("interval", "burst"))
    if not limit:
        return None
    interval = limit.get("interval", "1s")
    matched = _INTERVAL.fullmatch(interval) if isinstance(interval, str) else None
    seconds = float(matched[1]) * _UNIT_SECONDS[matched[2]] if matched else 0.0
    if not seconds:
        raise file.wrong("rate_limit.interval", "not a duration above 0, such as 1s")
    burst = limit.get("burst", 1)
    if not isinstance(burst, int) or isinstance(burst, bool) or burst < 1:
        raise file.wrong("rate_limit.burst", "not a whole number from 1 up")
    return RateLimit(seconds, burst)
