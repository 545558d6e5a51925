"""Data Warehouse for ClickHouse: shards and replicas that scale between bounds."""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import projects
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.describe import guessed, resource, times
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

OFF = frozenset({"creating", "deleting", "stopped"})


def _deployment(raw: Raw, scope: Scope) -> Resource | None:
    """What it holds when idle: the lower bound of vCPUs, with the memory that comes with each."""
    if str(raw.get("status")) in OFF:
        return None
    least, most = raw.get("cpu_min") or 1, raw.get("cpu_max") or 1
    of = machine(
        "scaleway",
        "serverless",
        vcpus=least,
        memory_gib=least * (raw.get("ram_per_cpu") or 0) or None,
    )
    nodes = (raw.get("replica_count") or 1) * (raw.get("shard_count") or 1)
    parts = times(components(of), nodes)
    if most > least:
        parts = guessed(parts, f"scales from {least} to {most} vCPUs a node unseen")
    return resource(raw, scope, "datawarehouse/deployment", parts)


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
    reason="The least vCPUs and memory of every replica of every shard; how far it scaled beyond is not told, nor what "
    "it stores.",
)
