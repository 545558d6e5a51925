"""Agent Engine of Vertex AI (ReasoningEngine in its API): containers that agents run in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cloud_carbon_exporter.model.types import Component, Signal
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import hidden, per
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

# aiplatform.v1, ReasoningEngineSpecDeploymentSpec: one instance of 4 vCPUs and 4 GiB is kept unless
# the specification says otherwise.
_INSTANCES = 1
_LIMITS = {"cpu": "4", "memory": "4Gi"}


def _kept(deployment: Mapping[str, Any]) -> dict[str, float]:
    """vCPUs and GiB that are kept whether anybody calls or not."""
    instances = int(deployment.get("minInstances", _INSTANCES))
    limits = {**_LIMITS, **deployment.get("resourceLimits", {})}
    memory = float(str(limits["memory"]).removesuffix("Gi"))
    return {"vcpu": instances * float(limits["cpu"]), "memory": instances * memory}


def _held(deployment: Mapping[str, Any]) -> tuple[Component, ...]:
    """One of each: what is allocated now comes as a signal, and is never less than what is kept."""
    kept = _kept(deployment)
    host = per(hidden(1, 1, "its host is not shown"), "capacity_units", memory="memory_gib")
    return tuple(replace(part, least=kept[part.kind]) for part in host)


def describe(raw: Raw, scope: Scope) -> Description:
    """Agent as a vCPU for each allocated vCPU and a GiB for each allocated GiB."""
    asset = parse(raw, scope)
    spec = asset.data.get("spec")
    # One that has nothing deployed keeps sessions and memories only.
    deployed = _held(spec.get("deploymentSpec", {})) if spec else ()
    monitor = {"reasoning_engine_id": asset.name, "location": asset.location.region}
    return asset.described(
        running=deployed,
        name=asset.data.get("displayName", ""),
        monitor=monitor if deployed else {},
        info={"host_type": (spec or {}).get("agentFramework", "")},
    )


def _metric(into: Signal, name: str) -> Metric:
    """Seconds of allocation a second; nothing is written while no instance is there."""
    return Metric(
        into=into,
        name=f"aiplatform.googleapis.com/reasoning_engine/{name}",
        namespace="aiplatform.googleapis.com/ReasoningEngine",
        statistic="ALIGN_RATE/REDUCE_SUM",
        dimensions={
            "resource.label.reasoning_engine_id": "reasoning_engine_id",
            "resource.label.location": "location",
        },
        absent=0,
    )


SPEC = ServiceSpec(
    kind="aiplatform/reasoning_engine",
    listing=LISTING,
    accepts=of_type("aiplatform.googleapis.com/ReasoningEngine"),
    describe=describe,
    reason="The vCPUs and memory allocated to its instances, of which one is kept by default.",
    metrics=(
        _metric("capacity_units", "cpu/allocation_time"),
        _metric("memory_gib", "memory/allocation_time"),
    ),
)
