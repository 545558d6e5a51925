"""What can go wrong, as values that speak to a person.

    ExporterError
    +-- ConfigError            a flag, variable or file says something impossible: exit 2
    +-- CollectError           a call to a cloud failed; carries where, and what to do
        +-- CredentialsMissing     none found anywhere: exit 1 when no target has any
        +-- CredentialsRefused     found, but expired, invalid or not allowed to start
        +-- PermissionMissing      one call is forbidden; names the permission to grant
        +-- NotThere               the API is disabled, or the product absent in this region
        +-- Throttled              asked too often, retries included
        +-- Unreachable            no connection, no answer, cut short, 5xx
        +-- Malformed              an answer that cannot be read
        |   +-- NoList             a success that lacks the list it was asked for
        +-- Implausible            a figure outside what can be meant: another unit, most likely
        +-- Stale                  an answer older than it may be
        +-- DeadlineExceeded       the sweep took longer than it may
        +-- Incomplete             kinds a listing feeds failed, the others are whole

`reason` is the short code of the errors_total label. Messages never hold a secret: whatever URL
they quote is masked (masking.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from cloud_carbon_exporter.masking import masked


class ExporterError(Exception):
    """Base of all errors of ours."""

    def __init__(self, message: str) -> None:
        super().__init__(masked(message))


class ConfigError(ExporterError):
    """The configuration cannot be followed: says which flag or key, its value, what is allowed."""


class CollectError(ExporterError):
    """A call to a cloud failed. `str()` reads: what failed, where, and what to do.

    message: what the cloud said, in one line. hint: what the person can do, e.g. the permission to
        grant.
    """

    reason: ClassVar[str] = "error"

    def __init__(
        self,
        message: str,
        *,
        provider: str = "",
        account_id: str = "",
        region: str = "",
        operation: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(message)
        self.message = masked(message)
        self.provider = provider
        self.account_id = account_id
        self.region = region
        self.operation = operation
        self.hint = masked(hint)

    def bare(self) -> Self:
        """The same without what led to it, to be kept.

        A traceback keeps whole frames alive, and in them the bodies of answers: megabytes a region.
        """
        self.__traceback__ = self.__cause__ = self.__context__ = None
        return self

    def __str__(self) -> str:
        where = " ".join(
            part for part in (self.provider, self.account_id, self.region, self.operation) if part
        )
        text = f"{where}: {self.message}" if where else self.message
        return f"{text} ({self.hint})" if self.hint else text


class CredentialsMissing(CollectError):
    """No credentials found; the message lists every place that was tried."""

    reason: ClassVar[str] = "credentials_missing"


class CredentialsRefused(CollectError):
    """Credentials were found and refused: expired, invalid, or their role may not be assumed."""

    reason: ClassVar[str] = "credentials_refused"


class PermissionMissing(CollectError):
    """One call is forbidden. The hint names the permission."""

    reason: ClassVar[str] = "permission_missing"


class NotThere(CollectError):
    """The API is not enabled, or the product does not exist in this region."""

    reason: ClassVar[str] = "not_there"


class Throttled(CollectError):
    """The provider asked us to slow down, and still did after the retries."""

    reason: ClassVar[str] = "throttled"


class Unreachable(CollectError):
    """No connection, no answer in time, one cut short, or a server error after the retries."""

    reason: ClassVar[str] = "unreachable"


class Malformed(CollectError):
    """The answer cannot be read as what the API promises."""

    reason: ClassVar[str] = "malformed"


class NoList(Malformed):
    """An answer of success lacks the list that was asked for.

    Of a place where nothing was ever listed it means an empty list: some APIs leave that out.
    """


class Implausible(CollectError):
    """A figure lies outside what can be meant, as in another unit."""

    reason: ClassVar[str] = "implausible"


class Stale(CollectError):
    """The newest figure an answer holds speaks for the present no more."""

    reason: ClassVar[str] = "stale"


class DeadlineExceeded(CollectError):
    """The sweep did not end within its deadline."""

    reason: ClassVar[str] = "deadline"


class Incomplete(CollectError):
    """A listing of several parts lacks some, and is whole but for them.

    failures: kind -> why it is missing.
    """

    reason: ClassVar[str] = "incomplete"

    def __init__(self, failures: Mapping[str, CollectError]) -> None:
        super().__init__("; ".join(dict.fromkeys(map(str, failures.values()))))
        self.failures = failures


def _reasons(error: type[CollectError]) -> set[str]:
    found = {error.reason}
    for narrower in error.__subclasses__():
        found |= _reasons(narrower)
    return found


REASONS: tuple[str, ...] = tuple(sorted(_reasons(CollectError)))
"""Every reason there is: a closed set, as it is a label."""
