"""Cockpit tokens made on demand: one for each project and region.

They are held in memory alone, and deleted at the end. A token's name ends in a suffix of this
process, so that replicas leave one another's tokens be.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, NamedTuple

from cloud_carbon_exporter.errors import CollectError, Malformed, NotThere, PermissionMissing
from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.scaleway.client.http import Call, Success

log = logging.getLogger(__name__)

NAME = "cloud-carbon-exporter"
PERMISSION = "ObservabilityFullAccess"
SCOPE = "read_only_metrics"
# A refusal seldom passes sooner.
AGAIN_SECONDS = 3600.0
# A new token may not be known everywhere yet.
SETTLING_SECONDS = 60.0
# The end of the program waits no longer for what is a courtesy.
CLOSING_SECONDS = 1.0


class SourceKey(NamedTuple):
    """Key of a Cockpit data source: a token opens those of one project in one region."""

    project_id: str
    region: str


@dataclass(frozen=True, slots=True)
class Token:
    """Token of ours."""

    id: str
    region: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Making:
    """The one attempt of the hour to make a token for a source."""

    task: asyncio.Task[Token] = field(repr=False)
    asked_at: float

    @property
    def token(self) -> Token | None:
        """The token, where the attempt has ended well."""
        ended = self.task.done() and not self.task.cancelled()
        return self.task.result() if ended and self.task.exception() is None else None


class MadeTokens:
    """Tokens this process has made for one organisation; at most one an hour for each source."""

    def __init__(self, api: Api, clock: Callable[[], float] = monotonic) -> None:
        self.clock = clock
        self.name = f"{NAME}-{secrets.token_hex(4)}"
        self._api = api
        self._makings: dict[SourceKey, _Making] = {}
        self._rejected: dict[SourceKey, CollectError] = {}
        self._said = False

    async def secret(self, source: SourceKey) -> str:
        """Secret of the source's token, which is made where there is none; empty where it must not.

        Raises what making it failed with, or why Cockpit rejected it, until the hour is over.
        """
        making = self._makings.get(source)
        if making is None or self._is_due(source, making):
            self._rejected.pop(source, None)
            making = _Making(asyncio.create_task(self._make(source)), self.clock())
            self._makings[source] = making
        if source in self._rejected:
            raise self._rejected[source]
        try:
            # Whoever waits may be cut at a deadline; the token that is being made is to be kept.
            token = await asyncio.shield(making.task)
        except PermissionMissing as error:
            self._say(error)
            return ""
        except NotThere:
            return ""
        return token.secret

    def _is_due(self, source: SourceKey, making: _Making) -> bool:
        """Whether a token that failed, or was rejected, may be made anew: an hour is over."""
        failed = making.task.done() and making.token is None
        unfit = failed or source in self._rejected
        return unfit and self.clock() - making.asked_at >= AGAIN_SECONDS

    def _say(self, error: CollectError) -> None:
        if not self._said:
            self._said = True
            log.warning("utilisation is not measured, as no Cockpit token can be made: %s", error)

    async def rejected(self, secret: str, error: CollectError) -> None:
        """Token of a secret that Cockpit rejects: dropped and deleted, if ours and not new."""
        # A copy, as other sources get their tokens while one is deleted.
        for source, making in list(self._makings.items()):
            token = making.token
            young = self.clock() - making.asked_at < SETTLING_SECONDS
            if token is None or token.secret != secret or young or source in self._rejected:
                continue
            self._rejected[source] = error
            await self._delete([token])

    async def close(self) -> None:
        """Delete the tokens held, within a second; what cannot be deleted is left, and said."""
        makings, self._makings = self._makings, {}
        if not makings:
            return
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                tasks = [making.task for making in makings.values()]
                await asyncio.gather(*tasks, return_exceptions=True)
                await self._delete(self._held(makings))
        except TimeoutError:
            log.warning("scaleway: Cockpit tokens named %s could not be deleted in time", self.name)

    def _held(self, makings: Mapping[SourceKey, _Making]) -> list[Token]:
        """Tokens that were made and not deleted yet."""
        tokens: list[Token] = []
        for source, making in makings.items():
            if making.token is not None and source not in self._rejected:
                tokens.append(making.token)
        return tokens

    async def _make(self, source: SourceKey) -> Token:
        # This answer alone shows the secret.
        body = {"project_id": source.project_id, "name": self.name, "token_scopes": [SCOPE]}
        answer = await self._send("POST", "CreateToken", source.region, body=body)
        fields = answer.document if isinstance(answer.document, dict) else {}
        identity, secret = fields.get("id"), fields.get("secret_key")
        if not (isinstance(identity, str) and isinstance(secret, str)):
            raise Malformed(
                "cockpit: the answer holds no token",
                provider="scaleway",
                account_id=self._api.organization_id,
                region=source.region,
                operation="CreateToken",
            )
        return Token(identity, source.region, secret)

    async def _delete(self, tokens: list[Token]) -> None:
        await asyncio.gather(*map(self._delete_one, tokens))

    async def _delete_one(self, token: Token) -> None:
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                await self._send("DELETE", "DeleteToken", token.region, end=f"/{token.id}")
        except NotThere:
            return
        except (CollectError, TimeoutError) as error:
            log.warning("scaleway: the Cockpit token %s could not be deleted: %s", self.name, error)

    async def _send(
        self,
        method: str,
        operation: str,
        region: str,
        *,
        end: str = "",
        body: Mapping[str, Any] | None = None,
    ) -> Success:
        credentials = self._api.credentials
        return await self._api.http.send(
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
