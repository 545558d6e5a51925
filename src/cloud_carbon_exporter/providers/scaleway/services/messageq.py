"""Managed message queues (RabbitMQ)."""

from __future__ import annotations

from cloud_carbon_exporter.providers.scaleway.describing.cluster import cluster

SPEC = cluster(
    "messageq/deployment",
    "ListDeployments",
    "messageq/v1alpha1/regions/{region}/deployments",
    permission="MessageQReadOnly",
    named=False,
    count="node_count",
)
