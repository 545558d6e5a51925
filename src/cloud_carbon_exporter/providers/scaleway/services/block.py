"""Block Storage: network volumes and their snapshots, attached or not."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import projects
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.describe import (
    gib,
    guessed,
    resource,
    stored,
)
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "BlockStorageReadOnly"
GONE = frozenset({"deleted", "deleting"})


def _class(raw: Raw, size: float) -> Component:
    """Classes are told by their IOPS: 5,000 and 15,000."""
    specs = raw.get("specs") or {}
    iops = specs.get("perf_iops") or 0
    name = str(raw.get("type") or "")
    if str(specs.get("class")) == "bssd" or name == "b_ssd":
        return stored("block", "b_ssd", size)
    if name in ("sbs_5k", "sbs_15k") or iops:
        return stored(
            "block", name if name in ("sbs_5k", "sbs_15k") else f"sbs_{iops // 1000}k", size
        )
    return guessed([stored("block", "sbs_5k", size)], "unknown volume class")[0]


def _volume(raw: Raw, scope: Scope) -> Resource | None:
    if str(raw.get("status")) in GONE:
        return None
    info = {"attached": "true" if raw.get("references") else "false"}
    return resource(raw, scope, "block/volume", [_class(raw, gib(raw.get("size")))], info=info)


def _snapshot(raw: Raw, scope: Scope) -> Resource | None:
    if str(raw.get("status")) in GONE:
        return None
    return resource(
        raw, scope, "block/snapshot", [stored("snapshot", "snapshot", gib(raw.get("size")))]
    )


SPECS = (
    ServiceSpec(
        kind="block/volume",
        listing=listing(
            "ListVolumes",
            "block/v1/zones/{zone}/volumes",
            "volumes",
            kind="block/volume",
            permission=PERMISSION,
            lookup=projects,
        ),
        describe=_volume,
        reason="The provisioned size by class; servers show these volumes too, and are not charged for them.",
    ),
    ServiceSpec(
        kind="block/snapshot",
        listing=listing(
            "ListSnapshots",
            "block/v1/zones/{zone}/snapshots",
            "snapshots",
            kind="block/snapshot",
            permission=PERMISSION,
            lookup=projects,
        ),
        describe=_snapshot,
        reason="The size of the volume it was taken of; how much of it is stored the API does not say.",
    ),
)
