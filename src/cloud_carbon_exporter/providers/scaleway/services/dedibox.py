"""Dedibox: whole servers by the month, of the older line."""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import components
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.catalogue import beside, impact
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import entries
from cloud_carbon_exporter.providers.scaleway.describing.hardware import (
    catalogue_entry,
    machine_info,
)
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.scaleway.describing.whole_server import whole_server
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "DediboxReadOnly"

# The older line of servers: their ids are numbers. One in rescue runs, with another system.
STATES = states(
    running="ready installing error locked rescue busy", stopped="stopped", gone="delivering"
)


def _server(raw: Raw, scope: Scope) -> Description:
    """Whole server of an offer. Its id is a bare number, so ours says whose number it is."""
    identity = f"dedibox/{raw['id']}"
    server = parse(raw, scope, identity=identity, name=str(raw.get("hostname") or ""))
    offer = catalogue_entry(scope, "offers", raw.get("offer_id"))
    machine = whole_server(str(raw.get("offer_name") or "unknown"), offer.get("server_info") or {})
    info = {
        **machine_info(machine),
        **impact(scope, raw.get("offer_id"), server.location.zone),
        "state": server.state,
        "datacenter": str(raw.get("datacenter_name") or ""),
    }
    # It is created when it is ordered, and delivered days later.
    return server.described(running=components(machine), info=info, from_creation=False)


SPEC = ServiceSpec(
    kind="dedibox/server",
    listing=listing(
        "ListServers",
        "dedibox/v1/zones/{zone}/servers",
        "servers",
        kind="dedibox/server",
        permission=PERMISSION,
        lookup=beside(
            entries(
                "offers",
                "ListOffers",
                "dedibox/v1/zones/{zone}/offers",
                "offers",
                permission=PERMISSION,
                name="id",
            ),
        ),
    ),
    describe=_server,
    states=STATES,
    reason="A whole server as its offer lists it. Switched off it draws nothing. No utilisation of "
    "it is measured.",
    # Rented by the month.
    lasting=True,
)
