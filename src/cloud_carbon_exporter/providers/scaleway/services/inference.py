"""Managed Inference: deployments of models on nodes with accelerators."""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import entries
from cloud_carbon_exporter.providers.scaleway.describing.hardware import (
    catalogue_entry,
    machine_info,
    memory_gib,
    times,
)
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "InferenceReadOnly"

# An error is no deletion: the nodes are taken as still held.
STATES = states(running="ready deploying scaling error locked", gone="creating deleting deleted")


def _deployment(raw: Raw, scope: Scope) -> Description:
    """Deployment's nodes, named as the Instance types they are, or by their accelerator alone."""
    name = str(raw.get("node_type_name") or "unknown")
    node_type = catalogue_entry(scope, "node_types", name)
    node = machine(
        "scaleway",
        name.upper(),
        vcpus=node_type.get("vcpus") or None,
        memory_gib=memory_gib(node_type.get("memory")) or None,
        gpus=node_type.get("gpus") or None,
    )
    return parse(raw, scope).described(
        running=times(components(node), raw.get("size") or 1),
        info={**machine_info(node), "model": str(raw.get("model_name") or "")},
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
            # What is no longer sold still runs where it was ordered.
            params={"include_disabled_types": "true"},
        ),
    ),
    describe=_deployment,
    states=STATES,
    searched_as="ifr_deployment",
    reason="The node type's accelerators, vCPUs and memory, for each node.",
)
