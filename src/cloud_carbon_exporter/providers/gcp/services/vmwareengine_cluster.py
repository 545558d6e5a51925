"""VMware Engine: clusters of whole machines, which are their customer's alone.

vCenter, NSX and HCX run on those same machines, so that a private cloud holds nothing beside its
clusters. What its virtual machines do VMware's own tools know, and Cloud Monitoring does not.
"""

from __future__ import annotations

from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import built, times
from cloud_carbon_exporter.providers.gcp.describing.owned import describe_owned
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

STATES = states(running="ACTIVE UPDATING REPAIRING", gone="CREATING DELETING")


def machine_name(node_type: str) -> str:
    """Name of a node type in the facts: the API's own for the first series lacks it.

    "standard-72" is what people are shown as ve1-standard-72 (vmwareengine.v1, NodeType).
    """
    return node_type if node_type.startswith("ve") else f"ve1-{node_type}"


def _nodes(node_type: str, config: Any) -> tuple[Component, ...]:
    """So many machines of a type: all of each, also those cores that `customCoreCount` leaves."""
    _, parts = built(machine_name(node_type))
    return times(parts, int(config["nodeCount"]))


def describe(raw: Raw, scope: Scope) -> Description:
    """Cluster as the machines of each of its node types."""
    asset = parse(raw, scope)
    configs = asset.data["nodeTypeConfigs"]
    parts: list[Component] = []
    for node_type, config in sorted(configs.items()):
        parts += _nodes(node_type, config)
    return asset.described(
        running=parts,
        state=asset.data.get("state", ""),
        info={"host_type": " ".join(machine_name(node_type) for node_type in sorted(configs))},
    )


SPECS = (
    ServiceSpec(
        kind="vmwareengine/cluster",
        listing=LISTING,
        accepts=of_type("vmwareengine.googleapis.com/Cluster"),
        describe=describe,
        states=STATES,
        reason="The whole machines of its node types, with the flash in them.",
    ),
    ServiceSpec(
        kind="vmwareengine/private_cloud",
        listing=LISTING,
        accepts=of_type("vmwareengine.googleapis.com/PrivateCloud"),
        describe=describe_owned,
        reason="Draws nothing of its own: its machines are those of its clusters.",
    ),
)
