"""Block Storage: network volumes and their snapshots, attached or not."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import projects
from cloud_carbon_exporter.providers.scaleway.describing.hardware import gib, guessed, stored
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "BlockStorageReadOnly"

# Space is held from the moment a volume is there until it is deleted, attached or not.
VOLUME_STATES = states(
    running="available in_use resizing error snapshotting locked updating",
    gone="creating deleting deleted",
)
SNAPSHOT_STATES = states(
    running="available in_use exporting error locked", gone="creating deleting deleted"
)

# Low Latency volumes are sold with one of two limits of operations a second.
NAMED_CLASSES = ("sbs_5k", "sbs_15k")


def _sized(raw: Raw) -> Component:
    """Volume of its class. Classes are told apart by their IOPS: 5,000 and 15,000."""
    size = gib(raw.get("size"))
    specs = raw.get("specs") or {}
    iops = specs.get("perf_iops") or 0
    name = str(raw.get("type") or "")
    if str(specs.get("class")) == "bssd" or name == "b_ssd":
        return stored("block", "b_ssd", size)
    if name in NAMED_CLASSES:
        return stored("block", name, size)
    if iops:
        return stored("block", f"sbs_{iops // 1000}k", size)
    return guessed([stored("block", "sbs_5k", size)], "unknown volume class")[0]


def _volume(raw: Raw, scope: Scope) -> Description:
    info = {"attached": "true" if raw.get("references") else "false"}
    return parse(raw, scope).described(kept=[_sized(raw)], info=info)


def _snapshot(raw: Raw, scope: Scope) -> Description:
    return parse(raw, scope).described(kept=[stored("snapshot", "snapshot", gib(raw.get("size")))])


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
        states=VOLUME_STATES,
        searched_as="sbs_volume",
        reason="The provisioned size by class; servers show these volumes too, and are not charged "
        "for them.",
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
        states=SNAPSHOT_STATES,
        searched_as="sbs_snapshot",
        reason="The size of the volume it was taken of; how much of it is stored the API does not "
        "say.",
    ),
)
