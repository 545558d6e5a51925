"""Moments as Scaleway's API writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def moment(said: Any) -> float | None:
    """Unix seconds of a moment; None where the API says none, or none that can be read."""
    try:
        read = datetime.fromisoformat(said)
    except (TypeError, ValueError):
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def written(at: float) -> str:
    """A moment as the API writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
