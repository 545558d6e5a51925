"""Sole-tenant nodes: what of them no instance holds; the instances on them are counted as such."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.client.node_groups import PERMISSION
from cloud_carbon_exporter.providers.gcp.describing.asset import last, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import Shape, boards, built
from cloud_carbon_exporter.providers.idle_hardware import idle
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# What INVALID means Google does not say.
STATES = states(running="READY", gone="CREATING DELETING INVALID")

_NODES_THERE = frozenset({"READY", "REPAIRING", ""})
"""States of a node that is there."""

_SIZE = re.compile(r"-node-(\d+)-(\d+)$")
"""Ends the name of a node type: its vCPUs, and the GB of its memory."""

_USUAL = "n2-node-80-640"
_MIB_PER_GIB = 1024


def _total(node: Mapping[str, Any]) -> tuple[float, float, float]:
    """vCPUs, GiB of memory and of local SSD of a whole node."""
    told = node.get("totalResources", {})
    size = _SIZE.search(node["nodeType"])
    vcpus = told.get("guestCpus") or (size and size[1]) or 0
    memory_gib = told.get("memoryMb", 0) / _MIB_PER_GIB or float(size[2] if size else 0)
    return float(vcpus), memory_gib, float(told.get("localSsdGb", 0))


def _free(node: Mapping[str, Any]) -> tuple[Component, ...]:
    """What no instance holds of a node, at rest; of its boards the share that its vCPUs are."""
    vcpus, memory_gib, ssd_gib = _total(node)
    consumed = node.get("consumedResources", {})
    attached = boards(node.get("accelerators", ()), "acceleratorType", "acceleratorCount")
    _, parts = built(
        last(node["nodeType"]),
        Shape(vcpus=int(vcpus), memory_gib=memory_gib),
        gpu=attached.model,
        gpus=attached.number,
        ssd_gib=ssd_gib,
    )
    # vCPUs that are sold twice (overcommitted) leave none over.
    of_cpu = _left(vcpus, consumed.get("guestCpus", 0))
    left = {
        "memory": _left(memory_gib, consumed.get("memoryMb", 0) / _MIB_PER_GIB),
        "ssd": _left(ssd_gib, consumed.get("localSsdGb", 0)),
    }
    return idle(replace(part, amount=part.amount * left.get(part.kind, of_cpu)) for part in parts)


def _left(total: float, held: float) -> float:
    return max(0.0, 1 - held / total) if total else 0.0


def _guessed(size: int) -> tuple[Component, ...]:
    """What is free of nodes that nobody may list."""
    _, parts = built(_USUAL, Shape(vcpus=80, memory_gib=640))
    return idle(parts, size / 2, f"nodes may not be listed: taken as {_USUAL}, half of them free")


def describe(raw: Raw, scope: Scope) -> Description:
    """Group as what is free of its nodes; it is listed at its owner only."""
    asset = parse(raw, scope)
    nodes = scope.catalogue.get("node_groups", {}).get(asset.id)
    free: list[Component] = []
    types: set[str] = set()
    for node in nodes or ():
        if node.get("status", "") in _NODES_THERE:
            free.extend(part for part in _free(node) if part.amount)
            types.add(last(node["nodeType"]))
    return asset.described(
        running=_guessed(int(asset.data.get("size", 0))) if nodes is None else free,
        state=asset.data.get("status", ""),
        name=asset.data.get("name", ""),
        info={"host_type": " ".join(sorted(types)), "reserved": str(asset.data.get("size", 0))},
    )


SPEC = ServiceSpec(
    kind="compute/node_group",
    listing=LISTING,
    accepts=of_type("compute.googleapis.com/NodeGroup"),
    describe=describe,
    states=STATES,
    reason="What no instance holds of its nodes, at rest; the instances on them are counted.",
    permissions=(PERMISSION,),
)
