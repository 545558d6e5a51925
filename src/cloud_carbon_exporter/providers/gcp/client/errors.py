"""Errors of Google: what an answer that is not 200 means, and what a person can do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from cloud_carbon_exporter.errors import CollectError, NotThere, PermissionMissing, Throttled
from cloud_carbon_exporter.http.status import error_kind
from cloud_carbon_exporter.masking import excerpt

# Reasons of 403, as ErrorInfo has them and, in lower case first, the APIs older than it.
_DISABLED = frozenset({"SERVICE_DISABLED", "accessNotConfigured", "BILLING_DISABLED"})
_RATE = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED"}
)


# google.protobuf.Duration, as JSON has it.
_DELAY = re.compile(r"(\d{1,6}(?:\.\d{1,9})?)s")
_MINUTE_SECONDS = 60.0
_LONGEST = 300


class Refused(CollectError):
    """400: one of our parameters is not what the API takes. `details` is all it said."""

    reason: ClassVar[str] = "refused"
    details: str = ""


class UsedUp(Throttled):
    """A quota counted by the minute is used up, and nothing said when to come again."""


def _first_detail(error: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Reason and metadata of an error: of google.rpc.ErrorInfo, else as the oldest APIs say it."""
    for detail in _details(error):
        if detail.get("reason"):
            return detail["reason"], detail.get("metadata") or {}
    for detail in _details(error, "errors"):
        if detail.get("reason"):
            return detail["reason"], {}
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
    """Error of an answer with this status and decoded body, None where it is not JSON."""
    error = _error_of(body)
    told = excerpt(str(error.get("message") or f"HTTP {status}"), _LONGEST)
    message = told.splitlines()[0]
    reason, said = _first_detail(error)
    if status == 403:
        kind, hint = _forbidden(reason, said, api, permissions)
        return kind(message, hint=hint)
    if status == 400:
        refused = Refused(message)
        refused.details = str(error)
        return refused
    return error_kind(status)(message)


def seconds_asked(body: Any) -> float | None:
    """Seconds an error asks to wait in its body, None where it does not say.

    google.rpc.RetryInfo says it in so many words. The ErrorInfo of a quota of a minute names the
    limit (`ReadRequestsPerMinutePerProject`) and, of late, its unit (`1/min/{project}`): such a
    quota is whole again a minute later at the latest.
    """
    for detail in _details(_error_of(body)):
        delay = _DELAY.fullmatch(str(detail.get("retryDelay", "")))
        if delay is not None:
            return float(delay[1])
        metadata = detail.get("metadata")
        if isinstance(metadata, dict) and _is_of_a_minute(metadata):
            return _MINUTE_SECONDS
    return None


def names_another_quota(body: Any) -> bool:
    """Whether an error names a quota that a minute does not make whole: of a day, or of zero."""
    for detail in _details(_error_of(body)):
        metadata = detail.get("metadata")
        if isinstance(metadata, dict) and metadata.get("quota_limit"):
            return not _is_of_a_minute(metadata)
    return False


def _is_of_a_minute(metadata: Mapping[str, Any]) -> bool:
    """Whether a quota was met that is whole again in a minute; one of zero never is."""
    limit, unit = str(metadata.get("quota_limit", "")), str(metadata.get("quota_unit", ""))
    allows_any = metadata.get("quota_limit_value") not in ("0", 0)
    return allows_any and ("PerMinute" in limit or unit.startswith("1/min/"))


def _error_of(body: Any) -> Mapping[str, Any]:
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def _details(error: Mapping[str, Any], key: str = "details") -> Iterator[Mapping[str, Any]]:
    details = error.get(key)
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict):
            yield detail
