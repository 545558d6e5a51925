"""Flags that say where figures are pushed to."""

from __future__ import annotations

import re

from cloud_carbon_exporter.config.flag import SERVE, Flag, flags_in
from cloud_carbon_exporter.config.kinds import boolean, choice, several, text
from cloud_carbon_exporter.config.quantities import duration
from cloud_carbon_exporter.config.values import Kind
from cloud_carbon_exporter.push.settings import RemoteWriteVersion, ResourceOf

_URL = re.compile(r"https?://[^\s/@]+(/[^\s@]*)?")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*=.+")
_HEADERS = (
    "File with HTTP headers to send, `Name: value` a line, such as Authorization: Bearer ...; read "
    "before each push."
)


def _url() -> Kind[str]:
    """HTTP URL without a user: what stands on a command line is seen by everybody."""

    def accept(value: object) -> str:
        word = value.strip() if isinstance(value, str) else None
        if word is None or (word and not _URL.fullmatch(word)):
            raise ValueError("is no such URL")
        return word

    allowed = (
        "a URL of http or https without a user or password (those belong into the headers file)"
    )
    return Kind("URL", allowed, accept, accept, "", secret=True)


def _labels() -> Kind[tuple[str, ...]]:
    inner = several("PAIRS")

    def accept(value: object) -> tuple[str, ...]:
        words = inner.accept(value)
        if not all(map(_LABEL.fullmatch, words)):
            raise ValueError("is not of the form name=value")
        return words

    return Kind("PAIRS", "name=value, several with commas", accept, accept, ())


REMOTE_WRITE_URL = Flag(
    "push.remote-write.url",
    _url(),
    "",
    "Where to push by Prometheus remote write, such as http://prometheus:9090/api/v1/write. Needs "
    "the extra remote-write.",
    commands=SERVE,
)
REMOTE_WRITE_HEADERS_FILE = Flag(
    "push.remote-write.headers-file", text("FILE"), "", _HEADERS, commands=SERVE
)
REMOTE_WRITE_VERSION: Flag[RemoteWriteVersion] = Flag(
    "push.remote-write.version",
    choice("auto", "1.0", "2.0"),
    "auto",
    "Version of remote write; auto: 2.0, and 1.0 where the receiver does not take it.",
    commands=SERVE,
)
OTLP_ENDPOINT = Flag(
    "push.otlp.endpoint",
    _url(),
    "",
    "Where to push by OTLP over HTTP, such as http://collector:4318; OTEL_EXPORTER_OTLP_HEADERS is "
    "honoured.",
    commands=SERVE,
)
OTLP_HEADERS_FILE = Flag("push.otlp.headers-file", text("FILE"), "", _HEADERS, commands=SERVE)
OTLP_RESOURCE: Flag[ResourceOf] = Flag(
    "push.otlp.resource",
    choice("place", "each", "exporter"),
    "place",
    "What an OTLP resource is, and so which cloud.* attributes it has: each cloud, account, region "
    "and zone; each resource of a cloud (cloud.resource_id); or this exporter alone, with none.",
    commands=SERVE,
)
OTLP_HARDWARE_NAMES = Flag(
    "push.otlp.hardware-names",
    boolean(),
    "false",
    "Push hw.power and hw.energy as well, OpenTelemetry's names of what each resource draws; they "
    "may yet change there.",
    commands=SERVE,
)
PUSH_INTERVAL = Flag(
    "push.interval",
    duration(),
    "1m",
    "Time between two pushes of the newest figures.",
    commands=SERVE,
)
# A scrape adds job and instance; what is pushed has to bring them itself.
PUSH_LABELS = Flag(
    "push.labels",
    _labels(),
    "job=cloud-carbon-exporter",
    "Labels of every pushed series, as a scrape's job and instance are; with -shard give each its "
    "instance.",
    commands=SERVE,
)

PUSH_FLAGS = flags_in(globals())
