"""What SageMaker's machines share: ml.* types are instance types, and their CPU percentages add up
over cores.
"""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import machine
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes, times
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.spec import Metric

ENDPOINTS, TRAINING = "/aws/sagemaker/Endpoints", "/aws/sagemaker/TrainingJobs"
# SageMaker developer guide: utilisation is the sum over the cores, or the boards, of an instance.
_VOLUME = "aws/gp2"


def held(
    instance_type: str, count: float, volume_gib: float | None = None
) -> tuple[Component, ...]:
    """So many machines of a type, and the volume each of them was given."""
    volume = (Component("block", _VOLUME, float(volume_gib)),) if volume_gib else ()
    return (*nodes(instance_type, count), *times(volume, count))


def sizes(instance_type: str) -> dict[str, str]:
    """Over how many cores, and boards, its percentages are a sum; boards only where there are any."""
    found = machine("aws", instance_type)
    boards = {"Boards": f"{found.gpus:g}"} if found.gpu and found.gpus else {}
    return {"Cores": f"{found.vcpus:g}", **boards}


def utilisation(namespace: str, *dimensions: str) -> tuple[Metric, ...]:
    """CPU and accelerators of the machines known to monitoring by these dimensions."""
    named = {dimension: dimension for dimension in dimensions}
    return (
        percent("cpu_ratio", namespace, "CPUUtilization", named, over="Cores"),
        percent("gpu_ratio", namespace, "GPUUtilization", named, over="Boards"),
    )
