"""Instances: virtual machines with the local disks they hold, their older volumes, and snapshots of
those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from cloud_carbon_exporter.model.machines import Machine, components, machine
from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import projects, server_types
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.describe import (
    described,
    gib,
    resource,
    stored,
)
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

PERMISSION = "InstancesReadOnly"
ARCHITECTURES = {"x86_64": "x86_64", "arm": "arm", "arm64": "arm64"}
ON = frozenset({"running", "starting", "stopping", "locked"})
LOCAL = frozenset({"l_ssd", "scratch"})

CPU = Metric(
    into="cpu_ratio",
    name=(
        'sum by (resource_id) (rate(instance_server_cpu_seconds_total{mode!~"idle|iowait|steal"}[5m]))'
        " / on (resource_id) max by (resource_id) (instance_server_vcpu_count{})"
    ),
    statistic="rate",
    dimensions={"resource_id": "resource_id"},
)


def _machine(raw: Raw, scope: Scope) -> Machine:
    """The type as the products API of the zone has it, its CPU model as the public catalogue names
    it.
    """
    name = str(raw["commercial_type"])
    known: Mapping[str, Any] = scope.catalogue.get("types", {}).get(name) or {}
    product = _product(raw, scope)
    gpus = known.get("gpu") or None
    return machine(
        "scaleway",
        name,
        vcpus=known.get("ncpus") or None,
        memory_gib=gib(known["ram"]) if known.get("ram") else None,
        architecture=ARCHITECTURES.get(str(known.get("arch") or raw.get("arch"))),
        cpu=product.get("cpu") or None,
        gpu=(known.get("gpu_info") or {}).get("gpu_name") if gpus else None,
        gpus=gpus,
    )


def _product(raw: Raw, scope: Scope) -> Mapping[str, str]:
    key = (str(raw["commercial_type"]).upper(), str(raw.get("zone") or scope.zone))
    found: Mapping[str, str] = scope.catalogue.get("products", {}).get(key, {})
    return found


def _held(raw: Raw, of: Machine) -> Iterator[Component]:
    """What the server holds in its state: running all; stopped in place the idle hardware; stopped
    its disks alone.

    Block volumes are resources of their own, whoever shows them.
    """
    state = str(raw.get("state")).replace(" ", "_")  # the API itself says "stopped in place"
    fixed = [part for part in components(of) if part.kind not in ("ssd", "hdd")]
    if state in ON:
        yield from fixed
    elif state == "stopped_in_place":
        yield from (replace(part, load="") for part in fixed)
    elif state != "stopped":
        yield from (
            replace(part, assumed=part.assumed or f"unknown state {state}") for part in fixed
        )
    local = sum(
        gib(volume.get("size"))
        for volume in (raw.get("volumes") or {}).values()
        if str(volume.get("volume_type")) in LOCAL
    )
    if local:
        yield Component(kind="ssd", part="ssd", amount=local)


def _server(raw: Raw, scope: Scope) -> Resource | None:
    of = _machine(raw, scope)
    info = {
        **described(of),
        "state": str(raw.get("state")),
        "catalogue_gco2e_per_hour": _product(raw, scope).get("catalogue_gco2e_per_hour", ""),
    }
    return resource(raw, scope, "instance/server", _held(raw, of), info=info)


def _volume(raw: Raw, scope: Scope) -> Resource | None:
    """Local disks belong to the server that holds them, block volumes of the new kind to the block
    API.
    """
    kind = str(raw.get("volume_type"))
    if kind.startswith("sbs_") or (kind in LOCAL and raw.get("server")):
        return None
    size = gib(raw.get("size"))
    part = (
        Component(kind="ssd", part="ssd", amount=size)
        if kind in LOCAL
        else stored("block", kind, size)
    )
    info = {"attached": "true" if raw.get("server") else "false"}
    return resource(raw, scope, "instance/volume", [part], info=info)


def _snapshot(raw: Raw, scope: Scope) -> Resource | None:
    if str(raw.get("volume_type")).startswith("sbs_"):
        return None  # the block API lists it
    return resource(
        raw, scope, "instance/snapshot", [stored("snapshot", "snapshot", gib(raw.get("size")))]
    )


SERVERS = listing(
    "ListServers",
    "instance/v1/zones/{zone}/servers",
    "servers",
    kind="instance/server",
    permission=PERMISSION,
    lookup=server_types,
)

SPECS = (
    ServiceSpec(
        kind="instance/server",
        listing=SERVERS,
        describe=_server,
        reason="A share of its host by the type's vCPUs, memory and GPUs, and the local disks it holds; none but the "
        "disks when stopped, idle hardware when stopped in place. Kapsule nodes are Instances and stand here.",
        metrics=(CPU,),
    ),
    ServiceSpec(
        kind="instance/volume",
        listing=listing(
            "ListVolumes",
            "instance/v1/zones/{zone}/volumes",
            "volumes",
            kind="instance/volume",
            permission=PERMISSION,
            lookup=projects,
        ),
        describe=_volume,
        reason="Block volumes of the old kind and local disks no server holds; all others are counted elsewhere.",
    ),
    ServiceSpec(
        kind="instance/snapshot",
        listing=listing(
            "ListSnapshots",
            "instance/v1/zones/{zone}/snapshots",
            "snapshots",
            kind="instance/snapshot",
            permission=PERMISSION,
            lookup=projects,
        ),
        describe=_snapshot,
        reason="The stored size, as far as the API knows it; images are views of snapshots.",
    ),
)
