"""Artifact Registry repositories: stored bytes, as the API itself says."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import gib, of_type, parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec


def describe(raw: Raw, scope: Scope) -> Description:
    """Repository as the bytes it stores."""
    asset = parse(raw, scope)
    storage = Component("object", "gcp/artifact-registry", gib(asset.data.get("sizeBytes")))
    return asset.described(kept=(storage,), info={"host_type": asset.data.get("format", "")})


SPEC = ServiceSpec(
    kind="artifactregistry/repository",
    listing=LISTING,
    accepts=of_type("artifactregistry.googleapis.com/Repository"),
    describe=describe,
    reason="The bytes it stores.",
)
