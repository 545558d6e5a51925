"""Load balancers."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import projects
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.describe import resource
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

OFF = frozenset({"stopped", "to_create", "to_delete", "deleting"})


def _lb(raw: Raw, scope: Scope) -> Resource | None:
    """A load balancer is one machine or a pair; the API shows each."""
    if str(raw.get("status")) in OFF:
        return None
    name = str(raw.get("type") or "lb-s").lower()
    nodes = Component(
        kind="fixed", part=f"scaleway/{name}", amount=len(raw.get("instances") or ()) or 1
    )
    return resource(raw, scope, "lb/lb", [nodes], info={"host_type": name})


SPEC = ServiceSpec(
    kind="lb/lb",
    listing=listing(
        "ListLbs",
        "lb/v1/zones/{zone}/lbs",
        "lbs",
        kind="lb/lb",
        permission="LoadBalancersReadOnly",
        lookup=projects,
    ),
    describe=_lb,
    reason="The machines behind it, as many as the API shows, by the type's size.",
)
