"""Disk snapshots, custom images and machine images: stored bytes without any load."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import Asset, gib, of_type, parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec


def _stored(asset: Asset, part: str, held: str) -> Resource:
    """The bytes stored; while Google does not say how many yet, the size of the disk."""
    if held in asset.data:
        return asset.resource((Component("snapshot", part, gib(asset.data[held])),))
    size_gib = float(asset.data.get("diskSizeGb", 0))
    return asset.resource(
        (Component("snapshot", part, size_gib, assumed=f"no {held}, so the size of the disk"),)
    )


def describe_snapshot(raw: Raw, scope: Scope) -> Resource:
    """The bytes a snapshot adds to its chain, where they are stored."""
    return _stored(parse(raw, scope), "gcp/snapshot", "storageBytes")


def describe_image(raw: Raw, scope: Scope) -> Resource:
    """The archive of a custom image, where it is stored."""
    return _stored(parse(raw, scope), "gcp/image", "archiveSizeBytes")


def describe_machine_image(raw: Raw, scope: Scope) -> Resource:
    """The bytes of all disks a machine image keeps, where they are stored."""
    return _stored(parse(raw, scope), "gcp/machine-image", "totalStorageBytes")


SPECS = (
    ServiceSpec(
        kind="compute/snapshot",
        listing=LISTING,
        accepts=of_type("compute.googleapis.com/Snapshot"),
        describe=describe_snapshot,
        reason="The bytes it stores beyond the snapshot before it.",
    ),
    ServiceSpec(
        kind="compute/image",
        listing=LISTING,
        accepts=of_type("compute.googleapis.com/Image"),
        describe=describe_image,
        reason="The bytes of its archive; Google's public images are Google's.",
    ),
    ServiceSpec(
        kind="compute/machine_image",
        listing=LISTING,
        accepts=of_type("compute.googleapis.com/MachineImage"),
        describe=describe_machine_image,
        reason="The bytes it stores of all the disks it keeps.",
    ),
)
