"""Reservations of Compute Engine: the machines and TPUs they hold and nothing uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import Asset, last, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import boards, built, times
from cloud_carbon_exporter.providers.idle_hardware import idle
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# Of one that is made its resources are still being allocated. What INVALID means Google does not
# say; nothing may be used of it.
STATES = states(running="READY UPDATING", gone="CREATING DELETING INVALID")


def _machines(specific: Mapping[str, Any], asset: Asset, scope: Scope) -> Description:
    """Reservation of machines of one type: as many at rest as it has over those in use."""
    # Made from a template, it bears the properties of the template all the same.
    properties = specific["instanceProperties"]
    machine_type = last(properties["machineType"])
    attached = boards(
        properties.get("guestAccelerators", ()), "acceleratorType", "acceleratorCount"
    )
    ssd_gib = sum(float(disk.get("diskSizeGb", 0)) for disk in properties.get("localSsds", ()))
    _, parts = built(
        machine_type,
        scope.catalogue.get("machine_types", {}).get(machine_type),
        cpu=properties.get("minCpuPlatform", ""),
        gpu=attached.model,
        gpus=attached.number,
        ssd_gib=ssd_gib,
    )
    # Instances of all projects it is shared with are among those in use, and counted there.
    count, used = int(specific.get("count", 0)), int(specific.get("inUseCount", 0))
    return _held(asset, machine_type, count, used, parts)


def _chips(told: Iterable[Mapping[str, Any]]) -> int:
    """Chips in a list of resources."""
    return sum(int(resource.get("accelerator", {}).get("acceleratorCount", 0)) for resource in told)


def _tpus(aggregate: Mapping[str, Any], asset: Asset) -> Description:
    """Reservation of chips of one family, for slices of any shape."""
    # VM_FAMILY_CLOUD_TPU_LITE_POD_SLICE_CT6E: the last word is the family of the machine types.
    family = aggregate["vmFamily"].rpartition("_")[2].lower()
    # Four chips share a host in each of them.
    host, parts = built(f"{family}-hightpu-4t")
    held = _chips(aggregate.get("reservedResources", ()))
    used = _chips(aggregate.get("inUseResources", ()))
    return _held(asset, family, held, used, times(parts, 1 / (host.gpus or 1)))


def _held(
    asset: Asset, host_type: str, held: int, used: int, parts: tuple[Component, ...]
) -> Description:
    unused = max(0, held - used)
    return asset.described(
        running=idle(parts, unused) if unused else (),
        state=asset.data.get("status", ""),
        name=asset.data.get("name", ""),
        info={"host_type": host_type, "reserved": str(held), "unused": str(unused)},
    )


def describe(raw: Raw, scope: Scope) -> Description:
    """Reservation as the machines it holds and no instance uses; it is listed at its owner only."""
    asset = parse(raw, scope)
    if aggregate := asset.data.get("aggregateReservation"):
        return _tpus(aggregate, asset)
    return _machines(asset.data["specificReservation"], asset, scope)


SPEC = ServiceSpec(
    kind="compute/reservation",
    listing=LISTING,
    accepts=of_type("compute.googleapis.com/Reservation"),
    describe=describe,
    states=STATES,
    reason="The machines or TPUs it holds and nothing uses, at rest; those in use are instances.",
    permissions=("compute.machineTypes.list",),
)
