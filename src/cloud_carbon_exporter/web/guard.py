"""Guard of every request: how many at once, who may ask, and how long an answer may take."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.typedefs import Handler

from cloud_carbon_exporter.web import tls
from cloud_carbon_exporter.web.hosts import OwnNames, answers_for, name_in
from cloud_carbon_exporter.web.passwords import Busy, Passwords
from cloud_carbon_exporter.web.settings import SERVING, path_of
from cloud_carbon_exporter.web.web_config import WebConfig

log = logging.getLogger(__name__)

# from the connection to the end of the first request's headers
HEAD_SECONDS = 10.0
# Prometheus' usual intervals are shorter
KEEPALIVE_SECONDS = 90.0
# from the headers to the last byte taken, if the scrape's own timeout is not longer
ANSWER_SECONDS = 100.0
LONGEST_ANSWER_SECONDS = 600.0
CONNECTIONS_MOST = 512
# answers under way; an answer is made once for all who ask
AT_ONCE = {"metrics": 16, "api": 16}

_REALM = {"WWW-Authenticate": 'Basic realm="cloud-carbon-exporter", charset="UTF-8"'}
_CLOSE = {"Connection": "close"}
_AGAIN = {"Retry-After": "1", "Connection": "close"}
_LOGGED_SECONDS = 60.0


class Refused(Exception):
    """Request that is not answered. status: of HTTP; headers: what goes with it."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}


def _answer_seconds(request: web.Request) -> float:
    """How long an answer may take: longer where the scrape says that it waits longer."""
    timeout = request.headers.get("X-Prometheus-Scrape-Timeout-Seconds", "")
    seconds = float(timeout) if timeout.replace(".", "", 1).isdecimal() else 0.0
    return min(max(ANSWER_SECONDS, seconds + HEAD_SECONDS), LONGEST_ANSWER_SECONDS)


def _sort(path: str) -> str:
    """Which of AT_ONCE a request counts to; empty for what costs nothing."""
    if path == "/metrics":
        return "metrics"
    return "api" if path.startswith("/api/") else ""


@dataclass(slots=True)
class _Minutely:
    """What is logged once a minute at most: who asks must not fill the log."""

    _at: float = float("-inf")

    def is_due(self) -> bool:
        now = time.monotonic()
        if now - self._at < _LOGGED_SECONDS:
            return False
        self._at = now
        return True


@dataclass(slots=True)
class Guard:
    """Guard with the web config in force. due: when each connection is cut, by its protocol."""

    config: WebConfig = field(default_factory=WebConfig)
    own: OwnNames = field(default_factory=OwnNames)
    due: dict[object, float] = field(default_factory=dict)
    _passwords: Passwords = field(default_factory=lambda: Passwords({}))
    _under_way: Counter[str] = field(default_factory=Counter)
    _tokens: float = 0.0
    _counted_at: float = 0.0
    _wrong_password: _Minutely = field(default_factory=_Minutely)
    _wrong_host: _Minutely = field(default_factory=_Minutely)

    def use(self, config: WebConfig) -> None:
        """Hold to another config from now on; who was let in before shows the password again."""
        self.config, self._passwords = config, Passwords(config.users)
        self._tokens = config.rate_limit.burst if config.rate_limit else 0.0
        self._counted_at = time.monotonic()

    async def admit(self, request: web.Request) -> None:
        """Raises Refused for who may not ask, or not now."""
        # before anything else: who is refused does not keep a connection either
        self.due[request.protocol] = asyncio.get_running_loop().time() + _answer_seconds(request)
        self._check_host(request)
        if not self._token():
            raise Refused(429, "more requests than rate_limit allows", _AGAIN)
        encryption = self.config.tls
        if encryption and encryption.allowed_sans and request.transport is not None:
            # the CA is trusted already: OpenSSL has checked the chain before the first byte of HTTP
            shown = tls.names(request.transport.get_extra_info("peercert"))
            if not shown & encryption.allowed_sans:
                raise Refused(403, "no name of the client certificate is allowed")
        if self.config.users:
            await self._authenticate(request)

    def _check_host(self, request: web.Request) -> None:
        # not request.host, which asks DNS for a name where the request holds none
        hosts: list[str] = list(request.headers.getall("Host", ()))
        if answers_for(hosts, self.own.names, request.app[SERVING].settings.hosts):
            return
        name = ascii(name_in(hosts[-1])[:80])
        if self._wrong_host.is_due():
            log.warning(
                "asked from %s as %s, which is no name of this server; -web.allowed-hosts adds "
                "one; more in the next minute are not logged",
                _who(request),
                name,
            )
        raise Refused(421, f"{name} is no name of this server; -web.allowed-hosts adds one", _CLOSE)

    async def _authenticate(self, request: web.Request) -> None:
        try:
            if await self._passwords.right(request.headers.get("Authorization", "")):
                return
        except Busy:
            raise Refused(503, "too many passwords wait to be checked", _AGAIN) from None
        if "Authorization" in request.headers and self._wrong_password.is_due():
            # without the name that was tried: people type passwords there
            log.warning(
                "wrong user or password from %s; more in the next minute are not logged",
                _who(request),
            )
        raise Refused(401, "user and password are needed", _REALM)

    def _token(self) -> bool:
        limit = self.config.rate_limit
        if limit is None:
            return True
        now = time.monotonic()
        earned = (now - self._counted_at) / limit.interval_seconds
        self._tokens, self._counted_at = min(limit.burst, self._tokens + earned), now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def enter(self, path: str) -> str:
        """Count an answer under way, for `leave`. Raises Refused where too many of its sort are."""
        sort = _sort(path)
        if sort and self._under_way[sort] >= AT_ONCE[sort]:
            raise Refused(503, f"{AT_ONCE[sort]} answers are under way already", _AGAIN)
        self._under_way[sort] += 1
        return sort

    def leave(self, sort: str) -> None:
        """An answer has ended."""
        self._under_way[sort] -= 1

    def cut(self, server: web.Server, now: float) -> None:
        """End the connections whose time is up, and the oldest when there are too many."""
        due: dict[object, float] = {}
        for protocol in server.connections:
            due[protocol] = self.due.get(protocol, now + HEAD_SECONDS)
        self.due = due
        # the longest without a request first: a scraper asks again within the minute
        by_age = sorted(server.connections, key=lambda protocol: self.due[protocol])
        too_many = len(by_age) - CONNECTIONS_MOST
        for rank, protocol in enumerate(by_age):
            if (rank < too_many or self.due[protocol] < now) and protocol.transport is not None:
                protocol.transport.abort()


def _who(request: web.Request) -> str:
    return (request.remote or "").removeprefix("::ffff:")  # IPv4, on a socket of both


GUARD = web.AppKey("guard", Guard)


@web.middleware
async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer who may ask."""
    guard = request.app[GUARD]
    await guard.admit(request)
    sort = guard.enter(path_of(request))
    try:
        return await handler(request)
    finally:
        guard.leave(sort)
