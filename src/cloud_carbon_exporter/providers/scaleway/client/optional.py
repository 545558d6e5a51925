"""Permission sets that Scaleway's client can do without: what each of them brings."""

from __future__ import annotations

from collections.abc import Mapping

OPTIONAL: Mapping[str, str] = {
    "AuditTrailReadOnly": "starts and ends of Instances",
    "EnvironmentalImpactReadOnly": "Scaleway's own figure",
    "OrganizationReadOnly": "what else the organisation holds, by its search",
    "ObservabilityFullAccess": "cockpit_create_tokens: true",
}

PROJECTS = "ProjectReadOnly"

REFUSABLE: Mapping[str, str] = {
    **OPTIONAL,
    PROJECTS: "names of projects, and the buckets of all but the default one",
}
"""These, and what is asked for whatever the services, and has something to fall back to."""
