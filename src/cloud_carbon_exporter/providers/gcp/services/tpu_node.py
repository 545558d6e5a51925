"""Cloud TPU nodes: their chips and hosts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import prod
from typing import Any, NamedTuple

from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import DELETED, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import built, machine_info, times
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

# PREEMPTED and TERMINATED: Google took the hardware back, and the node stays until it is deleted.
# It is hidden where its project was switched off. UNKNOWN is left to be taken as running.
STATES = states(
    running="READY RESTARTING REIMAGING REPAIRING STARTING STOPPING",
    stopped="STOPPED PREEMPTED TERMINATED HIDING HIDDEN UNHIDING",
    gone=f"CREATING DELETING {DELETED}",
)

# v4-8, v5litepod-16, v5p-128, tpu7x-8; and with the topology in place of a number: tpu7x-2x2x1.
_TYPE = re.compile(
    r"(?:tpu-?)?v?(?P<generation>\d+[a-z]*)-(?:(?P<counted>\d+)|(?P<topology>\d+(?:x\d+)+))$"
)


class _Host(NamedTuple):
    """Host of one generation: the board it holds, its machine type and how many chips."""

    board: str
    machine_type: str
    chips: int = 4


_HOSTS = {
    "2": _Host("TPU v2", "n1-standard-96"),
    "3": _Host("TPU v3", "n1-standard-96"),
    "4": _Host("TPU v4", "ct4p-hightpu-4t"),
    "5litepod": _Host("TPU v5e", "ct5lp-hightpu-4t"),
    "5p": _Host("TPU v5p", "ct5p-hightpu-4t"),
    "6e": _Host("TPU v6e", "ct6e-standard-4t"),
    "7": _Host("TPU v7x", "tpu7-standard-4t"),
    "7x": _Host("TPU v7x", "tpu7x-standard-4t"),
}
"""Hosts by generation (https://cloud.google.com/tpu/docs/system-architecture)."""

_NEWEST = "tpu7x-standard-4t"
_CORES_PER_CHIP = 2  # TensorCores, as Google calls them
_COUNTED_IN_CHIPS = frozenset({"5litepod", "6e"})
"""Generations whose types count chips; those of the others count TensorCores."""


class Chips(NamedTuple):
    """Chips of a TPU node: their generation and number."""

    generation: str
    number: int


def chips(accelerator_type: str, topology: str = "") -> Chips:
    """Chips of an accelerator type: v4-8 has four, v5litepod-8 eight; a topology tells chips.

    A type of a form nobody knows is one host of its chips.
    """
    matched = _TYPE.match(accelerator_type.lower())
    generation = matched["generation"] if matched else accelerator_type.lower().removeprefix("v")
    shape = (matched and matched["topology"]) or topology
    if matched and matched["counted"]:
        per_chip = 1 if generation in _COUNTED_IN_CHIPS else _CORES_PER_CHIP
        return Chips(generation, max(1, int(matched["counted"]) // per_chip))
    if shape:
        return Chips(generation, prod(int(side) for side in shape.split("x")))
    return Chips(generation, _HOSTS.get(generation, _Host("", "")).chips)


def _of_node(data: Mapping[str, Any]) -> Chips:
    """Chips of a node, by its type or its configuration: {"type": "V5P", "topology": "2x2x1"}."""
    config = data.get("acceleratorConfig", {})
    version = config.get("type", "").lower().replace("_", "").removeprefix("v")
    return chips(data.get("acceleratorType") or version, config.get("topology", ""))


def describe(raw: Raw, scope: Scope) -> Description:
    """Node as its chips and the share of hosts that hold them; nothing while it is stopped."""
    asset = parse(raw, scope)
    generation, number = _of_node(asset.data)
    host = _HOSTS.get(generation, _Host(f"TPU v{generation}", _NEWEST))
    accelerator_type = asset.data.get("acceleratorType") or host.board
    machine, parts = built(host.machine_type, gpu=host.board, gpus=host.chips)
    return asset.described(
        running=times(parts, number / host.chips),
        state=asset.data.get("state", ""),
        monitor={"node_id": asset.name, "zone": asset.location.zone},
        info=machine_info(accelerator_type, machine),
    )


SPEC = ServiceSpec(
    kind="tpu/node",
    listing=LISTING,
    accepts=of_type("tpu.googleapis.com/Node"),
    describe=describe,
    states=STATES,
    reason="Its chips and their hosts while it runs.",
    metrics=(
        Metric(
            into="gpu_ratio",
            # The duty cycle is told by worker only, which no node can be joined on.
            name="tpu.googleapis.com/tpu/mxu/utilization",
            namespace="tpu_worker",
            statistic="ALIGN_MEAN/REDUCE_MEAN",
            dimensions={"resource.label.node_id": "node_id", "resource.label.zone": "zone"},
            scale=0.01,
        ),
        Metric(
            into="cpu_ratio",
            name="tpu.googleapis.com/cpu/utilization",
            namespace="tpu_worker",
            statistic="ALIGN_MEAN/REDUCE_MEAN",
            dimensions={"resource.label.node_id": "node_id", "resource.label.zone": "zone"},
            scale=0.01,
        ),
    ),
)
