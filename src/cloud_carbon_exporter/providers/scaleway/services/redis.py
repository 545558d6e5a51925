"""Managed Redis clusters."""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import components
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import entries
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.cpu import node_cpu
from cloud_carbon_exporter.providers.scaleway.describing.describe import (
    described,
    node_machine,
    resource,
    times,
)
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "RedisReadOnly"
OFF = frozenset({"provisioning", "deleting", "suspended"})


def _cluster(raw: Raw, scope: Scope) -> Resource | None:
    if str(raw.get("status")) in OFF:
        return None
    of = node_machine(raw, scope, prefix="RED1-")
    info = {**described(of), "host_type": str(raw.get("node_type") or "")}
    return resource(
        raw, scope, "redis/cluster", times(components(of), raw.get("cluster_size") or 1), info=info
    )


SPEC = ServiceSpec(
    kind="redis/cluster",
    listing=listing(
        "ListClusters",
        "redis/v1/zones/{zone}/clusters",
        "clusters",
        kind="redis/cluster",
        permission=PERMISSION,
        lookup=entries(
            "node_types",
            "ListNodeTypes",
            "redis/v1/zones/{zone}/node-types",
            "node_types",
            permission=PERMISSION,
            params={"include_disabled_types": "true"},
        ),
    ),
    describe=_cluster,
    reason="The node type's vCPUs and memory, for each node of the cluster.",
    metrics=(node_cpu("rkv_cluster_node_cpu_seconds_total"),),
)
