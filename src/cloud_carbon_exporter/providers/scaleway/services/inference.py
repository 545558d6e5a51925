"""Managed Inference: deployments of models on nodes with accelerators."""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import entries
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.describe import (
    described,
    gib,
    resource,
    times,
)
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "InferenceReadOnly"
OFF = frozenset({"creating", "deleting", "deleted", "error"})


def _deployment(raw: Raw, scope: Scope) -> Resource | None:
    """Node types are named as the Instance types they are, or by their accelerator alone."""
    if str(raw.get("status")) in OFF:
        return None
    name = str(raw.get("node_type_name") or "unknown")
    known = scope.catalogue.get("node_types", {}).get(name.lower(), {})
    of = machine(
        "scaleway",
        name.upper(),
        vcpus=known.get("vcpus") or None,
        memory_gib=gib(known.get("memory")) or None,
        gpus=known.get("gpus") or None,
    )
    info = {**described(of), "model": str(raw.get("model_name") or "")}
    return resource(
        raw, scope, "inference/deployment", times(components(of), raw.get("size") or 1), info=info
    )


SPEC = ServiceSpec(
    kind="inference/deployment",
    listing=listing(
        "ListDeployments",
        "inference/v1/regions/{region}/deployments",
        "deployments",
        kind="inference/deployment",
        permission=PERMISSION,
        lookup=entries(
            "node_types",
            "ListNodeTypes",
            "inference/v1/regions/{region}/node-types",
            "node_types",
            permission=PERMISSION,
            params={"include_disabled_types": "true"},
        ),
    ),
    describe=_deployment,
    reason="The node type's accelerators, vCPUs and memory, for each node.",
)
