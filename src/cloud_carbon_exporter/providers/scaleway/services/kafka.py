"""Managed Apache Kafka."""

from __future__ import annotations

from cloud_carbon_exporter.providers.description import states
from cloud_carbon_exporter.providers.scaleway.client.cluster_listing import cluster_listing
from cloud_carbon_exporter.providers.scaleway.describing.cluster import cluster

# Stopped, a cluster gives its nodes back, and keeps its volumes.
STATES = states(
    running="ready configuring upgrading error locked",
    stopped="stopped",
    gone="creating deleting",
)

SPEC = cluster(
    "kafka/cluster",
    cluster_listing(
        "kafka/cluster",
        "ListClusters",
        "kafka/v1alpha1/regions/{region}/clusters",
        permission="KafkaClusterReadOnly",
    ),
    states=STATES,
    searched_as="kafk_cluster",
)
