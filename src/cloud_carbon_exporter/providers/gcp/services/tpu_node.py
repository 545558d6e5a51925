"""Cloud TPU nodes: their chips and hosts."""

from __future__ import annotations

import re
from typing import NamedTuple

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

_TYPE = re.compile(r"v(\d+)(litepod|lite|p|e|x)?-(\d+)$", re.IGNORECASE)


class _Host(NamedTuple):
    """Host of one generation: the board it holds, its machine type and how many chips."""

    board: str
    machine_type: str
    chips: int = 4


_HOSTS = {
    "v2": _Host("TPU v2", "n1-standard-96"),
    "v3": _Host("TPU v3", "n1-standard-96"),
    "v4": _Host("TPU v4", "ct4p-hightpu-4t"),
    "v5litepod": _Host("TPU v5e", "ct5lp-hightpu-4t"),
    "v5p": _Host("TPU v5p", "ct5p-hightpu-4t"),
    "v6e": _Host("TPU v6e", "ct6e-standard-4t"),
}
"""Hosts by generation (https://cloud.google.com/tpu/docs/system-architecture)."""

_CORES_PER_CHIP = 2  # TensorCores, as Google calls them
_COUNTED_IN_CHIPS = frozenset({"v5litepod", "v6e"})
"""Generations whose types count chips; those of the others count TensorCores."""


class Chips(NamedTuple):
    """Chips of a TPU node: their generation and number."""

    generation: str
    number: int


def chips(accelerator_type: str) -> Chips:
    """Chips of an accelerator type: v4-8 has four, v5litepod-8 eight. Raises ValueError."""
    matched = _TYPE.match(accelerator_type)
    if matched is None:
        raise ValueError(f"not a TPU type: {accelerator_type}")
    generation = f"v{matched[1]}{(matched[2] or '').lower()}"
    per_chip = 1 if generation in _COUNTED_IN_CHIPS else _CORES_PER_CHIP
    return Chips(generation, max(1, int(matched[3]) // per_chip))


def describe(raw: Raw, scope: Scope) -> Description:
    """Node as its chips and the share of hosts that hold them; nothing while it is stopped."""
    asset = parse(raw, scope)
    accelerator_type = asset.data["acceleratorType"]
    generation, number = chips(accelerator_type)
    host = _HOSTS.get(generation, _Host(f"TPU {generation}", "ct6e-standard-4t"))
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
