"""AWS Lambda: `cloud_carbon_exporter.aws_lambda.handler`, behind a function URL or an API Gateway.

Configured by CLOUD_CARBON_* variables. Each copy of the function serves on its own loopback, in
scrape mode, and hands requests on: what is true of the program is true of the function. Lambda
freezes it between two requests, and a collection that was not finished goes on with the next.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from cloud_carbon_exporter import logs
from cloud_carbon_exporter.config import Settings, load
from cloud_carbon_exporter.http.loopback import Loopback
from cloud_carbon_exporter.providers.options import ScalewayOptions
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.service.service import Service

log = logging.getLogger(__name__)

Event = Mapping[str, Any]
Answer = dict[str, Any]

TIMEOUT = "x-prometheus-scrape-timeout-seconds"
LARGEST_BYTES = 6_000_000
"""Largest answer, in base64: Lambda carries 6 MB back (6,291,556 bytes), headers among them."""

# What Prometheus waits for a scrape where nothing else is configured.
_PROMETHEUS_TIMEOUT_SECONDS = 10.0
# Of the function's own timeout, to answer in.
_MARGIN_SECONDS = 0.5
# RFC 9110, 7.6.1: they speak of one connection, and ours ends here. The host is our own loopback.
_HOP_BY_HOP = frozenset({"connection", "content-length", "host", "keep-alive", "transfer-encoding"})


class Context(Protocol):
    """What Lambda tells of an invocation."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function is ended."""


class Function:
    """One copy of the function: a loop of its own, on which the program serves all requests."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        invocation = load(["-collect.mode=scrape"], environment)
        settings = invocation.settings
        logs.configure(settings.log_level, settings.log_format)
        self._loop = asyncio.new_event_loop()
        self._reread = invocation.reread
        self._settings = without_made_tokens(settings)
        self._service: Service | None = None
        self._loopback: Loopback | None = None

    def __call__(self, event: Event, context: Context) -> Answer:
        """Answer one request. Raises ConfigError when the variables cannot be followed."""
        return self._loop.run_until_complete(self._answer(event, context))

    def close(self) -> None:
        """Stop everything; Lambda never does."""
        self._loop.run_until_complete(self._close())
        self._loop.close()

    async def _opened(self) -> Loopback:
        if self._loopback is None:
            service = Service(self._settings, lambda: without_made_tokens(self._reread()))
            try:
                bound = await service.listen("127.0.0.1", 0)
            except BaseException:  # the copy lives on, and tries again with the next request
                await service.close()
                raise
            self._service = service
            self._loopback = Loopback(f"{bound.scheme}://127.0.0.1:{bound.addresses[0][1]}")
        return self._loopback

    async def _close(self) -> None:
        if self._loopback is not None and self._service is not None:
            await self._loopback.close()
            await self._service.close()

    async def _answer(self, event: Event, context: Context) -> Answer:
        try:
            method, path = event["requestContext"]["http"]["method"], event["rawPath"]
        except (KeyError, TypeError):
            return _text(
                400,
                "this function answers requests of a function URL or an HTTP API,"
                " and no other event",
            )
        loopback = await self._opened()
        query = event.get("rawQueryString", "")
        headers = _carried(event.get("headers", {}))
        headers[TIMEOUT] = f"{scrape_seconds(headers.get(TIMEOUT, ''), context):g}"
        answer = await loopback.send(method, f"{path}{'?' if query else ''}{query}", headers)
        return packed(answer.status, answer.headers, answer.body)


def without_made_tokens(settings: Settings) -> Settings:
    """Settings that make no token of Cockpit: a copy is ended untold, and would leave them all."""
    targets: list[TargetSettings] = []
    for target in settings.targets:
        options = target.options
        if isinstance(options, ScalewayOptions) and options.cockpit_create_tokens:
            options = replace(options, cockpit_create_tokens=False)
        targets.append(replace(target, options=options))
    if tuple(targets) == settings.targets:
        return settings
    log.warning(
        "Lambda ends its copies without notice, so that tokens made here would be left behind: "
        "cockpit-create-tokens is not followed; give SCW_COCKPIT_TOKEN instead"
    )
    return replace(settings, targets=tuple(targets))


def _carried(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers that are handed on, in either direction."""
    return {name: value for name, value in headers.items() if name.lower() not in _HOP_BY_HOP}


def scrape_seconds(asked: str, context: Context) -> float:
    """How long a scrape may take: as Prometheus asks, but never longer than the function lives."""
    try:
        wanted = float(asked)
    except ValueError:
        wanted = _PROMETHEUS_TIMEOUT_SECONDS
    return max(
        _MARGIN_SECONDS,
        min(wanted, context.get_remaining_time_in_millis() / 1000 - _MARGIN_SECONDS),
    )


def packed(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    """An answer as Lambda takes it; one too large for it says so."""
    coded = base64.b64encode(body).decode()
    if len(coded) > LARGEST_BYTES:
        return _text(
            413, "more than Lambda can carry: ask for gzip, or set CLOUD_CARBON_METRICS_LABELS=slim"
        )
    return {
        "statusCode": status,
        "headers": _carried(headers),
        "body": coded,
        "isBase64Encoded": True,
    }


def _text(status: int, message: str) -> Answer:
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    return {
        "statusCode": status,
        "headers": headers,
        "body": f"{message}\n",
        "isBase64Encoded": False,
    }


_function: Function | None = None


def handler(event: Event, context: Context) -> Answer:
    """The handler to name to Lambda."""
    # What lives between two invocations of the same copy, as Lambda has it.
    global _function  # noqa: PLW0603
    if _function is None:
        _function = Function(os.environ)
    return _function(event, context)
