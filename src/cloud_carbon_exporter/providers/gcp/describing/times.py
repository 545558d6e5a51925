"""Times of assets: when one was made, by whatever name its API calls that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

CREATION_FIELDS = ("creationTimestamp", "createTime", "timeCreated", "creationTime")
"""Fields that say when an object was made: Compute's, most APIs', Storage's and BigQuery's."""


def moment(told: Any) -> float | None:
    """Unix seconds of a time Google tells; None where it tells none, or one nobody can read.

    BigQuery writes milliseconds since 1970, all others RFC 3339.
    """
    if not told:
        return None
    return _seconds(str(told))


# A listing reads the same time twice: what is gone since the last one is told by it too.
@lru_cache(maxsize=4096)
def _seconds(text: str) -> float | None:
    if text.isdigit():
        return float(text[:15]) / 1000
    try:
        read = datetime.fromisoformat(text)
        seconds = (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    except (OverflowError, ValueError):
        return None
    # An empty google.protobuf.Timestamp is written as the year 1970, or the year 1.
    return seconds if seconds > 0 else None


def created(data: Mapping[str, Any]) -> float | None:
    """Creation of an object, as its API shows it; None where it does not say."""
    for field in CREATION_FIELDS:
        if field in data:
            return moment(data[field])
    return None
