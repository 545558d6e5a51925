"""Artifact Registry repositories: stored bytes, as the API itself says."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import gib, of_type, parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec


def describe(raw: Raw, scope: Scope) -> Resource:
    """The bytes it stores."""
    asset = parse(raw, scope)
    held = Component("object", "gcp/artifact-registry", gib(asset.data.get("sizeBytes")))
    return asset.resource((held,), info={"host_type": asset.data.get("format", "")})


SPEC = ServiceSpec(
    kind="artifactregistry/repository",
    listing=LISTING,
    accepts=of_type("artifactregistry.googleapis.com/Repository"),
    describe=describe,
    reason="The bytes it stores.",
)
