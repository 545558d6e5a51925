"""Load balancers."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import projects
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# A load balancer is `pending` with every change to it, while its machines go on.
STATES = states(
    running="ready pending error locked migrating",
    stopped="stopped",
    gone="to_create creating to_delete deleting",
)

WHY = "the size of its machines is not told"


def _lb(raw: Raw, scope: Scope) -> Description:
    """Load balancer: one machine or a pair; the API shows each."""
    name = str(raw.get("type") or "lb-s").lower()
    # Managed Instances that no list of Instances shows.
    machines = len(raw.get("instances") or ()) or 1
    return parse(raw, scope).described(
        running=[Component("fixed", f"scaleway/{name}", machines, assumed=WHY)],
        info={"host_type": name},
    )


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
    states=STATES,
    searched_as="lb_server",
    reason="The machines behind it, as many as the API shows, by the type's size.",
)
