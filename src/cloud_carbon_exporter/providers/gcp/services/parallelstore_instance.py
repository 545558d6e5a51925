"""Parallelstore: DAOS on local flash of machines nobody sees."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# FAILED is unusable, and as large as before until somebody deletes it.
STATES = states(running="ACTIVE UPGRADING REPAIRING FAILED", gone="CREATING DELETING")

_GIB_A_SERVER = 4000
"""GiB by which instances grow (parallelstore.v1, Instance.capacityGib): taken as one server's."""


def describe(raw: Raw, scope: Scope) -> Description:
    """Instance as its provisioned size on local flash, and the machines around that."""
    asset = parse(raw, scope)
    size_gib = float(asset.data["capacityGib"])
    why = "its servers are not told"
    servers = Component("fixed", "gcp/parallelstore-server", size_gib / _GIB_A_SERVER, assumed=why)
    return asset.described(
        running=(Component("file", "gcp/parallelstore", size_gib), servers),
        state=asset.data.get("state", ""),
        info={"host_type": asset.data.get("deploymentType", "")},
    )


SPEC = ServiceSpec(
    kind="parallelstore/instance",
    listing=LISTING,
    accepts=of_type("parallelstore.googleapis.com/Instance"),
    describe=describe,
    states=STATES,
    reason="Its provisioned size on local flash, and the machines that hold it.",
)
