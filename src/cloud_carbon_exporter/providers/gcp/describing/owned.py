"""Objects of Google Cloud that another resource owns, as providers/ownership.py has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.providers.spec import Raw, Scope


def describe_owned(raw: Raw, scope: Scope) -> None:
    """Nothing: the resource that OWNERS names holds its hardware."""


def is_autopilot_node(instance: Mapping[str, Any]) -> bool:
    """Whether an instance is a node of GKE Autopilot, whose pods are counted at the cluster.

    GKE names them gk3-*, those of other clusters gke-*; both bear the label.
    """
    return instance.get("name", "").startswith("gk3-") and "goog-gke-node" in instance.get(
        "labels", {}
    )
