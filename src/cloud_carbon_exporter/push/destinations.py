"""Destinations of a push: which receivers the settings name, and how each is spoken to."""

from __future__ import annotations

import os
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from cloud_carbon_exporter.push import otlp, remote_write
from cloud_carbon_exporter.push.samples import Labels, Sample
from cloud_carbon_exporter.push.settings import PushSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A receiver and its protocol. encode: a batch, the common labels, the moment -> a body.

    rejected: how many samples of a request an answer of success refuses all the same.
    environment_headers: those the ecosystem's own variable says.
    """

    name: str
    operation: str
    url: str
    headers_file: str
    headers: Mapping[str, str]
    encode: Callable[[Sequence[Sample], Labels, float], bytes]
    rejected: Callable[[bytes], int] = lambda answer: 0
    environment_headers: Mapping[str, str] = field(default_factory=dict)


def destinations(
    settings: PushSettings, since: float, environment: Mapping[str, str] = os.environ
) -> list[Destination]:
    """Destinations of the settings. since: when counting began.

    Raises ConfigError where an optional library is missing.
    """
    wanted = []
    if settings.remote_write_url:
        remote_write.check()
        wanted.append(_remote_write(settings))
    if settings.otlp_endpoint:
        wanted.append(_otlp(settings, since, environment))
    return wanted


def _remote_write(settings: PushSettings) -> Destination:
    return Destination(
        name="remote-write",
        operation="write",
        url=settings.remote_write_url,
        headers_file=settings.remote_write_headers_file,
        headers=remote_write.HEADERS,
        encode=remote_write.request,
    )


def _otlp(settings: PushSettings, since: float, environment: Mapping[str, str]) -> Destination:
    return Destination(
        name="otlp",
        operation="export",
        url=otlp.url(settings.otlp_endpoint),
        headers_file=settings.otlp_headers_file,
        headers=otlp.HEADERS,
        encode=partial(otlp.request, since=since),
        rejected=otlp.rejected,
        environment_headers=_environment_headers(environment.get("OTEL_EXPORTER_OTLP_HEADERS", "")),
    )


def _environment_headers(text: str) -> dict[str, str]:
    """Headers of OTEL_EXPORTER_OTLP_HEADERS: name=value, percent-encoded, with commas between."""
    headers = {}
    for pair in text.split(","):
        name, equals, value = pair.partition("=")
        if equals:
            headers[name.strip()] = urllib.parse.unquote(value.strip())
    return headers
