"""Times as the sources write them, to and from Unix seconds."""

from __future__ import annotations

from datetime import UTC, datetime

from cloud_carbon_exporter.errors import Malformed


def moment(text: object) -> float:
    """Unix seconds of an ISO 8601 time; one without a zone is UTC. Raises Malformed."""
    try:
        at = datetime.fromisoformat(str(text))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise Malformed("a time of the answer is not in ISO 8601") from None


def written(at: float, form: str = "%Y-%m-%dT%H:%MZ") -> str:
    """A moment in UTC, as a request wants it."""
    return datetime.fromtimestamp(at, UTC).strftime(form)
