"""Names of labels, in the order they are written."""

from __future__ import annotations

# OpenTelemetry's attributes of a cloud (cloud.account.id, cloud.region, ...), with underscores.
PLACE_LABELS = ("cloud_provider", "cloud_region")
ACCOUNT_LABELS = ("cloud_provider", "cloud_account_id")
ACCOUNT_KIND_LABELS = (*ACCOUNT_LABELS, "cloud_region", "kind")

RESOURCE_LABELS = (
    *ACCOUNT_LABELS,
    "cloud_region",
    "cloud_availability_zone",
    "kind",
    "cloud_resource_id",
    "cloud_resource_name",
)
"""Labels of every per-resource series; the allow-listed `tag_*` follow them."""

# Value series do not carry these: a label that changes begins a new series. Queries join them with
# `* on (cloud_resource_id) group_left (host_type) cloud_carbon_resource_info`.
HARDWARE_LABELS = ("host_type", "architecture", "cpu")
ORIGIN_LABELS = ("basis", "hardware_basis", "reason")
# What Kubernetes calls a machine: kube_node_info of kube-state-metrics has the same label.
PROVIDER_ID = "provider_id"
INFO_LABELS = (*RESOURCE_LABELS, *HARDWARE_LABELS, PROVIDER_ID, *ORIGIN_LABELS)
"""Labels of `cloud_carbon_resource_info`."""

TOLD_LABELS = frozenset(
    {
        *RESOURCE_LABELS,
        "host_type",
        PROVIDER_ID,
        "cloud_account_name",
        "cluster",
        "namespace",
        "workload_kind",
        "workload",
        "model",
        "service",
        "budget",
        "permission",
        "target",
        "zone",
        "version",
        "model_version",
        "text",
    }
) - {"cloud_provider", "kind"}
"""Labels whose values are names that a cloud or the operator gave, as they are given, and versions.

All others are one word of a closed set. `text` is that of cloud_carbon_source_info alone.
"""

# az is AWS' alone; zone and region are those of Google and Scaleway.
UPSTREAM_LABELS = (
    "explorer",
    "kind",
    "location",
    "az",
    "zone",
    "region",
    "instance_id",
    "volume_id",
    "volume_type",
    "bucket_name",
    "instance_name",
    "disk_name",
    "cloud_resource_id",
)
"""Labels of the original exporter, a Go program."""
