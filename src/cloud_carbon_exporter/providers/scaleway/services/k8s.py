"""Kapsule and Kosmos: the control plane. Nodes are Instances, and stand there."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import projects
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.describe import resource
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

GONE = frozenset({"deleting", "deleted"})


def _cluster(raw: Raw, scope: Scope) -> Resource | None:
    """Types: kapsule and multicloud share a control plane; *-dedicated-4, -8, -16 have their own,
    of so many GiB.
    """
    if str(raw.get("status")) in GONE:
        return None
    name = str(raw.get("type") or "kapsule").lower()
    part = f"scaleway/{name.replace('multicloud', 'kapsule')}"
    info = {"host_type": name, "version": str(raw.get("version") or "")}
    return resource(
        raw, scope, "k8s/cluster", [Component(kind="fixed", part=part, amount=1)], info=info
    )


SPEC = ServiceSpec(
    kind="k8s/cluster",
    listing=listing(
        "ListClusters",
        "k8s/v1/regions/{region}/clusters",
        "clusters",
        kind="k8s/cluster",
        permission="KubernetesReadOnly",
        lookup=projects,
    ),
    describe=_cluster,
    reason="The control plane by its type: a share of a common one, or one of its own. Nodes are Instances.",
)
