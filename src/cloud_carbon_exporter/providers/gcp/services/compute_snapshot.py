"""Disk snapshots, custom images and machine images: stored bytes without any load."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import Asset, gib, of_type, parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# Nothing of them runs. UPLOADING stores bytes already; FAILED is a creation that failed, and
# PENDING one that has not begun.
SNAPSHOT_STATES = states(running="READY UPLOADING", gone="CREATING DELETING FAILED")
IMAGE_STATES = states(running="READY", gone="PENDING DELETING FAILED")
MACHINE_IMAGE_STATES = states(running="READY UPLOADING INVALID", gone="CREATING DELETING")


def _stored(asset: Asset, part: str, size_key: str) -> Description:
    """Snapshot or image as the bytes stored; the size of the disk while Google does not say."""
    if size_key in asset.data:
        storage = Component("snapshot", part, gib(asset.data[size_key]))
    else:
        # Google counts a snapshot's bytes some time after it was made.
        size_gib = float(asset.data.get("diskSizeGb", 0))
        why = f"no {size_key}, so the size of the disk"
        storage = Component("snapshot", part, size_gib, assumed=why)
    return asset.described(kept=(storage,), state=asset.data.get("status", ""))


def describe_snapshot(raw: Raw, scope: Scope) -> Description:
    """Snapshot as the bytes it adds to its chain, where they are stored."""
    return _stored(parse(raw, scope), "gcp/snapshot", "storageBytes")


def describe_image(raw: Raw, scope: Scope) -> Description:
    """Custom image as its archive, where it is stored."""
    return _stored(parse(raw, scope), "gcp/image", "archiveSizeBytes")


def describe_machine_image(raw: Raw, scope: Scope) -> Description:
    """Machine image as the bytes of all disks it keeps, where they are stored."""
    return _stored(parse(raw, scope), "gcp/machine-image", "totalStorageBytes")


SPECS = (
    ServiceSpec(
        kind="compute/snapshot",
        listing=LISTING,
        accepts=of_type("compute.googleapis.com/Snapshot"),
        describe=describe_snapshot,
        states=SNAPSHOT_STATES,
        reason="The bytes it stores beyond the snapshot before it.",
    ),
    ServiceSpec(
        kind="compute/image",
        listing=LISTING,
        accepts=of_type("compute.googleapis.com/Image"),
        describe=describe_image,
        states=IMAGE_STATES,
        reason="The bytes of its archive; Google's public images are Google's.",
    ),
    ServiceSpec(
        kind="compute/machine_image",
        listing=LISTING,
        accepts=of_type("compute.googleapis.com/MachineImage"),
        describe=describe_machine_image,
        states=MACHINE_IMAGE_STATES,
        reason="The bytes it stores of all the disks it keeps.",
    ),
)
