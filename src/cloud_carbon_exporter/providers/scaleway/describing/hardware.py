"""Hardware behind Scaleway's products: sizes, nodes and their volumes, one machine many times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cloud_carbon_exporter.model.machines import Machine, machine
from cloud_carbon_exporter.model.types import Component, ComponentKind
from cloud_carbon_exporter.providers.spec import Raw, Scope

GIB = 1024**3
GB = 10**9

# How our tables call a managed node that is known by its size alone.
UNNAMED = "S"


def gib(size_bytes: Any) -> float:
    """GiB of a count of bytes, which is null where the API does not say."""
    # Scaleway sells GB of 10^9 bytes; components are in GiB of 2^30.
    return (size_bytes or 0) / GIB


def memory_gib(size_bytes: Any) -> float:
    """GiB of memory of a count of bytes; null where the API does not say."""
    # Modules hold powers of two, but offers and node types write 32 GiB as 32 GB: the catalogue has
    # 34359738368 bytes for an EM-A115X-SSD of 32000000000.
    gigabytes = (size_bytes or 0) / GB
    return gigabytes if gigabytes.is_integer() else gib(size_bytes)


def times(parts: Iterable[Component], count: float) -> tuple[Component, ...]:
    """Hardware `count` times over: nodes of a cluster, replicas."""
    return tuple(replace(part, amount=part.amount * count) for part in parts)


def guessed(parts: Iterable[Component], why: str) -> tuple[Component, ...]:
    """Hardware marked as guessed; a reason it has already stays."""
    return tuple(replace(part, assumed=part.assumed or why) for part in parts)


def stored(kind: ComponentKind, part: str, amount_gib: float) -> Component:
    """Volume, snapshot or file system of a class."""
    return Component(kind=kind, part=f"scaleway/{part}", amount=amount_gib)


def catalogue_entry(scope: Scope, table: str, name: Any) -> Mapping[str, Any]:
    """Entry of a product's own catalogue by name; empty where the catalogue lacks it."""
    # Objects and catalogues of a product spell its types in different cases.
    entry: Mapping[str, Any] = scope.catalogue.get(table, {}).get(str(name).lower(), {})
    return entry


def node_machine(raw: Raw, scope: Scope) -> Machine:
    """Machine of one node of a managed product.

    A node type is an Instance type under another name (DB-PRO2-S is a PRO2-S), or says its shape
    (brokernode-shared-2c-8g): the table of names reads either.
    """
    node_type = catalogue_entry(scope, "node_types", raw.get("node_type"))
    name = str(raw.get("node_type") or UNNAMED).upper()
    # Redis and RDB say `memory`, MongoDB and the products after it `memory_bytes`.
    memory_bytes = node_type.get("memory_bytes", node_type.get("memory"))
    return machine(
        "scaleway",
        name,
        vcpus=node_type.get("vcpus") or None,
        memory_gib=memory_gib(memory_bytes) if memory_bytes else None,
    )


def node_volumes(raw: Raw, nodes: float) -> tuple[Component, ...]:
    """Data volumes of a managed database, one for each node."""
    volume = raw.get("volume") or {}
    volume_class = str(volume.get("type"))
    size_gib = gib(volume.get("size_bytes", volume.get("size"))) * nodes
    if volume_class == "lssd":  # a disk in the node itself, not on the network
        return (Component(kind="ssd", part="ssd", amount=size_gib),)
    # RDB's older network class goes by another name in Block Storage.
    name = "b_ssd" if volume_class == "bssd" else volume_class
    return (stored("block", name, size_gib),)


def machine_info(of: Machine) -> dict[str, str]:
    """Info of a machine: type, architecture and processor."""
    return {"host_type": of.name, "architecture": of.architecture, "cpu": of.cpu}
