"""Managed Lustre: provisioned flash, and storage servers as many as its throughput asks for."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# Of a stopped one the servers are gone, and its bytes are kept.
STATES = states(
    running="ACTIVE UPGRADING REPAIRING UPDATING", stopped="STOPPED", gone="CREATING DELETING"
)

_GIB_TIMES_MBPS = 9_000_000
"""Size times throughput by which instances grow, whatever their tier: 9,000 GiB at 1,000 MB/s a
TiB, 72,000 at 125 (https://docs.cloud.google.com/managed-lustre/docs/performance-tiers). It is
taken as what one server carries."""
_DYNAMIC_MBPS = 25
"""Throughput of a TiB where none is told: that of the tier whose performance varies (the same)."""


def describe(raw: Raw, scope: Scope) -> Description:
    """Instance as its provisioned size, whatever is stored, and its servers."""
    asset = parse(raw, scope)
    size_gib = float(asset.data["capacityGib"])
    throughput = float(asset.data.get("perUnitStorageThroughput") or _DYNAMIC_MBPS)
    servers = max(1, size_gib * throughput / _GIB_TIMES_MBPS)
    why = "its servers are not told"
    return asset.described(
        running=(Component("fixed", "gcp/lustre-server", servers, assumed=why),),
        kept=(Component("file", "gcp/lustre", size_gib),),
        state=asset.data.get("state", ""),
        info={"host_type": f"{throughput:g} MB/s a TiB"},
    )


SPEC = ServiceSpec(
    kind="lustre/instance",
    listing=LISTING,
    accepts=of_type("lustre.googleapis.com/Instance"),
    describe=describe,
    states=STATES,
    reason="Its provisioned size on flash, and a server for each step of its throughput.",
)
