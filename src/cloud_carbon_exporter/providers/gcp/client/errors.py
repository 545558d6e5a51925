"""What an answer of Google that is not 200 means, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsRefused,
    NotThere,
    PermissionMissing,
    Throttled,
    Unreachable,
)

_DISABLED = frozenset({"SERVICE_DISABLED", "accessNotConfigured", "BILLING_DISABLED"})
_RATE = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED"}
)


class Refused(CollectError):
    """400: one of our parameters is not what the API takes. `details` is all it said."""

    reason: ClassVar[str] = "refused"
    details: str = ""


def _first_detail(error: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    for detail in error.get("details") or ():
        if isinstance(detail, dict) and detail.get("reason"):
            return detail["reason"], detail.get("metadata") or {}
    for old in error.get("errors") or ():
        if isinstance(old, dict) and old.get("reason"):
            return old["reason"], {}
    return "", {}


def _forbidden(
    reason: str, said: Mapping[str, Any], api: str, permissions: tuple[str, ...]
) -> tuple[type[CollectError], str]:
    if reason in _RATE:
        return Throttled, ""
    if reason in _DISABLED:
        service = said.get("service") or f"{api}.googleapis.com"
        return NotThere, f"enable it: gcloud services enable {service}"
    permission = said.get("permission") or ", ".join(permissions)
    return (
        PermissionMissing,
        f"grant {permission}" if permission else f"grant a viewer role for {api}",
    )


def read(status: int, body: Any, *, api: str, permissions: tuple[str, ...]) -> CollectError:
    """The error of ours for an answer with this status and decoded body (None where it is not
    JSON).
    """
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        error = {}
    message = str(error.get("message") or f"HTTP {status}").splitlines()[0][:300]
    reason, said = _first_detail(error)
    if status == 403:
        kind, hint = _forbidden(reason, said, api, permissions)
        return kind(message, hint=hint)
    if status == 400:
        refused = Refused(message)
        refused.details = str(error)
        return refused
    kinds: dict[int, type[CollectError]] = {401: CredentialsRefused, 404: NotThere, 429: Throttled}
    return kinds.get(status, Unreachable if status >= 500 else CollectError)(message)
