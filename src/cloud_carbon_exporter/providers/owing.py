"""Owing: what a client has made in its cloud, and is to give back before the program ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable


@runtime_checkable
class Debtor(Protocol):
    """A client that makes something; `close` gives it back, and is not cut while it is owed."""

    def owed(self) -> Sequence[str]:
        """What is not given back yet, as a person would find it. Asked by any thread."""


def owed_by(clients: Iterable[object]) -> Sequence[str]:
    """What all of them together owe."""
    texts: list[str] = []
    for client in clients:
        if isinstance(client, Debtor):
            texts += client.owed()
    return texts
