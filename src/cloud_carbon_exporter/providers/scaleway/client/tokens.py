"""Cockpit tokens made on demand: one for each project and region.

They are held in memory alone, renewed twice a day, and deleted at the end. A token's name ends in a
suffix of this process, so that replicas leave one another's tokens be. What was made is either
deleted or held; what is held when all has ended is named in the log.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic

from cloud_carbon_exporter.errors import (
    CollectError,
    Malformed,
    NotThere,
    PermissionMissing,
    Unreachable,
)
from cloud_carbon_exporter.providers.scaleway.client import token_calls
from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.scaleway.client.token_calls import SourceKey, Token

log = logging.getLogger(__name__)

NAME = "cloud-carbon-exporter"
# A refusal seldom passes sooner.
AGAIN_SECONDS = 3600.0
# A new token may not be known everywhere yet.
SETTLING_SECONDS = 60.0
# Half of the day after which anyone may take a token of ours for one that was left behind
# (left_tokens.py): clocks may be hours apart.
RENEWED_SECONDS = 43200.0


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

    @property
    def failed(self) -> bool:
        """Whether the attempt has ended without a token."""
        return self.task.done() and self.token is None


class MadeTokens:
    """Tokens this process has made for one organisation; at most one an hour for each source."""

    def __init__(self, api: Api, clock: Callable[[], float] = monotonic) -> None:
        self.clock = clock
        self.name = f"{NAME}-{secrets.token_hex(4)}"
        self._api = api
        self._makings: dict[SourceKey, _Making] = {}
        self._successors: dict[SourceKey, _Making] = {}
        self._rejected: dict[SourceKey, CollectError] = {}
        # By id: made, or found again, and not deleted.
        self._held: dict[str, Token] = {}
        # Where a token may have been made that no answer told of.
        self._doubtful: set[SourceKey] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._said = False
        self._closing = False

    async def secret(self, source: SourceKey) -> str:
        """Secret of the source's token, which is made where there is none; empty where it must not.

        Raises what making it failed with, or why Cockpit rejected it, until the hour is over.
        """
        if self._closing:
            return ""
        making = self._current(source)
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

    async def rejected(self, secret: str, error: CollectError) -> None:
        """Token of a secret that Cockpit rejects: dropped and deleted, if ours and not new."""
        for source, making in self._makings.items():
            token = making.token
            young = self.clock() - making.asked_at < SETTLING_SECONDS
            if token is None or token.secret != secret or young or source in self._rejected:
                continue
            self._rejected[source] = error
            self._drop(token)

    def owed(self) -> Sequence[str]:
        """Projects and regions where tokens of ours are, or may be."""
        sources = {str(token.source) for token in list(self._held.values())}
        sources.update(map(str, list(self._doubtful)))
        for makings in (self._makings, self._successors):
            for source, making in list(makings.items()):
                if not making.task.done():
                    sources.add(str(source))
        return [f"Cockpit token {self.name} of {source}" for source in sorted(sources)]

    async def close(self) -> None:
        """Delete all tokens, however long the calls take; what cannot be deleted is named."""
        self._closing = True
        try:
            makings = [*self._makings.values(), *self._successors.values()]
            waited: list[asyncio.Task[Token] | asyncio.Task[None]] = [*self._tasks]
            waited += [making.task for making in makings]
            await asyncio.gather(*waited, return_exceptions=True)
            await asyncio.gather(*map(self._find, list(self._doubtful)))
            await self._delete(list(self._held.values()))
        finally:
            owed = self.owed()
            if owed:
                log.warning("scaleway: left behind: %s", "; ".join(owed))

    def _current(self, source: SourceKey) -> _Making:
        """The attempt whose token is in use: made anew when that is due, or before it is old."""
        making = self._makings.get(source)
        if making is None or self._is_due(source, making):
            self._rejected.pop(source, None)
            self._makings[source] = making = self._begin(source)
        elif self.clock() - making.asked_at >= RENEWED_SECONDS and making.task.done():
            making = self._renewed(source, making)
        return making

    def _renewed(self, source: SourceKey, making: _Making) -> _Making:
        """Its successor, as soon as that is known everywhere; until then the old one serves."""
        successor = self._successors.get(source)
        if successor is None or self._is_over(successor):
            self._successors[source] = self._begin(source)
        elif successor.token is not None:
            if self.clock() - successor.asked_at < SETTLING_SECONDS:
                return making
            self._makings[source] = self._successors.pop(source)
            if making.token is not None and source not in self._rejected:
                self._drop(making.token)
            self._rejected.pop(source, None)
            return successor
        return making

    def _begin(self, source: SourceKey) -> _Making:
        return _Making(asyncio.create_task(self._make(source)), self.clock())

    def _is_due(self, source: SourceKey, making: _Making) -> bool:
        """Whether a token that failed, or was rejected, may be made anew: an hour is over."""
        rejected = source in self._rejected
        return self._is_over(making) or (rejected and self._is_past(making))

    def _is_over(self, making: _Making) -> bool:
        return making.failed and self._is_past(making)

    def _is_past(self, making: _Making) -> bool:
        return self.clock() - making.asked_at >= AGAIN_SECONDS

    def _say(self, error: CollectError) -> None:
        if not self._said:
            self._said = True
            log.warning("utilisation is not measured, as no Cockpit token can be made: %s", error)

    async def _make(self, source: SourceKey) -> Token:
        try:
            with self._api.refusals.asking(
                self._api.organization_id, token_calls.PERMISSION, str(source)
            ):
                token = await token_calls.create(self._api, source, self.name)
        except (Malformed, Unreachable):
            # What was asked for may have been carried out, though nobody told.
            self._doubtful.add(source)
            raise
        self._held[token.id] = token
        return token

    def _drop(self, token: Token) -> None:
        """Delete a token that is used no more, while others get theirs."""
        task = asyncio.create_task(self._delete([token]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _find(self, source: SourceKey) -> None:
        """Hold what was made of this source without our knowing."""
        try:
            for token in await token_calls.listed(self._api, source):
                if token.get("name") == self.name and isinstance(token.get("id"), str):
                    self._held.setdefault(token["id"], Token(token["id"], source))
        except NotThere:
            pass
        except CollectError as error:
            log.warning("scaleway: Cockpit tokens of %s are not known: %s", source, error)
            return
        self._doubtful.discard(source)

    async def _delete(self, tokens: Iterable[Token]) -> None:
        await asyncio.gather(*map(self._delete_one, tokens))

    async def _delete_one(self, token: Token) -> None:
        try:
            await token_calls.delete(self._api, token)
        except NotThere:
            pass
        except CollectError as error:
            log.warning("scaleway: the Cockpit token %s could not be deleted: %s", self.name, error)
            return
        self._held.pop(token.id, None)
