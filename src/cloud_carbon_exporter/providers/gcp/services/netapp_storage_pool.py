"""NetApp Volumes: pools of provisioned storage; volumes and their snapshots are parts of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import times
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# DISABLED: the key it is encrypted with is out of reach, its bytes are not lost. ERROR may be
# unusable, and is as large as before.
STATES = states(
    running="READY UPDATING RESTORING ERROR", stopped="DISABLED", gone="CREATING DELETING"
)

_MIBPS_PER_TIB: Mapping[str, float] = {
    "FLEX": 16,
    "STANDARD": 16,
    "PREMIUM": 64,
    "EXTREME": 128,
}
"""MiB/s promised with each TiB (https://cloud.google.com/netapp/volumes/docs/discover/
service-levels)."""
_MIB_PER_GIB, _GIB_PER_TIB = 1024, 1024


def _controllers(data: Mapping[str, Any], size_gib: float) -> tuple[Component, ...]:
    """A part of the controllers, as large as the throughput that is promised."""
    level = data.get("serviceLevel", "")
    of_level = _MIBPS_PER_TIB.get(level, _MIBPS_PER_TIB["STANDARD"]) * size_gib / _GIB_PER_TIB
    throughput = float(data.get("totalThroughputMibps") or of_level)
    why = "the controllers around it are not told"
    return (Component("fixed", "gcp/netapp-throughput", throughput / _MIB_PER_GIB, assumed=why),)


def _storage(data: Mapping[str, Any], size_gib: float) -> tuple[Component, ...]:
    """What lies on flash, and what has been moved to object storage."""
    cold_gib = min(float(data.get("coldTierSizeUsedGib") or 0), size_gib)
    # "Total hot tier capacity for the Storage Pool [...] applicable only to Flex" (netapp.v1,
    # StoragePool.hotTierSizeGib): of such a pool only that much is provisioned on flash.
    hot_gib = min(float(data.get("hotTierSizeGib") or size_gib - cold_gib), size_gib)
    held = [Component("file", f"gcp/netapp/{data.get('serviceLevel', '')}", hot_gib)]
    if cold_gib:
        held.append(Component("object", "gcp/gcs", cold_gib))
    return tuple(held)


def describe(raw: Raw, scope: Scope) -> Description:
    """Pool as its provisioned size, whatever its volumes take of it; with a replica, twice."""
    asset = parse(raw, scope)
    data = asset.data
    size_gib = float(data["capacityGib"])
    # A pool of one zone names it in its path, a regional one both of its zones in fields.
    zones = 2 if data.get("replicaZone") else 1
    return asset.described(
        running=times(_controllers(data, size_gib), zones),
        kept=times(_storage(data, size_gib), zones),
        state=data.get("state", ""),
        info={"host_type": data.get("serviceLevel", "")},
    )


SPEC = ServiceSpec(
    kind="netapp/storage_pool",
    listing=LISTING,
    accepts=of_type("netapp.googleapis.com/StoragePool"),
    describe=describe,
    states=STATES,
    reason=(
        "Its provisioned size on flash but for what is tiered, and controllers by its throughput; "
        "twice with a replica."
    ),
)
