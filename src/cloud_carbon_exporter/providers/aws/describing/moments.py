"""Moments as AWS' answers tell them: Unix seconds, ISO 8601, or a sentence that holds a time."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Any

# EC2 writes "User initiated (2016-04-18 21:15:09 GMT)", or "Service initiated (...)" of a Spot
# instance it takes back. What the machine's own operating system shut down has no time.
_TRANSITION = re.compile(r"\((\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?:GMT|UTC)\)")
_LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()


def moment(told: Any) -> float | None:
    """Unix seconds of a timestamp; None for what is none.

    The JSON protocols write seconds as a number, the others ISO 8601 in UTC; moto gives both.
    """
    if isinstance(told, str):
        return _of_text(told)
    if isinstance(told, datetime):
        return told.timestamp()
    if isinstance(told, bool) or not isinstance(told, (int, float)):
        return None
    return float(told) if math.isfinite(told) and 0 < told < _LATEST else None


def _of_text(text: str) -> float | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    # without a zone it is UTC: AWS knows no other
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return at.timestamp()


def of_transition(reason: str) -> float | None:
    """Unix seconds of an EC2 StateTransitionReason; None where it tells no time."""
    match = _TRANSITION.search(reason)
    return None if match is None else _of_text(match[1])
