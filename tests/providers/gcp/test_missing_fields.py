"""What an asset leaves out is never nothing: it is inferred, or guessed and said to be."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from tests.fakes.gcp_estate import recorded

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.spec import Scope


def held(asset_type: str, kind: str, without: str = "", **data: Any) -> Component:
    """The one component of that kind of the first recorded asset of a type, with other data."""
    asset = copy.deepcopy(next(each for each in recorded() if each["assetType"] == asset_type))
    asset["resource"]["data"] |= data
    asset["resource"]["data"].pop(without, None)
    spec = next(spec for spec in PROVIDER.services if spec.accepts(asset))
    resource = spec.resource(asset, Scope("gcp", "shop-prod"))
    assert resource is not None
    return next(component for component in resource.components if component.kind == kind)


@pytest.mark.parametrize(
    ("location", "copies"), [("EU", 2), ("NAM4", 2), ("EUR4", 2), ("EUROPE-WEST1", 1)]
)
def test_a_bucket_without_a_location_type_is_told_by_its_location(
    location: str, copies: int
) -> None:
    assert (
        held("storage.googleapis.com/Bucket", "object", "locationType", location=location).amount
        == copies
    )


@pytest.mark.parametrize(
    ("asset_type", "missing"),
    [
        ("compute.googleapis.com/Snapshot", "storageBytes"),
        ("compute.googleapis.com/Image", "archiveSizeBytes"),
    ],
)
def test_what_a_snapshot_stores_is_guessed_while_unknown(asset_type: str, missing: str) -> None:
    stored = held(asset_type, "snapshot", missing, diskSizeGb="40")
    assert stored.amount == 40
    assert missing in stored.assumed
    empty = held(asset_type, "snapshot", diskSizeGb="40", **{missing: "0"})
    assert (empty.amount, empty.assumed) == (0, ""), "nothing stored is known"


def test_an_unknown_disk_of_cloud_sql_is_said_to_be_guessed() -> None:
    settings = {"tier": "db-custom-4-15360", "dataDiskSizeGb": "100", "dataDiskType": "NEW_DISK"}
    disk = held("sqladmin.googleapis.com/Instance", "block", settings=settings)
    assert (disk.part, disk.amount, disk.assumed) == (
        "gcp/pd-ssd",
        100,
        "unknown disk type NEW_DISK",
    )
    known = held(
        "sqladmin.googleapis.com/Instance", "block", settings=settings | {"dataDiskType": "PD_HDD"}
    )
    assert (known.part, known.assumed) == ("gcp/pd-standard", "")
