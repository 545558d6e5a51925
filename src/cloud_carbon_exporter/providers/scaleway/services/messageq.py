"""Managed message queues (RabbitMQ)."""

from __future__ import annotations

from cloud_carbon_exporter.providers.description import states
from cloud_carbon_exporter.providers.scaleway.describing.cluster import cluster

SPEC = cluster(
    "messageq/deployment",
    "ListDeployments",
    "messageq/v1alpha1/regions/{region}/deployments",
    permission="MessageQReadOnly",
    states=states(
        running="ready initializing upgrading error locked locking unlocking",
        stopped="stopped",
        gone="creating deleting",
    ),
    named=False,
    count="node_count",
)
