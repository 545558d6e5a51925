"""Cockpit tokens made on demand: one for each project and region, held in memory, deleted at the
end.

A token's name ends in a suffix of this process alone, so that replicas leave one another's tokens
be.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any

from cloud_carbon_exporter.errors import CollectError, Malformed, NotThere, PermissionMissing
from cloud_carbon_exporter.providers.scaleway.client.http import Answer, Call

if TYPE_CHECKING:
    from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient

log = logging.getLogger(__name__)

NAME = "cloud-carbon-exporter"
PERMISSION = "ObservabilityFullAccess"
SCOPE = "read_only_metrics"
AGAIN_SECONDS = 3600.0
SETTLING_SECONDS = 60.0  # a token this young may not be known everywhere yet
CLOSING_SECONDS = 1.0

Place = tuple[str, str]  # project, region


@dataclass(frozen=True, slots=True)
class Token:
    """A token of ours."""

    id: str
    region: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Slot:
    """The one attempt of the hour for a project and region."""

    task: asyncio.Task[Token] = field(repr=False)
    asked_at: float


class MadeTokens:
    """The tokens this process has made for one organisation. At most one an hour is asked for each
    place.
    """

    def __init__(self, client: ScalewayClient, clock: Callable[[], float] = monotonic) -> None:
        self.clock = clock
        self.name = f"{NAME}-{secrets.token_hex(4)}"
        self._client = client
        self._slots: dict[Place, _Slot] = {}
        self._rejected: dict[Place, CollectError] = {}
        self._said = False

    async def secret(self, project: str, region: str) -> str:
        """The secret of the place's token, which is made where there is none; empty where making
        one is forbidden.

        Raises what making it failed with, or why Cockpit rejected it, until the hour is over.
        """
        place = (project, region)
        slot = self._slots.get(place)
        if slot is None or (
            self._unfit(place, slot) and self.clock() - slot.asked_at >= AGAIN_SECONDS
        ):
            self._rejected.pop(place, None)
            slot = _Slot(asyncio.create_task(self._make(project, region)), self.clock())
            self._slots[place] = slot
        if place in self._rejected:
            raise self._rejected[place]
        try:
            made = await asyncio.shield(slot.task)
        except PermissionMissing as error:
            self._say(error)
            return ""
        except NotThere:
            return ""
        return made.secret

    def _unfit(self, place: Place, slot: _Slot) -> bool:
        return place in self._rejected or (slot.task.done() and _result(slot.task) is None)

    def _say(self, error: CollectError) -> None:
        if not self._said:
            self._said = True
            log.warning("utilisation is not measured, as no Cockpit token can be made: %s", error)

    async def rejected(self, secret: str, error: CollectError) -> None:
        """Cockpit rejects this secret: if it is one of ours, and no new one, it is dropped and
        deleted.
        """
        for place, slot in self._slots.items():
            made = _result(slot.task)
            young = self.clock() - slot.asked_at < SETTLING_SECONDS
            if made is None or made.secret != secret or young or place in self._rejected:
                continue
            self._rejected[place] = error
            await self._delete([made])

    async def close(self) -> None:
        """Delete what was made and is held, within a second; what cannot be deleted is left, and
        said.
        """
        slots, self._slots = self._slots, {}
        tasks = [slot.task for slot in slots.values()]
        if not tasks:
            return
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                await asyncio.gather(*tasks, return_exceptions=True)
                held = [
                    _result(slot.task)
                    for place, slot in slots.items()
                    if place not in self._rejected
                ]
                await self._delete([made for made in held if made is not None])
        except TimeoutError:
            log.warning("scaleway: Cockpit tokens named %s could not be deleted in time", self.name)

    async def _make(self, project: str, region: str) -> Token:
        body = {"project_id": project, "name": self.name, "token_scopes": [SCOPE]}
        document = (await self._send("POST", "CreateToken", region, "", body)).document
        made = document if isinstance(document, dict) else {}
        if not (isinstance(made.get("id"), str) and isinstance(made.get("secret_key"), str)):
            raise Malformed(
                "cockpit: the answer holds no token",
                provider="scaleway",
                account_id=self._client.organization_id,
                region=region,
                operation="CreateToken",
            )
        return Token(made["id"], region, made["secret_key"])

    async def _delete(self, tokens: list[Token]) -> None:
        async def delete(token: Token) -> None:
            try:
                async with asyncio.timeout(CLOSING_SECONDS):
                    await self._send("DELETE", "DeleteToken", token.region, f"/{token.id}", None)
            except NotThere:
                return
            except (CollectError, TimeoutError) as error:
                log.warning(
                    "scaleway: the Cockpit token %s could not be deleted: %s", self.name, error
                )

        await asyncio.gather(*map(delete, tokens))

    async def _send(
        self, method: str, operation: str, region: str, end: str, body: Mapping[str, Any] | None
    ) -> Answer:
        credentials = self._client.credentials
        return await self._client.http.send(
            Call(
                f"{credentials.api_url}/cockpit/v1/regions/{region}/tokens{end}",
                "cockpit",
                operation,
                headers={"X-Auth-Token": credentials.secret_key},
                place=region,
                permission=PERMISSION,
                json=method == "POST",
                method=method,
                body=body,
            )
        )


def _result(task: asyncio.Task[Token]) -> Token | None:
    """The token, where the task has ended well."""
    return (
        task.result() if task.done() and not task.cancelled() and task.exception() is None else None
    )
