"""Ownership on Google Cloud: which kinds draw nothing of their own, and what holds their hardware.

Whoever reads this table may count each watt once: what stands on the left is described by nothing,
what stands on the right is described, or owned in its turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.providers.spec import Raw, Scope

OWNED: Mapping[str, str] = {
    "artifactregistry/docker_image": "artifactregistry/repository",
    "batch/job": "compute/instance",
    "bigquery/table": "bigquery/dataset",
    "bigtableadmin/instance": "bigtableadmin/cluster",
    "bigtableadmin/table": "bigtableadmin/cluster",
    "cloudfunctions/function": "run/service",
    "compute/instance_group": "compute/instance",
    "compute/instance_group_manager": "compute/instance",
    "container/node_pool": "compute/instance",
    "dataflow/job": "compute/instance",
    "dataproc/cluster": "compute/instance",
    "dataproc/job": "dataproc/cluster",
    "k8s.io/node": "compute/instance",
    "k8s.io/pod": "k8s.io/node",
    "run/execution": "run/job",
    "run/revision": "run/service",
    "spanner/database": "spanner/instance",
}
"""Kind that draws nothing of its own -> kind of the resource that holds its hardware.

Workers of Batch, Dataproc and Dataflow are instances of the customer's project, with disks of their
own. Composer is not here: from its third version on its machines stand in a project of Google's, so
that an environment is not counted anywhere else.
"""


def describe_owned(raw: Raw, scope: Scope) -> None:
    """Nothing: the resource that OWNED names holds its hardware."""


def is_autopilot_node(instance: Mapping[str, Any]) -> bool:
    """Whether an instance is a node of GKE Autopilot, whose pods are counted at the cluster.

    GKE names them gk3-*, those of other clusters gke-*; both bear the label.
    """
    return instance.get("name", "").startswith("gk3-") and "goog-gke-node" in instance.get(
        "labels", {}
    )
