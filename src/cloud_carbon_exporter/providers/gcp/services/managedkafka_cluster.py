"""Managed Service for Apache Kafka: the vCPUs and memory of brokers and of Connect's workers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import (
    BYTES_PER_GIB,
    Asset,
    gib,
    of_type,
    parse,
)
from cloud_carbon_exporter.providers.gcp.describing.hardware import hidden
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

STATES = states(running="ACTIVE UPDATING", gone="CREATING DELETING")
# A detached one has lost its Kafka cluster, and its workers are there until it is deleted.
CONNECT_STATES = states(running="ACTIVE DETACHED", gone="CREATING DELETING")

_DIMENSIONS = {"resource.label.cluster_id": "cluster_id", "resource.label.location": "location"}


def _capacity(data: Mapping[str, Any]) -> Mapping[str, Any]:
    capacity: Mapping[str, Any] = data["capacityConfig"]
    return capacity


def _workers(asset: Asset) -> tuple[Component, ...]:
    capacity = _capacity(asset.data)
    return hidden(
        float(capacity["vcpuCount"]), gib(capacity["memoryBytes"]), "its processor is not shown"
    )


def _monitor(asset: Asset) -> dict[str, str]:
    return {
        "cluster_id": asset.name,
        "location": asset.location.region,
        "vcpus": str(_capacity(asset.data)["vcpuCount"]),
    }


def describe(raw: Raw, scope: Scope) -> Description:
    """Kafka cluster as the vCPUs and memory of all its brokers, and what lies on their disks."""
    asset = parse(raw, scope)
    return asset.described(
        running=_workers(asset),
        # Every copy of a partition lies on a broker of its own, and is in the bytes they use.
        kept=(Component("block", "gcp/pd-ssd", 1, per="stored_gib"),),
        state=asset.data.get("state", ""),
        monitor=_monitor(asset),
    )


def describe_connect(raw: Raw, scope: Scope) -> Description:
    """Connect cluster as the vCPUs and memory of all its workers."""
    asset = parse(raw, scope)
    return asset.described(
        running=_workers(asset), state=asset.data.get("state", ""), monitor=_monitor(asset)
    )


SPECS = (
    ServiceSpec(
        kind="managedkafka/cluster",
        listing=LISTING,
        accepts=of_type("managedkafka.googleapis.com/Cluster"),
        describe=describe,
        states=STATES,
        reason="The vCPUs and memory of its brokers, and the bytes on their disks.",
        metrics=(
            Metric(
                into="cpu_ratio",
                name="managedkafka.googleapis.com/cpu/core_usage_time",
                namespace="managedkafka.googleapis.com/Cluster",
                # vCPU-seconds of each broker: the sum of their rates is how many vCPUs work.
                statistic="ALIGN_RATE/REDUCE_SUM",
                dimensions=_DIMENSIONS,
                over="vcpus",
            ),
            Metric(
                into="stored_gib",
                name="managedkafka.googleapis.com/disk/used_bytes",
                namespace="managedkafka.googleapis.com/Cluster",
                statistic="ALIGN_MEAN/REDUCE_SUM",
                dimensions=_DIMENSIONS,
                scale=1 / BYTES_PER_GIB,
            ),
        ),
    ),
    ServiceSpec(
        kind="managedkafka/connect_cluster",
        listing=LISTING,
        accepts=of_type("managedkafka.googleapis.com/ConnectCluster"),
        describe=describe_connect,
        states=CONNECT_STATES,
        reason="The vCPUs and memory of its workers.",
        metrics=(
            Metric(
                into="cpu_ratio",
                name="managedkafka.googleapis.com/cpu/worker_core_usage_time",
                namespace="managedkafka.googleapis.com/ConnectCluster",
                statistic="ALIGN_RATE/REDUCE_SUM",
                dimensions=_DIMENSIONS,
                over="vcpus",
            ),
        ),
    ),
)
