"""SageMaker's machines: ml.* types are instance types, and their percentages add up over cores."""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import machine
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes, times, volume
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.spec import Metric

ENDPOINTS, TRAINING = "/aws/sagemaker/Endpoints", "/aws/sagemaker/TrainingJobs"
_VOLUME = "aws/gp2"


def held(
    instance_type: str, count: float, volume_gib: float | None = None
) -> tuple[Component, ...]:
    """Machines of a type, and the volume each of them was given."""
    return (*nodes(instance_type, count), *times(volume(volume_gib, _VOLUME), count))


def sizes(instance_type: str) -> dict[str, str]:
    """Cores and boards that percentages of a type are a sum over (SageMaker developer guide).

    No boards where there are none.
    """
    known = machine("aws", instance_type)
    counts = {"Cores": f"{known.vcpus:g}"}
    if known.gpu and known.gpus:
        counts["Boards"] = f"{known.gpus:g}"
    return counts


def utilisation(namespace: str, *dimensions: str) -> tuple[Metric, ...]:
    """Metrics of the CPU and accelerators of machines that monitoring knows by these dimensions."""
    named = {dimension: dimension for dimension in dimensions}
    return (
        percent("cpu_ratio", namespace, "CPUUtilization", named, over="Cores"),
        percent("gpu_ratio", namespace, "GPUUtilization", named, over="Boards"),
    )
