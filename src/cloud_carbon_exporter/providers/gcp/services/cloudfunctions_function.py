"""Cloud Functions of the first generation; the second is a Cloud Run service, counted there."""

from __future__ import annotations

from bisect import bisect_left

from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import hidden, per
from cloud_carbon_exporter.providers.gcp.describing.owned import describe_owned
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

# OFFLINE: its deployment failed and it serves nothing. UNKNOWN, where Google cannot say what
# serves, is left to be taken as running.
STATES = states(running="ACTIVE DEPLOY_IN_PROGRESS", stopped="OFFLINE", gone="DELETE_IN_PROGRESS")

_MEMORY_MIB = (128, 256, 512, 1024, 2048, 4096)
_VCPUS = (0.083, 0.167, 0.333, 0.583, 1, 2)
"""Share of a CPU that comes with each size of memory
(https://cloud.google.com/functions/docs/configuring/memory).
"""


def describe(raw: Raw, scope: Scope) -> Description:
    """Function as one instance's CPU and memory for each execution under way."""
    asset = parse(raw, scope)
    memory_mib = int(asset.data.get("availableMemoryMb", 256))
    vcpus = _VCPUS[min(bisect_left(_MEMORY_MIB, memory_mib), len(_VCPUS) - 1)]
    instance = hidden(vcpus, memory_mib / 1024, "a function's host is not shown")
    return asset.described(
        running=per(instance, "capacity_units"),
        state=asset.data.get("status", ""),
        monitor={"function_name": asset.name, "region": asset.location.region},
        info={"runtime": asset.data.get("runtime", "")},
    )


SPECS = (
    ServiceSpec(
        kind="cloudfunctions/cloud_function",
        listing=LISTING,
        accepts=of_type("cloudfunctions.googleapis.com/CloudFunction"),
        describe=describe,
        states=STATES,
        reason="CPU and memory of its size for each execution under way.",
        metrics=(
            Metric(
                into="capacity_units",
                name="cloudfunctions.googleapis.com/function/execution_times",
                namespace="cloud_function",
                # A distribution of nanoseconds, one for each execution that ended; their sum in a
                # second of time is how many executions were under way.
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
    # The second version of the API lists functions of the first generation too, counted above.
    ServiceSpec(
        kind="cloudfunctions/function",
        listing=LISTING,
        accepts=of_type("cloudfunctions.googleapis.com/Function"),
        describe=describe_owned,
        reason="Draws nothing of its own: it is a Cloud Run service.",
    ),
)
