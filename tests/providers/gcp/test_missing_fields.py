"""What an asset leaves out is never nothing: it is inferred, or guessed and said to be."""

from __future__ import annotations

from typing import Any

import pytest
from tests.providers.gcp import sweeps

from cloud_carbon_exporter.model.types import Component


def held(asset_type: str, kind: str, without: str = "", **data: Any) -> Component:
    """The one component of that kind of the first recorded asset of a type, with other data."""
    resource = sweeps.changed(asset_type, without, **data)
    assert resource is not None
    return sweeps.held(resource, kind)


@pytest.mark.parametrize(
    ("location", "copies"), [("EU", 2), ("NAM4", 2), ("EUR4", 2), ("EUROPE-WEST1", 1)]
)
def test_a_bucket_without_a_location_type_is_told_by_its_location(
    location: str, copies: int
) -> None:
    bucket = "storage.googleapis.com/Bucket"
    assert held(bucket, "object", "locationType", location=location).amount == copies


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
    assert (disk.part, disk.amount) == ("gcp/pd-ssd", 100)
    assert disk.assumed == "unknown disk type NEW_DISK"
    settings["dataDiskType"] = "PD_HDD"
    known = held("sqladmin.googleapis.com/Instance", "block", settings=settings)
    assert (known.part, known.assumed) == ("gcp/pd-standard", "")


def test_a_disk_that_tells_no_size_is_guessed() -> None:
    disk = held("compute.googleapis.com/Disk", "block", "sizeGb")
    assert disk.amount == 100
    assert disk.assumed == "the size of this disk is not told"


@pytest.mark.parametrize(
    ("asset_type", "data"),
    [
        ("alloydb.googleapis.com/Cluster", {"state": 1}),
        ("spanner.googleapis.com/Instance", {"state": 2}),
        ("redis.googleapis.com/Instance", {"state": 2, "tier": 1}),
        ("redis.googleapis.com/Cluster", {"state": 2, "nodeType": 3}),
        ("compute.googleapis.com/Instance", {"status": 7}),
    ],
)
def test_an_enumeration_written_as_a_number_is_unknown_and_no_error(
    asset_type: str, data: dict[str, Any]
) -> None:
    """Clients of gRPC write enumerations so: 69 of 1,444 recorded objects were skipped for it."""
    resource = sweeps.changed(asset_type, **data)
    assert resource is not None
    held_running = [part for part in resource.components if part.kind != "object"]
    assert all(part.assumed for part in held_running)
