"""Managed OpenSearch."""

from __future__ import annotations

from cloud_carbon_exporter.providers.scaleway.describing.cluster import cluster

SPEC = cluster(
    "searchdb/deployment",
    "ListDeployments",
    "searchdb/v1alpha1/regions/{region}/deployments",
    permission="SearchDBReadOnly",
    named=False,
    count="node_count",
)
