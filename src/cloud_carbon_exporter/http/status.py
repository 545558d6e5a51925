"""Status codes: which CollectError an answer that is no success stands for."""

from __future__ import annotations

from collections.abc import Mapping

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsRefused,
    Malformed,
    NotThere,
    PermissionMissing,
    Throttled,
    Unreachable,
)

Kinds = Mapping[int, type[CollectError]]
"""Kind of error by status."""

_KINDS: Kinds = {
    401: CredentialsRefused,
    403: PermissionMissing,
    404: NotThere,
    429: Throttled,
}
_NOT_FOR_LONG = frozenset({429, 500, 502, 503, 504})


def error_kind(status: int, additions: Kinds | None = None) -> type[CollectError]:
    """Kind of error of a status. additions: what the API at hand means by some, said first.

    A redirect is Malformed, as is what no API of ours promises: it is an answer of somebody else,
    a proxy's login page most often.
    """
    if additions and status in additions:
        return additions[status]
    return _KINDS.get(status, Unreachable if status >= 500 else Malformed)


def may_pass(status: int) -> bool:
    """Whether the same request, sent once more a little later, may succeed."""
    return status in _NOT_FOR_LONG
