"""Managed Redis clusters."""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import components
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import entries
from cloud_carbon_exporter.providers.scaleway.describing.hardware import (
    machine_info,
    node_machine,
    times,
)
from cloud_carbon_exporter.providers.scaleway.describing.metrics import node_cpu
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "RedisReadOnly"

# Redis has no volume: what is suspended keeps nothing that draws.
STATES = states(
    running="ready configuring initializing autohealing error locked",
    stopped="suspended",
    gone="provisioning deleting",
)


def _cluster(raw: Raw, scope: Scope) -> Description:
    node = node_machine(raw, scope)
    return parse(raw, scope).described(
        running=times(components(node), raw.get("cluster_size") or 1),
        info={**machine_info(node), "host_type": str(raw.get("node_type") or "")},
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
            # What is no longer sold still runs where it was ordered.
            params={"include_disabled_types": "true"},
        ),
    ),
    describe=_cluster,
    states=STATES,
    searched_as="redis_cluster",
    reason="The node type's vCPUs and memory, for each node of the cluster.",
    metrics=(node_cpu("rkv_cluster_node_cpu_seconds_total"),),
)
