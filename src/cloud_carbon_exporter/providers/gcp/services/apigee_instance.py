"""Apigee: runtimes of an organisation, each a GKE cluster in a project of Google's.

Of a hybrid organisation the runtimes are pods in a cluster of the customer's, and no instances.
"""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import Life, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.times import moment
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

STATES = states(running="ACTIVE UPDATING", gone="CREATING DELETING")


def describe(raw: Raw, scope: Scope) -> Description:
    """Runtime in one region as a constant figure: its gateways, processors and store."""
    asset = parse(raw, scope)
    why = "the machines of a runtime are not shown"
    return asset.described(
        running=(Component("fixed", "gcp/apigee", 1, assumed=why),),
        state=asset.data.get("state", ""),
        info={"host_type": asset.data.get("runtimeVersion", "")},
        life=Life(moment(asset.data.get("createdAt"))),
    )


SPEC = ServiceSpec(
    kind="apigee/instance",
    listing=LISTING,
    accepts=of_type("apigee.googleapis.com/Instance"),
    describe=describe,
    states=STATES,
    reason="A constant figure, assumed: the runtime of one region, whatever it is asked.",
)
