"""Managed message queues (RabbitMQ)."""

from __future__ import annotations

from cloud_carbon_exporter.providers.description import states
from cloud_carbon_exporter.providers.scaleway.client.cluster_listing import cluster_listing
from cloud_carbon_exporter.providers.scaleway.describing.cluster import cluster

STATES = states(
    running="ready initializing upgrading error locked locking unlocking",
    stopped="stopped",
    gone="creating deleting",
)

SPEC = cluster(
    "messageq/deployment",
    cluster_listing(
        "messageq/deployment",
        "ListDeployments",
        "messageq/v1alpha1/regions/{region}/deployments",
        permission="MessageQReadOnly",
    ),
    states=STATES,
    count="node_count",
)
