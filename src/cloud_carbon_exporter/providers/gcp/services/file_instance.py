"""Filestore: provisioned shares, in two zones for the regional tiers."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

_REGIONAL = frozenset({"ENTERPRISE", "REGIONAL"})


def describe(raw: Raw, scope: Scope) -> Resource:
    """The provisioned size of its shares; what is stored in them makes no difference."""
    asset = parse(raw, scope)
    tier = asset.data.get("tier", "")
    size_gib = sum(float(share["capacityGb"]) for share in asset.data["fileShares"])
    held = Component("file", f"gcp/filestore/{tier}", size_gib * (2 if tier in _REGIONAL else 1))
    return asset.resource((held,), info={"host_type": tier})


SPEC = ServiceSpec(
    kind="file/instance",
    listing=LISTING,
    accepts=of_type("file.googleapis.com/Instance"),
    describe=describe,
    reason="The provisioned size of its shares, on disk or flash by tier, twice when regional.",
)
