"""Destinations of a push: which receivers the settings name, and how each is spoken to."""

from __future__ import annotations

import os
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from cloud_carbon_exporter.push import otlp, remote_write, remote_write_2
from cloud_carbon_exporter.push.protocol import Protocol
from cloud_carbon_exporter.push.settings import PushSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A receiver. protocols: those it may understand, the newest first.

    environment_headers: those the ecosystem's own variable says.
    """

    name: str
    operation: str
    url: str
    headers_file: str
    protocols: tuple[Protocol, ...]
    environment_headers: Mapping[str, str] = field(default_factory=dict)


def destinations(
    settings: PushSettings, since: float | None, environment: Mapping[str, str] = os.environ
) -> list[Destination]:
    """Destinations of the settings. since: when counting began; None where nobody knows.

    Raises ConfigError where an optional library is missing.
    """
    wanted = []
    if settings.remote_write_url:
        remote_write.check()
        wanted.append(_remote_write(settings, since))
    if settings.otlp_endpoint:
        wanted.append(_otlp(settings, since, environment))
    return wanted


def _remote_write(settings: PushSettings, since: float | None) -> Destination:
    newest = Protocol(
        name="remote write 2.0",
        headers=remote_write_2.HEADERS,
        encode=partial(remote_write_2.request, since=since),
        understood=remote_write_2.understood,
    )
    first = Protocol(
        name="remote write 1.0", headers=remote_write.HEADERS, encode=remote_write.request
    )
    protocols = {"auto": (newest, first), "2.0": (newest,), "1.0": (first,)}
    return Destination(
        name="remote-write",
        operation="write",
        url=settings.remote_write_url,
        headers_file=settings.remote_write_headers_file,
        protocols=protocols[settings.remote_write_version],
    )


def _otlp(
    settings: PushSettings, since: float | None, environment: Mapping[str, str]
) -> Destination:
    conventions = otlp.Conventions(since, settings.otlp_resource_of, settings.otlp_hardware_names)
    protocol = Protocol(
        name="OTLP",
        headers=otlp.HEADERS,
        encode=partial(otlp.request, conventions=conventions),
        rejected=otlp.rejected,
    )
    return Destination(
        name="otlp",
        operation="export",
        url=otlp.url(settings.otlp_endpoint),
        headers_file=settings.otlp_headers_file,
        protocols=(protocol,),
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
