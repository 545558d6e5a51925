"""Requests to a receiver: its headers, bounded tries, and errors that show no credential."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cloud_carbon_exporter.errors import CollectError, CredentialsMissing, Malformed
from cloud_carbon_exporter.http.retry import (
    Again,
    Patience,
    again_if_unreachable,
    persistent,
    seconds_asked,
)
from cloud_carbon_exporter.http.sent import remember_given
from cloud_carbon_exporter.http.session import Bounds, Request, Session
from cloud_carbon_exporter.http.status import error_kind, may_pass
from cloud_carbon_exporter.masking import excerpt
from cloud_carbon_exporter.push.protocol import Protocol

PATIENCE = Patience(tries=4, first_pause_seconds=0.5, longest_pause_seconds=30)
SILENCE_SECONDS = 20.0
LARGEST_ANSWER_BYTES = 1 << 20
"""Largest answer: what a receiver says is a line, and what a proxy before it says a page."""


def read_headers(file: str, operation: str) -> dict[str, str]:
    """Headers of a file, `Name: value` a line; # begins a comment.

    Raises CredentialsMissing, which shows no value.
    """
    if not file:
        return {}
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialsMissing(
            f"cannot read {file}: {type(error).__name__}", operation=operation
        ) from None
    headers = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, value = line.partition(":")
        name, value = name.strip(), value.strip()
        if not colon or not name or not name.isascii() or not value.isprintable():
            raise CredentialsMissing(
                f"{file}: line {number} is not `Name: value`", operation=operation
            )
        headers[name] = value
    return headers


class NotUnderstood(Malformed):
    """Answer of a receiver that does not know the protocol it was spoken to in."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """One place to send to. operation: how it is called in metrics and messages."""

    url: str
    operation: str
    headers: Mapping[str, str]


def open_session() -> Session:
    """Session towards one receiver."""
    return Session(
        Bounds(silence_seconds=SILENCE_SECONDS, connections=1, largest_bytes=LARGEST_ANSWER_BYTES)
    )


async def send(session: Session, receiver: Receiver, protocol: Protocol, body: bytes) -> bytes:
    """POST a body until it is taken. Returns the answer. Raises the CollectError of the last try.

    The same samples may arrive twice: to remote-write and OTLP a sample of the same moment and
    value is the same sample.
    """
    remember_given(receiver.headers)
    headers = {**_unreserved(receiver.headers, protocol), **protocol.headers}
    request = Request(receiver.url, "POST", headers=headers, body=body)
    try:
        return await persistent(lambda: _try(session, request, protocol), PATIENCE)
    except CollectError as error:
        error.provider, error.operation = "push", receiver.operation
        raise


def _unreserved(headers: Mapping[str, str], protocol: Protocol) -> dict[str, str]:
    """Headers of the operator without those that are the protocol's, however they are spelled."""
    reserved = {"user-agent", *map(str.lower, protocol.headers)}
    return {name: value for name, value in headers.items() if name.lower() not in reserved}


async def _try(session: Session, request: Request, protocol: Protocol) -> bytes:
    answer = await again_if_unreachable(session.send(request))
    words = excerpt(" ".join(answer.body.decode("utf-8", "replace").split()), 160)
    if not protocol.understood(answer):
        raise NotUnderstood(f"{answer.status} {words}".strip() + f": no answer of {protocol.name}")
    if 200 <= answer.status < 300:
        return answer.body
    error = error_kind(answer.status)(f"{answer.status} {words}".strip())
    if may_pass(answer.status):
        raise Again(error, seconds_asked(answer.headers))
    raise error
