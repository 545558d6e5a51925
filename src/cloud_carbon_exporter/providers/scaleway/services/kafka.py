"""Managed Apache Kafka."""

from __future__ import annotations

from cloud_carbon_exporter.providers.scaleway.describing.cluster import cluster

SPEC = cluster(
    "kafka/cluster",
    "ListClusters",
    "kafka/v1alpha1/regions/{region}/clusters",
    permission="KafkaClusterReadOnly",
    prefix="KAFK-",
)
