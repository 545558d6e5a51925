"""Law of Cockpit tokens: what was made is deleted or held, and what is held the log names."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fakes.target_settings import target_settings
from tests.providers.scaleway.support import CountingMeter

from cloud_carbon_exporter.errors import CollectError, PermissionMissing, Throttled, Unreachable
from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.scaleway.client.http import Call, Http, Success
from cloud_carbon_exporter.providers.scaleway.client.token_calls import SCOPE, SourceKey
from cloud_carbon_exporter.providers.scaleway.client.tokens import MadeTokens

SOURCES = [SourceKey(project, "fr-par") for project in ("one", "two", "three")]
REFUSED = PermissionMissing("no")


@dataclass(frozen=True, slots=True)
class Fate:
    """Fate of a call. turns: of the loop, until it is answered. lost: it is done, and fails."""

    turns: int = 0
    error: type[CollectError] | None = None
    lost: bool = False


class Wire(Http):
    """Scaleway's side: the tokens there are, and what becomes of each call in turn."""

    def __init__(self, fates: Sequence[Fate]) -> None:
        super().__init__(CountingMeter(), timeout_seconds=1)
        self.fates = deque(fates)
        self.there: dict[str, dict[str, object]] = {}
        self.made = self.deleted = 0

    async def send(self, call: Call) -> Success:
        """The answer, or what the fate says."""
        fate = self.fates.popleft() if self.fates else Fate()
        for _ in range(fate.turns):
            await asyncio.sleep(0)
        if fate.error and not fate.lost:
            raise fate.error("no")
        document = self._done(call)
        if fate.lost:
            raise Unreachable("cut short")
        return Success(b"", {}, document)

    def _done(self, call: Call) -> object:
        if call.method == "POST":
            self.made += 1
            identity, body = f"t{self.made}", call.body or {}
            self.there[identity] = {
                "id": identity,
                "name": body["name"],
                "scopes": [SCOPE],
                "project_id": body["project_id"],
            }
            return {"id": identity, "secret_key": f"secret-{identity}"}
        if call.method == "DELETE":
            self.deleted += self.there.pop(call.url.rsplit("/", 1)[1], None) is not None
            return None
        project = (call.params or {})["project_id"]
        shown = [token for token in self.there.values() if token["project_id"] == project]
        return {"tokens": shown, "total_count": len(shown)}


FATES = st.builds(
    Fate,
    turns=st.integers(0, 5),
    error=st.sampled_from([None, None, None, Unreachable, Throttled, PermissionMissing]),
    lost=st.sampled_from([False, False, False, True]),
)
DEEDS = st.tuples(
    st.sampled_from(["ask", "ask", "reject", "cancel", "hour", "day", "wait"]), st.integers(0, 2)
)


async def live(made: MadeTokens, deeds: Sequence[tuple[str, int]]) -> None:
    """Some asking, rejecting, cutting short and growing old, then the end."""
    hours = itertools.count()
    now = 0.0
    made.clock = lambda: now
    asking: list[asyncio.Task[str]] = []
    for deed, which in deeds:
        if deed == "ask":
            asking.append(asyncio.create_task(made.secret(SOURCES[which])))
        elif deed == "cancel" and asking:
            asking[which % len(asking)].cancel()
        elif deed in ("hour", "day"):
            now += 3600 * (1 if deed == "hour" else 24) + next(hours)
        elif deed == "reject":
            for number in range(1, 9):
                await made.rejected(f"secret-t{number}", REFUSED)
        await asyncio.sleep(0)
        if deed == "wait":
            await asyncio.gather(*asking, return_exceptions=True)
    await made.close()
    await asyncio.gather(*asking, return_exceptions=True)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(fates=st.lists(FATES, max_size=40), deeds=st.lists(DEEDS, max_size=25))
def test_what_was_made_is_deleted_or_held_and_named(
    caplog: pytest.LogCaptureFixture, fates: list[Fate], deeds: list[tuple[str, int]]
) -> None:
    caplog.clear()
    caplog.set_level(logging.WARNING)
    wire = Wire(fates)
    api = Api(target_settings("scw"), CountingMeter(), environ={"SCW_SECRET_KEY": "s"})
    api.http = wire
    asyncio.run(whole_life(wire, MadeTokens(api), deeds, caplog))


async def whole_life(
    wire: Wire, made: MadeTokens, deeds: Sequence[tuple[str, int]], caplog: pytest.LogCaptureFixture
) -> None:
    """The life, and a second end in which nothing fails any more."""
    await live(made, deeds)
    assert wire.made == wire.deleted + len(wire.there)
    named = "".join(record.getMessage() for record in caplog.records if "left" in record.msg)
    for token in wire.there.values():
        assert f"{token['name']} of {token['project_id']}/fr-par" in named
    wire.fates.clear()
    await made.close()
    assert not wire.there, "where nothing fails, nothing is left"
    assert not made.owed()
