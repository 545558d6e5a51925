"""A page of objects looked up or expanded: what one spoiled object, or one failed call, costs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest

from cloud_carbon_exporter.collect.sweep import Swept, sweep
from cloud_carbon_exporter.errors import CollectError, Incomplete, PermissionMissing
from cloud_carbon_exporter.model.types import Component, Point, Resource
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import (
    Extras,
    Listing,
    Raw,
    Read,
    Reading,
    Scope,
    ServiceSpec,
)
from tests.fakes.describing import described

HERE = Scope("aws", "1", "eu-west-3")
NAMES = ("a", "b", "spoiled", "c")


class Pages:
    """A Client of one page, which may end without some of its kinds."""

    def __init__(
        self, page: Sequence[Any], lacking: Mapping[str, CollectError] | None = None
    ) -> None:
        self.page = page
        self.lacking = lacking or {}

    async def connect(self) -> Sequence[str]:
        return ["1"]

    async def scopes(self, listing: Listing) -> Sequence[Scope]:
        return [HERE]

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        yield self.page
        if self.lacking:
            raise Incomplete(self.lacking)

    async def series(self, reads: Sequence[Read], until: float) -> Reading:
        return Reading(points={("a", "cpu_ratio"): (Point(0, 1, 0),)})

    async def extras(self, now: float) -> Extras:
        return Extras()

    async def close(self) -> None:
        """Nothing is open."""


def describe(raw: Raw, scope: Scope) -> Resource | None:
    return Resource(raw["Name"], "x/thing", raw["Name"], scope.location(), ())


async def swept(**more: Any) -> Swept:
    listing = Listing(
        api="x", operation="ListThings", scope="region", kind_of=lambda raw: "x/other", **more
    )
    spec = ServiceSpec(
        kind="x/thing", listing=listing, describe=described(describe), reason="A test."
    )
    return await sweep(Pages([{"Name": name} for name in NAMES]), listing, [spec], HERE)


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


async def of_two_kinds(*page: Any, lacking: Mapping[str, CollectError] | None = None) -> Swept:
    """A sweep over a page of things and thongs, told apart by their size."""
    listing = Listing(
        api="x", operation="ListThings", scope="region", kind_of=lambda raw: f"x/{raw['other']}"
    )
    specs = [
        ServiceSpec(
            kind="x/thing",
            listing=listing,
            describe=described(describe),
            reason="A test.",
            accepts=lambda raw: raw["Size"],
        ),
        ServiceSpec(
            kind="x/thong",
            listing=listing,
            describe=described(describe),
            reason="A test.",
            accepts=lambda raw: not raw["Size"],
        ),
    ]
    return await sweep(Pages(page, lacking), listing, specs, HERE)


async def test_objects_of_which_none_of_a_kind_can_be_read_fail_that_kind_alone() -> None:
    """An answer that holds nonsense in place of its objects does not say that they are gone."""
    result = await of_two_kinds(
        {"Size": 1, "Name": "a"}, {"Size": 1}, {"Size": 0}, {"Size": 0, "Name": 7}
    )
    assert [resource.id for resource in result.resources] == ["a"]
    assert {kind: error.reason for kind, error in result.failures.items()} == {
        "x/thong": "malformed"
    }
    assert result.skipped == {
        ("x/thing", "KeyError"): 1,
        ("x/thong", "KeyError"): 1,
        ("x/thong", "TypeError"): 1,
    }


@pytest.mark.parametrize("page", [[{}, 7, None], "nonsense", [float("nan")], {"a": 1}])
async def test_objects_of_which_none_can_be_read_fail_every_kind(page: Any) -> None:
    result = await of_two_kinds(*page)
    assert sorted(result.failures) == ["x/thing", "x/thong"]
    assert all(
        error.region == "eu-west-3" and error.operation == "ListThings"
        for error in result.failures.values()
    )
    assert sum(result.skipped.values()) == len(page)


async def test_what_nobody_knows_and_nothing_at_all_are_no_failure() -> None:
    assert (await of_two_kinds()).failures == {}
    listing = Listing(
        api="x", operation="ListThings", scope="region", kind_of=lambda raw: "x/other"
    )
    spec = ServiceSpec(
        kind="x/thing",
        listing=listing,
        describe=described(describe),
        reason="-",
        accepts=lambda raw: "A" in raw,
    )
    result = await sweep(Pages([{}, 7]), listing, [spec], HERE)
    assert result.unsupported == {("1", "x/other"): 1}
    assert result.failures == {}, "one of the two was read"


async def test_a_listing_that_ends_without_a_part_says_which() -> None:
    denied = PermissionMissing("no")
    result = await of_two_kinds({"Size": 1, "Name": "a"}, lacking={"x/thong": denied})
    assert [resource.id for resource in result.resources] == ["a"]
    assert result.failures == {"x/thong": denied}


async def test_tags_of_ten_megabytes_are_not_held() -> None:
    def tagged(raw: Raw, scope: Scope) -> Resource:
        tags = {"team": "x" * raw["Size"], "y" * raw["Size"]: "", "env": "prod"}
        return Resource(raw["Name"], "x/thing", raw["Name"], scope.location(), (), tags=tags)

    listing = Listing(
        api="x", operation="ListThings", scope="region", kind_of=lambda raw: "x/other"
    )
    spec = ServiceSpec(
        kind="x/thing", listing=listing, describe=described(tagged), reason="A test."
    )
    page = [{"Name": "huge", "Size": 10_000_000}, {"Name": "long", "Size": 256}]
    huge, long = (await sweep(Pages(page), listing, [spec], HERE)).resources
    assert huge.tags == {"team": "x" * 1024, "y" * 1024: "", "env": "prod"}
    assert len(long.tags["team"]) == 256


class TwoPages(Pages):
    """The same objects, on a page each."""

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        for raw in self.page:
            yield [raw]


async def test_what_compares_objects_sees_those_of_all_pages() -> None:
    def first_alone(objects: Sequence[Raw]) -> Sequence[Raw]:
        return objects[:1]

    listing = Listing(
        api="x",
        operation="ListThings",
        scope="region",
        kind_of=lambda raw: "x/other",
        whole=first_alone,
    )
    spec = ServiceSpec(
        kind="x/thing", listing=listing, describe=described(describe), reason="A test."
    )
    client = TwoPages([{"Name": "a"}, {"Name": "b"}])
    result = await sweep(client, listing, [spec], HERE)
    assert [resource.id for resource in result.resources] == ["a"]


async def test_an_ending_is_told_beside_what_is_left() -> None:
    def describe_life(raw: Raw, scope: Scope) -> Description:
        return Description(
            id=raw["Name"],
            name=raw["Name"],
            location=scope.location(),
            state=raw["State"],
            running=(Component("vcpu", "Skylake", 4),),
            ended=60.0,
            tags={"team": "x"},
        )

    listing = Listing(
        api="x", operation="ListThings", scope="region", kind_of=lambda raw: "x/other"
    )
    spec = ServiceSpec(
        kind="x/thing",
        listing=listing,
        describe=describe_life,
        states=states(stopped="stopped", gone="gone"),
        reason="A test.",
    )
    client = Pages([{"Name": "a", "State": "stopped"}, {"Name": "b", "State": "gone"}])
    first = await sweep(client, listing, [spec], HERE, tags=())
    assert [resource.id for resource in first.resources] == ["a"]
    assert [ending.resource.id for ending in first.endings] == ["a", "b"]
    assert not any(ending.resource.tags for ending in first.endings)
    again = await sweep(client, listing, [spec], HERE, lambda _: first.resources[0], tags=())
    assert again.resources[0] is first.resources[0]
    assert [ending.resource.id for ending in again.endings] == ["b"]
