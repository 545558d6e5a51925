"""Objects of Google Cloud that another resource owns, as providers/ownership.py has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.providers.spec import Raw, Scope

COUNTED_BY_AUTOPILOT = frozenset({"vcpu", "memory"})
"""What an Autopilot cluster counts of its nodes: what its pods request. Boards stay the nodes'."""


def describe_owned(raw: Raw, scope: Scope) -> None:
    """Nothing: the resource that OWNERS names holds its hardware."""


def is_gke_node(instance: Mapping[str, Any]) -> bool:
    """Whether an instance is a node of GKE, which labels all of its own."""
    return "goog-gke-node" in instance.get("labels", {})


def is_autopilot_node(instance: Mapping[str, Any]) -> bool:
    """Whether an instance is a node of GKE Autopilot, what its pods request being the cluster's.

    GKE names them gk3-*, those of other clusters gke-*; both bear the label.
    """
    return instance.get("name", "").startswith("gk3-") and is_gke_node(instance)
