"""SageMaker's machines: ml.* types are instance types, and their percentages add up over cores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cloud_carbon_exporter.model.machines import machine
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes, times, volume
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.spec import Metric

ENDPOINTS, TRAINING = "/aws/sagemaker/Endpoints", "/aws/sagemaker/TrainingJobs"
_VOLUME = "aws/gp2"


@dataclass(frozen=True, slots=True)
class Fleet:
    """Fleet: so many machines of one type, with a volume each. assumed: why the type is a guess."""

    instance_type: str
    count: float
    volume_gib: float | None = None
    assumed: str = ""


def mixed(
    told: Iterable[tuple[str, float]], total: float, wanted: Sequence[str]
) -> tuple[Fleet, ...]:
    """Machines of several types, as told; those beyond are taken as the first of those wanted."""
    fleets = [Fleet(instance_type, count) for instance_type, count in told]
    rest = total - sum(fleet.count for fleet in fleets)
    if rest > 0:
        first = next(iter(wanted), "")
        fleets.append(Fleet(first, rest, assumed="which of several types it has is not told"))
    return tuple(fleets)


def held(fleets: Iterable[Fleet]) -> tuple[Component, ...]:
    """Machines of all fleets, and the volume each of them was given."""
    parts: list[Component] = []
    for fleet in fleets:
        machines = nodes(fleet.instance_type, fleet.count)
        parts += (replace(part, assumed=part.assumed or fleet.assumed) for part in machines)
        parts += times(volume(fleet.volume_gib, _VOLUME), fleet.count)
    return tuple(parts)


def types(fleets: Iterable[Fleet]) -> str:
    """Types of all fleets, each once."""
    return " ".join(dict.fromkeys(fleet.instance_type for fleet in fleets))


def sizes(fleets: Sequence[Fleet]) -> dict[str, str]:
    """Cores and boards that percentages are a sum over (SageMaker developer guide).

    Of several types the mean by number, as CloudWatch tells the mean of their sums. No boards where
    there are none.
    """
    cores: list[tuple[float, float]] = []
    boards: list[tuple[float, float]] = []
    anything = any(fleet.count for fleet in fleets)
    for fleet in fleets:
        known = machine("aws", fleet.instance_type)
        weight = fleet.count if anything else 1
        cores.append((known.vcpus, weight))
        if known.gpu and known.gpus and weight:
            boards.append((known.gpus, weight))
    counts = {"Cores": _mean(cores)}
    if boards:
        counts["Boards"] = _mean(boards)
    return counts


def _mean(weighed: Sequence[tuple[float, float]]) -> str:
    total = sum(size * weight for size, weight in weighed)
    return f"{total / sum(weight for _, weight in weighed):g}"


def utilisation(namespace: str, *dimensions: str) -> tuple[Metric, ...]:
    """Metrics of the CPU and accelerators of machines that monitoring knows by these dimensions."""
    named = {dimension: dimension for dimension in dimensions}
    return (
        percent("cpu_ratio", namespace, "CPUUtilization", named, over="Cores"),
        percent("gpu_ratio", namespace, "GPUUtilization", named, over="Boards"),
    )
