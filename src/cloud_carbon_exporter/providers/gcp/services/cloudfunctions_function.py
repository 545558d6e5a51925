"""Cloud Functions. The first generation runs by itself; the second is a Cloud Run service and
counted there.
"""

from __future__ import annotations

from bisect import bisect_left

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import hidden, per
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

# CPU a first-generation function gets with its memory
# (https://cloud.google.com/functions/docs/configuring/memory).
_MEMORY_MIB = (128, 256, 512, 1024, 2048, 4096)
_VCPUS = (0.083, 0.167, 0.333, 0.583, 1, 2)


def describe(raw: Raw, scope: Scope) -> Resource:
    """One instance's CPU and memory for each execution under way."""
    asset = parse(raw, scope)
    memory_mib = int(asset.data.get("availableMemoryMb", 256))
    vcpus = _VCPUS[min(bisect_left(_MEMORY_MIB, memory_mib), len(_VCPUS) - 1)]
    parts = per(
        hidden(vcpus, memory_mib / 1024, "a function's host is not shown"), "capacity_units"
    )
    monitor = {"function_name": asset.name, "region": asset.location.region}
    return asset.resource(parts, monitor=monitor, info={"runtime": asset.data.get("runtime", "")})


def describe_second_generation(raw: Raw, scope: Scope) -> None:
    """Counted as its Cloud Run service; the same API lists first-generation functions too, counted
    as CloudFunction.
    """


SPECS = (
    ServiceSpec(
        kind="cloudfunctions/cloud_function",
        listing=LISTING,
        accepts=of_type("cloudfunctions.googleapis.com/CloudFunction"),
        describe=describe,
        reason="CPU and memory of its size for each execution under way.",
        metrics=(
            Metric(
                into="capacity_units",
                name="cloudfunctions.googleapis.com/function/execution_times",
                namespace="cloud_function",
                # The sum of a distribution of nanoseconds, a second: executions under way.
                statistic="ALIGN_DELTA/REDUCE_SUM",
                dimensions={
                    "resource.label.function_name": "function_name",
                    "resource.label.region": "region",
                },
                scale=1e-9,
                absent=0,
            ),
        ),
    ),
    ServiceSpec(
        kind="cloudfunctions/function",
        listing=LISTING,
        accepts=of_type("cloudfunctions.googleapis.com/Function"),
        describe=describe_second_generation,
        reason="Draws nothing of its own: it is a Cloud Run service.",
    ),
)
