"""A page of objects that are looked up or expanded: what one spoiled object, and what one failed call, costs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest

from cloud_carbon_exporter.collect.sweep import Swept, sweep
from cloud_carbon_exporter.errors import CollectError, PermissionMissing
from cloud_carbon_exporter.model.types import Point, Resource
from cloud_carbon_exporter.providers.spec import Extras, Listing, Raw, Read, Reading, Scope, ServiceSpec

HERE = Scope("aws", "1", "eu-west-3")
NAMES = ("a", "b", "spoiled", "c")


class Pages:
    """A Client of one page."""

    async def connect(self) -> Sequence[str]:
        return ["1"]

    async def scopes(self, listing: Listing) -> Sequence[Scope]:
        return [HERE]

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        yield [{"Name": name} for name in NAMES]

    async def series(self, reads: Sequence[Read], until: float) -> Reading:
        return Reading(points={("a", "cpu_ratio"): (Point(0, 1, 0),)})

    async def extras(self, now: float) -> Extras:
        return Extras()

    async def close(self) -> None:
        """Nothing is open."""


def describe(raw: Raw, scope: Scope) -> Resource | None:
    return Resource(raw["Name"], "x/thing", raw["Name"], scope.location(), ())


async def swept(**more: Any) -> Swept:
    listing = Listing(api="x", operation="ListThings", scope="region", kind_of=lambda raw: "x/other", **more)
    spec = ServiceSpec(kind="x/thing", listing=listing, describe=describe, reason="A test.")
    return await sweep(Pages(), listing, [spec], HERE)


async def test_an_object_that_cannot_be_expanded_costs_itself_alone() -> None:
    async def expand(client: Any, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
        return [{"Name": {"a": "A", "b": "B", "c": "C"}[raw["Name"]]} for raw in page]

    result = await swept(expand=expand)
    assert [resource.id for resource in result.resources] == ["A", "B", "C"]
    assert result.skipped == {("ListThings", "KeyError"): 1}


async def test_a_call_that_fails_while_expanding_fails_the_listing_at_once() -> None:
    calls: list[int] = []

    async def expand(client: Any, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
        calls.append(len(page))
        raise PermissionMissing("no")

    with pytest.raises(PermissionMissing):
        await swept(expand=expand)
    assert calls == [len(NAMES)]


@pytest.mark.parametrize("error", [CollectError("throttled"), KeyError("InstanceType")])
async def test_what_cannot_be_looked_up_is_described_without(error: Exception) -> None:
    async def lookup(client: Any, scope: Scope, page: Sequence[Raw]) -> Mapping[str, Any]:
        raise error

    result = await swept(lookup=lookup)
    assert len(result.resources) == len(NAMES)
    (warning,) = result.warnings
    assert isinstance(warning, CollectError)
