"""Types of Scaleway's search against the SDK's list: nothing is counted twice, nor anybody."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.fakes.scaleway import ORGANIZATION, FakeScaleway, Fault
from tests.fakes.scaleway_schema import response_type
from tests.providers.scaleway.support import connected

from cloud_carbon_exporter.providers.scaleway import PROVIDER, SEARCH_TYPES
from cloud_carbon_exporter.providers.scaleway.client.search import holds_hardware

SDK_TYPES = {str(member.value) for member in response_type("search.v1alpha1.ResourceType")}

UNSUPPORTED = {
    "gapi_batch",
    "mnq_nats_account",
    "tem_domain",
    "wbh_hosting",
}
"""What the search lists, draws something, and no kind of ours is yet."""

NOT_SEARCHED = {
    "dedibox/rpn_san",
    "dedibox/server",
    "file/filesystem",
    "generative_apis/model",
    "jobs/run",
    "messageq/deployment",
    "object/bucket",
    "registry/namespace",
}
"""Kinds the search does not know."""


def test_every_type_of_the_search_is_ours_or_no_hardware_or_known_to_be_missing() -> None:
    no_hardware = {name for name in SDK_TYPES if not holds_hardware(name)}
    assert not SEARCH_TYPES & UNSUPPORTED, "a kind that was added is unsupported no more"
    assert not SEARCH_TYPES & no_hardware
    assert SDK_TYPES - {"unknown_type"} == SEARCH_TYPES | UNSUPPORTED | no_hardware


def test_every_kind_says_what_the_search_calls_it() -> None:
    """Where it does not, its things are counted twice: as ours, and as unsupported."""
    silent = {spec.kind for spec in PROVIDER.services if not spec.searched_as}
    assert silent == NOT_SEARCHED, "say searched_as, or add the kind to those it does not know"
    named = [spec.searched_as for spec in PROVIDER.services if spec.searched_as]
    assert len(named) == len(set(named))


@pytest.mark.parametrize("kind", sorted(NOT_SEARCHED))
def test_no_type_is_left_that_might_be_a_kind_said_not_to_be_searched(kind: str) -> None:
    thing = kind.rpartition("/")[2]
    left = {name for name in SDK_TYPES - SEARCH_TYPES if holds_hardware(name)}
    assert not [name for name in left if name.endswith(f"_{thing}")]


def found_by_search(*types: str) -> Fault:
    things = [{"type": name, "id": str(number)} for number, name in enumerate(types)]
    return Fault(status=200, body=json.dumps({"resources": things, "next_page_token": ""}))


@pytest.mark.parametrize(
    ("name", "unsupported"),
    [
        ("iam_user", {}),
        ("iam_api_key", {}),
        ("iam_policy", {}),
        ("iam_group", {}),
        ("iam_application", {}),
        ("iam_something_new", {}),
        ("k8s_node", {}),
        ("instance_server", {}),
        ("tem_domain", {(ORGANIZATION, "tem/domain"): 1}),
        ("mnq_nats_account", {(ORGANIZATION, "mnq/nats_account"): 1}),
        ("something_new", {(ORGANIZATION, "something/new"): 1}),
        ("new", {(ORGANIZATION, "new/unknown"): 1}),
    ],
)
async def test_people_keys_and_rules_are_no_unsupported_resources(
    name: str, unsupported: dict[Any, int]
) -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        fake.faults["search/"] = found_by_search(name)
        extras = await client.extras(0)
    assert extras.unsupported == unsupported
    assert extras.listed == {("scaleway", ORGANIZATION, "search"): int(name in SEARCH_TYPES)}
