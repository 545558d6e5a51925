"""Data Warehouse for ClickHouse: shards and replicas that scale between bounds."""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import projects
from cloud_carbon_exporter.providers.scaleway.describing.hardware import guessed, times
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# Stopped, it keeps its data, whose size the API does not tell.
STATES = states(
    running="ready configuring deploying starting stopping error locked locking unlocking",
    stopped="stopped",
    gone="creating deleting",
)


def _deployment(raw: Raw, scope: Scope) -> Description:
    """Deployment at rest: the lower bound of vCPUs, with the memory that comes with each."""
    # It scales between its bounds with the load, and no API tells where it is.
    least, most = raw.get("cpu_min") or 1, raw.get("cpu_max") or 1
    node = machine(
        "scaleway",
        "serverless",
        vcpus=least,
        memory_gib=least * (raw.get("ram_per_cpu") or 0) or None,
    )
    nodes = (raw.get("replica_count") or 1) * (raw.get("shard_count") or 1)
    parts = times(components(node), nodes)
    if most > least:
        parts = guessed(parts, f"scales from {least} to {most} vCPUs a node unseen")
    # Data lies on Block Storage, each replica's own; how much neither the API nor Cockpit tells.
    replicas = raw.get("replica_count") or 1
    data = Component("block", "scaleway/sbs_5k", replicas, per="stored_gib")
    return parse(raw, scope).described(running=parts, kept=[data])


SPEC = ServiceSpec(
    kind="datawarehouse/deployment",
    listing=listing(
        "ListDeployments",
        "datawarehouse/v1beta1/regions/{region}/deployments",
        "deployments",
        kind="datawarehouse/deployment",
        permission="DataWarehouseReadOnly",
        lookup=projects,
    ),
    describe=_deployment,
    states=STATES,
    searched_as="dtwh_deployment",
    reason="The least vCPUs and memory of every replica of every shard; how far it scaled beyond "
    "is not told; nor is what it stores, for which a wide default stands in.",
)
