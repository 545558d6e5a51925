"""Instances: virtual machines with their local disks, older volumes, and snapshots of those."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cloud_carbon_exporter.model.machines import Machine, components, machine
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.catalogue import ProductKey, server_types
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import projects
from cloud_carbon_exporter.providers.scaleway.client.server_lives import (
    DELETED,
    ENDED_AT,
    STARTED_AT,
)
from cloud_carbon_exporter.providers.scaleway.describing.hardware import gib, machine_info, stored
from cloud_carbon_exporter.providers.scaleway.describing.moments import moment
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

PERMISSION = "InstancesReadOnly"

# Stopped, the hypervisor is given back and local disks stay; stopped in place, nothing is given
# back. A locked server keeps what it has, and its bill.
SERVER_STATES = states(
    running="running starting stopping locked stopped_in_place", stopped="stopped", gone=DELETED
)
IN_PLACE = "stopped_in_place"

# Every state of these is one in which their bytes lie somewhere.
VOLUME_STATES = states(
    running="available snapshotting fetching saving attaching resizing hotsyncing error"
)
SNAPSHOT_STATES = states(running="available snapshotting importing exporting invalid_data error")

ARCHITECTURES = {"x86_64": "x86_64", "arm": "arm", "arm64": "arm64"}
# Disks of the hypervisor: l_ssd is kept while the server is stopped, scratch comes with large GPU
# types and is lost then.
LOCAL = frozenset({"l_ssd", "scratch"})

# Waiting for a disk is no work of the CPU, and stolen time is work of another guest.
VCPU_SECONDS = 'instance_server_cpu_seconds_total{mode!~"idle|iowait|steal"}[5m]'
CPU = Metric(
    into="cpu_ratio",
    name=(
        f"sum by (resource_id) (rate({VCPU_SECONDS}))"
        " / on (resource_id) max by (resource_id) (instance_server_vcpu_count{})"
    ),
    statistic="rate",
    dimensions={"resource_id": "resource_id"},
)


def _machine(raw: Raw, scope: Scope) -> Machine:
    """Machine by the products API of the zone; its CPU model only the public catalogue names."""
    name = str(raw["commercial_type"])
    # What a type has may differ from zone to zone.
    server_type: Mapping[str, Any] = scope.catalogue.get("types", {}).get(name) or {}
    gpus = server_type.get("gpu") or None
    return machine(
        "scaleway",
        name,
        vcpus=server_type.get("ncpus") or None,
        memory_gib=gib(server_type["ram"]) if server_type.get("ram") else None,
        architecture=ARCHITECTURES.get(str(server_type.get("arch") or raw.get("arch"))),
        cpu=_product(raw, scope).get("cpu") or None,
        gpu=(server_type.get("gpu_info") or {}).get("gpu_name") if gpus else None,
        gpus=gpus,
    )


def _product(raw: Raw, scope: Scope) -> Mapping[str, str]:
    """Product of the public catalogue that a server is, in its zone."""
    key = ProductKey(str(raw["commercial_type"]).upper(), str(raw.get("zone") or scope.zone))
    product: Mapping[str, str] = scope.catalogue.get("products", {}).get(key, {})
    return product


def _share_of_host(of: Machine, *, idle: bool) -> Iterable[Component]:
    """Share of the host a type has; disks apart, as the server itself shows those it has."""
    for part in components(of):
        if part.kind not in ("ssd", "hdd"):
            yield replace(part, load="") if idle else part


def _local_disks(raw: Raw) -> Component:
    """Local disks a server holds; block volumes are resources of their own, whoever shows them."""
    size_gib = 0.0
    for volume in (raw.get("volumes") or {}).values():
        if str(volume.get("volume_type")) in LOCAL:
            size_gib += gib(volume.get("size"))
    return Component(kind="ssd", part="ssd", amount=size_gib)


def _server(raw: Raw, scope: Scope) -> Description:
    """Server: its share of a host, which idles when stopped in place, and its local disks."""
    server = parse(raw, scope)
    of = _machine(raw, scope)
    # The SDK says stopped_in_place, the API itself "stopped in place".
    state = server.state.replace(" ", "_")
    info = {
        **machine_info(of),
        "state": server.state,
        "catalogue_gco2e_per_hour": _product(raw, scope).get("catalogue_gco2e_per_hour", ""),
    }
    described = server.described(
        running=_share_of_host(of, idle=state == IN_PLACE),
        kept=[_local_disks(raw)],
        state=state,
        info=info,
    )
    started, ended = moment(raw.get(STARTED_AT)), moment(raw.get(ENDED_AT))
    return replace(described, started=started or described.started, ended=ended)


def _volume(raw: Raw, scope: Scope) -> Description | None:
    """Volume of the older API, unless its server holds it or the block API lists it."""
    volume_class = str(raw.get("volume_type"))
    if volume_class.startswith("sbs_") or (volume_class in LOCAL and raw.get("server")):
        return None
    size_gib = gib(raw.get("size"))
    if volume_class in LOCAL:
        disk = Component(kind="ssd", part="ssd", amount=size_gib)
    else:
        disk = stored("block", volume_class, size_gib)
    info = {"attached": "true" if raw.get("server") else "false"}
    return parse(raw, scope).described(kept=[disk], info=info)


def _snapshot(raw: Raw, scope: Scope) -> Description | None:
    """Snapshot of the older API, unless the block API lists it."""
    if str(raw.get("volume_type")).startswith("sbs_"):
        return None
    return parse(raw, scope).described(kept=[stored("snapshot", "snapshot", gib(raw.get("size")))])


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
        states=SERVER_STATES,
        searched_as="instance_server",
        reason="A share of its host by the type's vCPUs, memory and GPUs, and the local disks it "
        "holds; none but the disks when stopped, idle hardware when stopped in place. Kapsule "
        "nodes are Instances and stand here.",
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
        states=VOLUME_STATES,
        searched_as="instance_volume",
        reason="Block volumes of the old kind and local disks no server holds; all others are "
        "counted elsewhere.",
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
        states=SNAPSHOT_STATES,
        searched_as="instance_snapshot",
        reason="The stored size, as far as the API knows it; images are views of snapshots.",
    ),
)
