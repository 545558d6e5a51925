"""Whatever a cloud sends: an object reads as sensible hardware, or costs itself alone."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.gcp_estate import recorded
from tests.over_all import over_all

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import estimate, power_watts
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.gcp.describing.asset import kind, project, region_and_zone
from cloud_carbon_exporter.providers.spec import Scope

ASSETS = recorded()
SCOPE = Scope("gcp", "shop-prod")
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=20),
    st.just([]),
    st.just({}),
    st.just({"x": [None]}),
)


def spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths to everything inside."""
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        yield (*path, key)
        yield from spots(inner, (*path, key))


def spoiled(asset: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(asset)
    inside: Any = changed
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return changed


def described(asset: dict[str, Any]) -> Resource | None:
    """What sweep makes of it."""
    spec = next((spec for spec in PROVIDER.services if spec.accepts(asset)), None)
    return spec.resource(asset, SCOPE) if spec else None


@pytest.mark.slow
@given(st.data())
def test_a_spoiled_object_is_sensible_or_skipped(data: st.DataObject) -> None:
    asset = data.draw(st.sampled_from(ASSETS))
    path = data.draw(st.sampled_from(list(spots(asset["resource"]["data"]))))
    odd = spoiled(asset, ("resource", "data", *path), data.draw(ODD))
    try:
        resource = described(odd)
    except (AttributeError, KeyError, IndexError, OverflowError, TypeError, ValueError):
        return  # skipped, and counted
    if resource is None:
        return
    assert resource.location.account_id == "shop-prod"
    for text in (resource.id, resource.name, *resource.tags.values(), *resource.info.values()):
        assert isinstance(text, str)
    here = facts.place("gcp", resource.location.region)
    footprint = estimate(resource, {}, here, here.intensities[0])
    assert footprint.power_watts.lower <= power_watts(resource, {}, here) * 1.0000001


@over_all("asset", ASSETS, ids=lambda asset: asset["name"].rpartition("/")[2])
def test_labels_named_as_ours_change_nothing(asset: dict[str, Any]) -> None:
    """Defect 10, for every service."""
    data = asset["resource"]["data"]
    hostile = dict.fromkeys(
        ("location", "kind", "region", "cloud_region", "zone", "name", "project_id"), "moon"
    )
    holder = "resourceLabels" if "resourceLabels" in data else "labels"
    path: tuple[str, ...] = ("resource", "data", holder)
    if "settings" in data:
        path = ("resource", "data", "settings", "userLabels")
    plain, odd = described(spoiled(asset, path, {})), described(spoiled(asset, path, hostile))
    if plain is None or odd is None:
        assert plain is odd
        return
    assert plain == replace(odd, tags=plain.tags)


@pytest.mark.slow
@given(st.text(max_size=30))
def test_every_location_has_a_place(where: str) -> None:
    region, zone = region_and_zone(where)
    assert region
    assert zone == "" or zone.startswith(region)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("europe-west1-b", ("europe-west1", "europe-west1-b")),
        ("projects/p/locations/us-central1-a", ("us-central1", "us-central1-a")),
        ("US-CENTRAL1", ("us-central1", "")),
        ("EU", ("eu", "")),
        ("NAM4", ("nam4", "")),
        ("northamerica-northeast1", ("northamerica-northeast1", "")),
        ("", ("global", "")),
    ],
)
def test_places(where: str, expected: tuple[str, str]) -> None:
    assert region_and_zone(where) == expected


@pytest.mark.parametrize(
    ("asset_type", "expected"),
    [
        ("compute.googleapis.com/RegionDisk", "compute/region_disk"),
        ("sqladmin.googleapis.com/Instance", "sql/instance"),
        ("run.googleapis.com/Service", "run/service"),
        ("compute.googleapis.com/TargetHttpsProxy", "compute/target_https_proxy"),
    ],
)
def test_kinds(asset_type: str, expected: str) -> None:
    assert kind(asset_type) == expected


def test_a_project_nobody_knows_keeps_its_number() -> None:
    scope = Scope("gcp", "organizations/7", catalogue={"projects": {"1": "one"}})
    raw = {"name": "//storage.googleapis.com/b", "ancestors": ["projects/2", "organizations/7"]}
    assert project(raw, scope) == "2"
    assert project({**raw, "ancestors": ["projects/1"]}, scope) == "one"
