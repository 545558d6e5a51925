"""Persistent Disk and Hyperdisk, zonal and regional, attached or not."""

from __future__ import annotations

from functools import lru_cache

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import DELETED, last, of_type, parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# Disks have nothing that could stop: UNAVAILABLE is one that cannot be reached and holds its data.
# FAILED is one whose creation failed.
STATES = states(running="READY RESTORING UNAVAILABLE", gone=f"CREATING DELETING FAILED {DELETED}")


_UNTOLD_GIB = 100
"""Size taken for a disk that tells none: the default of gcloud for SSD and balanced ones."""


@lru_cache(maxsize=4096)
def _block(disk_type: str, gib: float, why: str) -> tuple[Component, ...]:
    """Components of a disk: of thousands most are as large as another."""
    return (Component("block", f"gcp/{disk_type}", gib, assumed=why),)


def describe(raw: Raw, scope: Scope) -> Description | None:
    """Disk as its provisioned size, twice for a regional one, whatever is stored on it."""
    asset = parse(raw, scope)
    data = asset.data
    if data.get("storagePool"):
        return None  # the pool holds its bytes, and may hold fewer than all its disks promise
    disk_type = last(data.get("type", "pd-standard"))
    # A regional disk stands in no zone, and names its two zones or neither.
    copies = max(1, len(data.get("replicaZones", ()))) if asset.location.zone else 2
    size, why = data.get("sizeGb"), "" if "sizeGb" in data else "the size of this disk is not told"
    block = _block(disk_type, float(size or _UNTOLD_GIB) * copies, why)
    info = {"host_type": disk_type, "attached": "true" if data.get("users") else "false"}
    return asset.described(kept=block, state=data.get("status", ""), name=data["name"], info=info)


SPECS = (
    ServiceSpec(
        kind="compute/disk",
        listing=LISTING,
        accepts=of_type("compute.googleapis.com/Disk"),
        describe=describe,
        states=STATES,
        reason=(
            "Block storage of its provisioned size and class, counted here and never at the "
            "instance."
        ),
    ),
    ServiceSpec(
        kind="compute/region_disk",
        listing=LISTING,
        accepts=of_type("compute.googleapis.com/RegionDisk"),
        describe=describe,
        states=STATES,
        reason="As a zonal disk, held in two zones.",
    ),
)
