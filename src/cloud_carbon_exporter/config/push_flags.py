"""The flags that say where figures are pushed to."""

from __future__ import annotations

import re

from cloud_carbon_exporter.config.flag import Flag
from cloud_carbon_exporter.config.values import Kind, duration, several, text

_SERVE = ("serve",)
_URL = re.compile(r"https?://[^\s/@]+(/[^\s@]*)?")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*=.+")


def _url() -> Kind:
    """An HTTP URL without a user: what stands on a command line is seen by everybody."""

    def accept(value: object) -> str:
        if not isinstance(value, str) or (value.strip() and not _URL.fullmatch(value.strip())):
            raise ValueError("is no such URL")
        return value.strip()

    allowed = (
        "a URL of http or https without a user or password (those belong into the headers file)"
    )
    return Kind("URL", allowed, accept, accept, secret=True)


def _labels() -> Kind:
    inner = several("PAIRS")

    def accept(value: object) -> tuple[str, ...]:
        words: tuple[str, ...] = inner.accept(value)
        if not all(_LABEL.fullmatch(word) for word in words):
            raise ValueError("is not of the form name=value")
        return words

    return Kind("PAIRS", "name=value, several with commas", accept, accept, empty=())


_HEADERS = "File with HTTP headers to send, `Name: value` a line, such as Authorization: Bearer ...; read before each push."

PUSH_FLAGS: tuple[Flag, ...] = (
    Flag(
        "push.remote-write.url",
        _url(),
        "",
        "Where to push by Prometheus remote write, such as http://prometheus:9090/api/v1/write. Needs the extra "
        "remote-write.",
        commands=_SERVE,
    ),
    Flag("push.remote-write.headers-file", text("FILE"), "", _HEADERS, commands=_SERVE),
    Flag(
        "push.otlp.endpoint",
        _url(),
        "",
        "Where to push by OTLP over HTTP, such as http://collector:4318; OTEL_EXPORTER_OTLP_HEADERS is honoured.",
        commands=_SERVE,
    ),
    Flag("push.otlp.headers-file", text("FILE"), "", _HEADERS, commands=_SERVE),
    Flag(
        "push.interval",
        duration(),
        "1m",
        "Time between two pushes of the newest figures.",
        commands=_SERVE,
    ),
    Flag(
        "push.labels",
        _labels(),
        "job=cloud-carbon-exporter",
        "Labels of every pushed series, as a scrape's job and instance are; with -shard give each its instance.",
        commands=_SERVE,
    ),
)
