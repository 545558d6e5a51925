"""Storage pools of Hyperdisk: what they hold for their disks, used or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import last, of_type, parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# FAILED is one whose creation failed.
STATES = states(running="READY", gone="CREATING DELETING FAILED")


def _size_gib(data: Mapping[str, Any]) -> float:
    """Capacity that a pool holds; an Exapool has one for each of its prices."""
    exapool = data.get("exapoolProvisionedCapacityGb")
    if exapool:
        return sum(float(size) for size in exapool.values())
    return float(data["poolProvisionedCapacityGb"])


def describe(raw: Raw, scope: Scope) -> Description:
    """Pool as its capacity, whatever its disks are said to hold: that may be more, or less."""
    asset = parse(raw, scope)
    data = asset.data
    pool_type = last(data["storagePoolType"])
    block = Component("block", f"gcp/{pool_type}", _size_gib(data))
    return asset.described(
        kept=(block,),
        state=data.get("state", ""),
        name=data["name"],
        info={"host_type": pool_type},
    )


SPEC = ServiceSpec(
    kind="compute/storage_pool",
    listing=LISTING,
    accepts=of_type("compute.googleapis.com/StoragePool"),
    describe=describe,
    states=STATES,
    reason="The capacity it holds; the disks in it are counted here, and not by their own size.",
)
