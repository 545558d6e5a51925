"""Readers of a sweep: the spec found by what an object says is the one found by asking all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloud_carbon_exporter.collect.readers import Readers
from cloud_carbon_exporter.providers.aws import PROVIDER as AWS
from cloud_carbon_exporter.providers.demo import PROVIDER as DEMO
from cloud_carbon_exporter.providers.gcp import PROVIDER as GCP
from cloud_carbon_exporter.providers.scaleway import PROVIDER as SCALEWAY
from cloud_carbon_exporter.providers.spec import Raw, ServiceSpec
from tests.fakes.gcp_estate import recorded
from tests.over_all import over_all

SERVICES = (*AWS.services, *DEMO.services, *GCP.services, *SCALEWAY.services)
TOLD = [spec for spec in SERVICES if spec.listing.told_by]


def test_where_a_field_tells_there_are_many_readers() -> None:
    assert {spec.listing.told_by for spec in TOLD} == {"assetType", "kind"}


@over_all("spec", TOLD, ids=lambda spec: spec.kind)
def test_nothing_but_that_field_is_looked_at(spec: ServiceSpec) -> None:
    # any other field would raise KeyError
    assert not spec.accepts({spec.listing.told_by: "of another kind"})


def test_each_recorded_asset_has_the_reader_that_accepts_it() -> None:
    listing = GCP.services[0].listing
    readers = Readers(listing, GCP.services)
    kinds: set[str] = set()
    for asset in recorded():
        found = readers.of(asset)
        assert found is next((spec for spec in GCP.services if spec.accepts(asset)), None)
        kinds |= {found.kind} if found else set()
    assert len(kinds) > 50


def test_each_spec_is_asked_once_and_for_each_object_where_no_field_tells() -> None:
    asked: list[Raw] = []

    def accepts(raw: Raw) -> bool:
        asked.append(raw)
        return bool(raw["assetType"] == "one")

    spec = replace(GCP.services[0], accepts=accepts)
    objects = [{"assetType": "one"}, {"assetType": "two"}] * 2
    told = Readers(spec.listing, [spec])
    assert [told.of(raw) for raw in objects] == [spec, None, spec, None]
    assert len(asked) == 2
    untold = Readers(replace(spec.listing, told_by=""), [spec])
    assert [untold.of(raw) for raw in objects] == [spec, None, spec, None]
    assert len(asked) == 6


@pytest.mark.parametrize("raw", [{}, {"assetType": []}])
def test_what_tells_nothing_is_the_callers_to_count(raw: Raw) -> None:
    listing = GCP.services[0].listing
    with pytest.raises((KeyError, TypeError)):
        Readers(listing, GCP.services).of(raw)
