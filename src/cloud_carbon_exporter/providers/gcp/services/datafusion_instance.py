"""Data Fusion: what designs and starts pipelines; their workers are clusters of Dataproc."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# FAILED: its creation did. A disabled one has lost its key, and runs nothing.
STATES = states(
    running="ACTIVE UPGRADING RESTARTING UPDATING AUTO_UPDATING AUTO_UPGRADING ENABLING",
    stopped="DISABLED",
    gone="CREATING FAILED DELETING",
)

_EDITIONS = frozenset({"BASIC", "ENTERPRISE", "DEVELOPER"})


def describe(raw: Raw, scope: Scope) -> Description:
    """Instance as the machines of its edition, in a GKE cluster of a project of Google's."""
    asset = parse(raw, scope)
    edition = asset.data.get("type", "")
    known = edition if edition in _EDITIONS else "BASIC"
    why = "the machines of an edition are not shown"
    return asset.described(
        running=(Component("fixed", f"gcp/datafusion/{known}", 1, assumed=why),),
        state=asset.data.get("state", ""),
        info={"host_type": edition},
    )


SPEC = ServiceSpec(
    kind="datafusion/instance",
    listing=LISTING,
    accepts=of_type("datafusion.googleapis.com/Instance"),
    describe=describe,
    states=STATES,
    reason="A constant figure by its edition, assumed; its pipelines run as clusters of Dataproc.",
)
