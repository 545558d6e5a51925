"""Cloud TPU nodes: their chips and hosts."""

from __future__ import annotations

import re

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import built, times
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

_TYPE = re.compile(r"v(\d+)(litepod|lite|p|e|x)?-(\d+)$", re.IGNORECASE)
# Generation -> board, machine type of one host and its chips
# (https://cloud.google.com/tpu/docs/system-architecture).
_HOSTS = {
    "v2": ("TPU v2", "n1-standard-96", 4),
    "v3": ("TPU v3", "n1-standard-96", 4),
    "v4": ("TPU v4", "ct4p-hightpu-4t", 4),
    "v5litepod": ("TPU v5e", "ct5lp-hightpu-4t", 4),
    "v5p": ("TPU v5p", "ct5p-hightpu-4t", 4),
    "v6e": ("TPU v6e", "ct6e-standard-4t", 4),
}
_CORES_PER_CHIP = 2  # the older types count TensorCores, v5e and v6e count chips
_ON = frozenset({"READY", "RESTARTING", "REIMAGING", "REPAIRING", "STARTING", "STOPPING"})


def chips(accelerator_type: str) -> tuple[str, int]:
    """(generation, chips) of an accelerator type: v4-8 has four chips, v5litepod-8 eight. Raises
    ValueError.
    """
    found = _TYPE.match(accelerator_type)
    if found is None:
        raise ValueError(f"not a TPU type: {accelerator_type}")
    generation = f"v{found[1]}{(found[2] or '').lower()}"
    counts_chips = generation in ("v5litepod", "v6e")
    return generation, max(1, int(found[3]) // (1 if counts_chips else _CORES_PER_CHIP))


def describe(raw: Raw, scope: Scope) -> Resource:
    """Its chips and the share of hosts that hold them; nothing while it is stopped."""
    asset = parse(raw, scope)
    generation, count = chips(asset.data["acceleratorType"])
    gpu, host, host_chips = _HOSTS.get(generation, (f"TPU {generation}", "ct6e-standard-4t", 4))
    made, parts = built(host, gpu=gpu, gpus=host_chips)
    info = {
        "host_type": asset.data["acceleratorType"],
        "architecture": made.architecture,
        "cpu": made.cpu,
    }
    if asset.data["state"] not in _ON:
        return asset.resource((), info=info)
    monitor = {"node_id": asset.name, "zone": asset.location.zone}
    return asset.resource(times(parts, count / host_chips), monitor=monitor, info=info)


SPEC = ServiceSpec(
    kind="tpu/node",
    listing=LISTING,
    accepts=of_type("tpu.googleapis.com/Node"),
    describe=describe,
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
