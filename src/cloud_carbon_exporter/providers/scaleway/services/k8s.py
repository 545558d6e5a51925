"""Kapsule and Kosmos: the control plane. Nodes are Instances, and stand there."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import projects
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# `pool_required`: the control plane runs, and waits for its first nodes.
STATES = states(running="ready updating locked pool_required", gone="creating deleting deleted")

WHY = "the machines of a control plane are not told"


def _cluster(raw: Raw, scope: Scope) -> Description:
    """Control plane by the cluster's type.

    kapsule and multicloud share a control plane; *-dedicated-4, -8, -16 have their own, of so many
    GiB.
    """
    # Kosmos is called multicloud: nodes elsewhere, the same control plane.
    name = str(raw.get("type") or "kapsule").lower()
    part = f"scaleway/{name.replace('multicloud', 'kapsule')}"
    return parse(raw, scope).described(
        running=[Component("fixed", part, 1, assumed=WHY)],
        info={"host_type": name, "version": str(raw.get("version") or "")},
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
    states=STATES,
    searched_as="k8s_cluster",
    reason="The control plane by its type: a share of a common one, or one of its own. Nodes are "
    "Instances.",
)
