"""Ownership: nothing is counted twice, and nothing falls between two stools."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.fakes.gcp import GoogleCloud
from tests.fakes.gcp_estate import recorded
from tests.providers.gcp.conftest import Explore
from tests.providers.gcp.sweeps import swept

from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.gcp.describing.asset import kind
from cloud_carbon_exporter.providers.gcp.describing.owned import describe_owned, is_autopilot_node
from cloud_carbon_exporter.providers.ownership import OWNERS

OWNED = OWNERS["gcp"]
SPECS = {spec.kind: spec for spec in PROVIDER.services}


def test_what_is_listed_and_owned_is_described_by_nothing_and_only_that() -> None:
    undescribed = {spec.kind for spec in PROVIDER.services if spec.describe is describe_owned}
    assert undescribed == OWNED.keys() & SPECS.keys()


@pytest.mark.parametrize(
    ("name", "labels", "expected"),
    [
        ("gk3-auto-pool-1-9f-x2", {"goog-gke-node": ""}, True),
        ("gk3-mine", {"team": "data"}, False),
        ("gke-shop-default-pool-1a2b-x1", {"goog-gke-node": ""}, False),
    ],
)
def test_nodes_of_autopilot_are_told_by_name_and_label(
    name: str, labels: dict[str, str], expected: bool
) -> None:
    assert is_autopilot_node({"name": name, "labels": labels}) is expected


async def test_nothing_is_counted_twice(explore: Explore, cloud: GoogleCloud) -> None:
    """The estate holds every pair: nodes and clusters, workers and jobs, functions and services."""
    result = await swept(explore())
    kinds = Counter(resource.kind for resource in result.resources)
    assert len({resource.id for resource in result.resources}) == len(result.resources)
    assert not kinds.keys() & OWNED.keys()
    listed = {kind(asset["assetType"]) for asset in cloud.assets}
    assert OWNED.keys() & SPECS.keys() <= listed, "else the estate lacks a pair"
    thumbs = [resource.kind for resource in result.resources if resource.name == "thumbs"]
    assert thumbs == ["run/service"]  # a second-generation function and its service


async def test_nodes_and_workers_are_instances_and_disks_are_never_theirs(explore: Explore) -> None:
    instances = {}
    for resource in (await swept(explore())).resources:
        if resource.kind == "compute/instance":
            instances[resource.name] = resource
    assert {"gke-shop-default-pool-1a2b-x1", "etl-w-0", "wordcount-harness-1"} <= set(instances)
    for name, instance in instances.items():
        if name.startswith("gk3-"):  # what it has beside what Autopilot's pods request
            assert {part.kind for part in instance.components} == {"gpu", "ssd"}
    for instance in instances.values():
        assert all(part.kind != "block" for part in instance.components)


def test_a_kind_is_written_in_its_spec_as_it_follows_from_the_type_it_accepts() -> None:
    """But BigQuery's slots, which are told by project and read off the project's own asset."""
    for asset_type in {asset["assetType"] for asset in recorded()}:
        [spec] = [spec for spec in PROVIDER.services if spec.accepts({"assetType": asset_type})]
        if spec.kind != "bigquery/project":
            assert spec.kind == kind(asset_type)
