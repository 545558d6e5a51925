"""Refusals: what is optional and a cloud does not allow, each with what it would bring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple, Protocol, runtime_checkable

from cloud_carbon_exporter.errors import CollectError, PermissionMissing
from cloud_carbon_exporter.model.snapshot import Refusal


class _Asked(NamedTuple):
    """What was asked for. place: where a cloud may refuse in one and allow in another."""

    account_id: str
    permission: str
    place: str


class Refusals:
    """Refusals of one client that stand: of each call the newest word counts.

    purposes: permission -> what it would bring. meant_by: errors that are a refusal.
    """

    def __init__(
        self,
        provider: str,
        purposes: Mapping[str, str],
        meant_by: tuple[type[CollectError], ...] = (PermissionMissing,),
    ) -> None:
        self._provider = provider
        self._purposes = purposes
        self._meant_by = meant_by
        self._standing: dict[_Asked, str] = {}

    @contextmanager
    def asking(self, account_id: str, permission: str, place: str = "") -> Iterator[None]:
        """Keep in mind how the calls inside end; whatever they raise passes."""
        asked = _Asked(account_id, permission, place)
        try:
            yield
        except self._meant_by as error:
            self._standing[asked] = str(error)
            raise
        else:
            self._standing.pop(asked, None)

    def standing(self) -> tuple[Refusal, ...]:
        """What is refused, once an account and permission."""
        refused: dict[tuple[str, str], Refusal] = {}
        for asked, error in sorted(self._standing.items()):
            purpose = self._purposes[asked.permission]
            refusal = Refusal(self._provider, asked.account_id, asked.permission, purpose, error)
            refused.setdefault((asked.account_id, asked.permission), refusal)
        return tuple(refused.values())


@runtime_checkable
class Asks(Protocol):
    """A client that asks for what is optional."""

    refusals: Refusals


def refused_to(client: object) -> tuple[Refusal, ...]:
    """What a client is refused of what is optional."""
    return client.refusals.standing() if isinstance(client, Asks) else ()
