"""Filestore: provisioned shares, in two zones for the regional tiers."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# SUSPENDED: the key it is encrypted with is out of reach, its bytes are not lost. ERROR may be
# unusable and is as large as before.
STATES = states(
    running="READY REPAIRING RESTORING REVERTING PROMOTING SUSPENDING RESUMING ERROR",
    stopped="SUSPENDED",
    gone="CREATING DELETING",
)

_REGIONAL = frozenset({"ENTERPRISE", "REGIONAL"})
"""Tiers that hold every byte in two zones."""


def describe(raw: Raw, scope: Scope) -> Description:
    """Filestore instance as the provisioned size of its shares, whatever is stored in them."""
    asset = parse(raw, scope)
    tier = asset.data.get("tier", "")
    size_gib = sum(float(share["capacityGb"]) for share in asset.data["fileShares"])
    copies = 2 if tier in _REGIONAL else 1
    shares = Component("file", f"gcp/filestore/{tier}", size_gib * copies)
    state = asset.data.get("state", "")
    return asset.described(kept=(shares,), state=state, info={"host_type": tier})


SPEC = ServiceSpec(
    kind="file/instance",
    listing=LISTING,
    accepts=of_type("file.googleapis.com/Instance"),
    describe=describe,
    states=STATES,
    reason="The provisioned size of its shares, on disk or flash by tier, twice when regional.",
)
