"""Buckets of many projects, listed side by side: the same whatever comes first, or fails."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fakes.scaleway_s3 import listed
from tests.fakes.target_settings import target_settings
from tests.providers.scaleway.support import CountingMeter

from cloud_carbon_exporter.errors import Incomplete, Throttled
from cloud_carbon_exporter.providers.scaleway.client import s3
from cloud_carbon_exporter.providers.scaleway.client.account import Project, Projects
from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.scaleway.client.http import Call, Http, Success
from cloud_carbon_exporter.providers.spec import Scope

PARIS = Scope("scaleway", "o", "fr-par")
KEYS = {"SCW_ACCESS_KEY": "SCW1", "SCW_SECRET_KEY": "s"}


class Wire(Http):
    """S3: buckets by project, which answer after so many turns of the loop, or fail."""

    def __init__(
        self,
        buckets: Mapping[str, list[str]],
        turns: Mapping[str, int],
        failing: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(CountingMeter(), timeout_seconds=1)
        self.buckets, self.turns, self.failing = buckets, turns, failing
        self.open = self.most_at_once = 0

    async def send(self, call: Call) -> Success:
        """What a project's call is answered."""
        signed = (call.headers or {})["Authorization"]
        project = signed.split("Credential=SCW1@")[1].split("/")[0]
        self.open += 1
        self.most_at_once = max(self.most_at_once, self.open)
        for _ in range(self.turns.get(project, 0)):
            await asyncio.sleep(0)
        self.open -= 1
        if project in self.failing:
            raise Throttled(f"not {project}")
        body = listed(self.buckets[project]).body
        assert isinstance(body, bytes)
        return Success(body, {})


def api_of(wire: Wire) -> Api:
    api = Api(target_settings("scw"), CountingMeter(), environ=KEYS)
    api.http = wire
    return api


async def found(wire: Wire) -> tuple[dict[str, str], bool]:
    """Project by bucket, and whether all projects answered."""
    api, owners = api_of(wire), dict[str, str]()
    projects = Projects([Project(name, name) for name in wire.buckets])

    async def known() -> Projects:
        return projects

    await api.memory.get("projects", 3600, known)
    try:
        async for page in s3.buckets(api, PARIS):
            owners.update({bucket["name"]: bucket["project_id"] for bucket in page})
    except (Incomplete, Throttled):
        return owners, False
    return owners, True


NAMES = [f"p{number}" for number in range(30)]
PROJECTS = st.dictionaries(
    st.sampled_from(NAMES),
    st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=3),
    min_size=1,
)


@pytest.mark.slow
@settings(deadline=None)
@given(
    buckets=PROJECTS,
    turns=st.dictionaries(st.sampled_from(NAMES), st.integers(0, 9)),
    failing=st.frozensets(st.sampled_from(NAMES), max_size=3),
)
def test_the_same_whatever_the_order_and_a_failure_costs_its_own_alone(
    buckets: dict[str, list[str]], turns: dict[str, int], failing: frozenset[str]
) -> None:
    wire = Wire(buckets, turns)
    slow, whole = asyncio.run(found(wire))
    fast, _ = asyncio.run(found(Wire(buckets, {})))
    assert whole
    assert slow == fast
    assert wire.most_at_once <= s3.CALLS_AT_ONCE
    of_others = {name: held for name, held in buckets.items() if name not in failing}
    expected, _ = asyncio.run(found(Wire(of_others, {})))
    owners, whole = asyncio.run(found(Wire(buckets, turns, failing)))
    assert owners == expected
    assert whole == failing.isdisjoint(buckets)
