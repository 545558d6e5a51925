"""Looker (Google Cloud core): an application and its database, in a project of Google's."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# A suspended one is deleted in all but name: it can be restored for some days. FAILED may mend.
STATES = states(
    running="ACTIVE FAILED UPDATING EXPORTING IMPORTING",
    stopped="SUSPENDED",
    gone="CREATING DELETING",
)


def describe(raw: Raw, scope: Scope) -> Description:
    """Instance as a constant figure: no edition tells of its machines, only of its seats."""
    asset = parse(raw, scope)
    why = "the machines of an instance are not shown"
    return asset.described(
        running=(Component("fixed", "gcp/looker", 1, assumed=why),),
        state=asset.data.get("state", ""),
        info={"host_type": asset.data.get("platformEdition", "")},
    )


SPEC = ServiceSpec(
    kind="looker/instance",
    listing=LISTING,
    accepts=of_type("looker.googleapis.com/Instance"),
    describe=describe,
    states=STATES,
    reason="A constant figure, assumed: its application and database, which nothing measures.",
)
