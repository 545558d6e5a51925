"""Containers of Cloud Run: the boards of an instance, beside the vCPUs it has.

A board comes with the whole instance: as vCPUs are allocated to it as long as it is there, so are
boards, so many for each vCPU (https://docs.cloud.google.com/run/docs/configuring/services/gpu).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloud_carbon_exporter.model.machines import machine
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.gcp.describing.asset import PROVIDER

_BOARDS = "nvidia.com/gpu"
_OF_KNATIVE = "run.googleapis.com/accelerator"
_USUAL = "nvidia-l4"
_MILLI = 1000
_LEAST_VCPUS = 4.0  # an instance with a board has that many


def boards_per_vcpu(data: Mapping[str, Any]) -> tuple[Component, ...]:
    """Boards for each vCPU allocated to the instances of a service, job or pool; most have none."""
    boards = vcpus = 0.0
    model = ""
    for template in _templates(data):
        selector = template.get("nodeSelector") or {}
        model = model or selector.get("accelerator") or selector.get(_OF_KNATIVE) or ""
        for container in template.get("containers", ()):
            limits = container.get("resources", {}).get("limits") or {}
            boards += float(limits.get(_BOARDS, 0))
            vcpus += _vcpus(limits.get("cpu", "0"))
    if not (boards or model):
        return ()
    held = machine(PROVIDER, "serverless", gpu=model or _USUAL, gpus=boards or 1)
    return (
        Component(
            "gpu",
            held.gpu,
            held.gpus / (vcpus or _LEAST_VCPUS),
            load="gpu_ratio",
            per="capacity_units",
            assumed="" if model else "a Cloud Run accelerator is not named",
        ),
    )


def _templates(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Templates of instances: of a service one deep, of a job two; Knative puts each in a spec."""
    inner: Any = data
    while isinstance(inner, Mapping):
        spec = inner.get("spec")
        inner = spec if isinstance(spec, Mapping) else inner
        if "containers" in inner:
            yield inner
        inner = inner.get("template")


def _vcpus(limit: str) -> float:
    """vCPUs of a limit as Kubernetes writes them: `8`, `8000m`."""
    milli = limit.removesuffix("m")
    return float(milli) / _MILLI if milli != limit else float(limit)
