"""Persistent Disk and Hyperdisk, zonal and regional, attached or not."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import last, of_type, parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec


def describe(raw: Raw, scope: Scope) -> Resource:
    """The provisioned size, in both zones for a regional disk; what is stored on it makes no
    difference.
    """
    asset = parse(raw, scope)
    data = asset.data
    disk_type = last(data.get("type", "pd-standard"))
    copies = max(1, len(data.get("replicaZones", ()))) if asset.kind == "compute/disk" else 2
    block = Component("block", f"gcp/{disk_type}", float(data["sizeGb"]) * copies)
    info = {"host_type": disk_type, "attached": "true" if data.get("users") else "false"}
    return asset.resource((block,), name=data["name"], info=info)


SPECS = (
    ServiceSpec(
        kind="compute/disk",
        listing=LISTING,
        accepts=of_type("compute.googleapis.com/Disk"),
        describe=describe,
        reason="Block storage of its provisioned size and class, counted here and never at the instance.",
    ),
    ServiceSpec(
        kind="compute/region_disk",
        listing=LISTING,
        accepts=of_type("compute.googleapis.com/RegionDisk"),
        describe=describe,
        reason="As a zonal disk, held in two zones.",
    ),
)
