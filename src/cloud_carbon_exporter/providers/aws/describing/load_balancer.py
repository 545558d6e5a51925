"""Nodes of a load balancer of any type: AWS tells in which zones they stand, not what they are."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component

NODES = 2
"""Nodes the figure of a load balancer stands for; AWS runs at least one in each of its zones."""
_UNKNOWN = "AWS does not say what a load balancer's node holds"


def nodes(zones: int, scheme: str) -> tuple[Component, ...]:
    """Nodes of a load balancer in so many zones, and the network that leads to them."""
    path = "internet" if scheme == "internet-facing" else "intra"
    return (
        Component("fixed", "aws/load-balancer", max(1, zones) / NODES, assumed=_UNKNOWN),
        Component("network", path, 1, per="bytes"),
    )
