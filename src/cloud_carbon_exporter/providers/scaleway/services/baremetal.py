"""Elastic Metal: whole servers by the hour or month; their offers name the real processors."""

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

PERMISSION = "ElasticMetalReadOnly"

# A server that is switched off stays the customer's and on the bill, but draws nothing.
STATES = states(
    running="ready starting stopping error locked resetting migrating",
    stopped="stopped",
    gone="ordered out_of_stock delivering deleting",
)


def _server(raw: Raw, scope: Scope) -> Description:
    """Whole server of an offer."""
    server = parse(raw, scope)
    offer = catalogue_entry(scope, "offers", raw.get("offer_id"))
    machine = whole_server(str(raw.get("offer_name") or offer.get("name") or "unknown"), offer)
    # It is created when it is ordered, and delivered later.
    return server.described(
        running=components(machine),
        info={
            **machine_info(machine),
            **impact(scope, raw.get("offer_id"), server.location.zone),
            "state": server.state,
        },
        from_creation=False,
    )


SPEC = ServiceSpec(
    kind="baremetal/server",
    listing=listing(
        "ListServers",
        "baremetal/v1/zones/{zone}/servers",
        "servers",
        kind="baremetal/server",
        permission=PERMISSION,
        lookup=beside(
            entries(
                "offers",
                "ListOffers",
                "baremetal/v1/zones/{zone}/offers",
                "offers",
                permission=PERMISSION,
                name="id",
            ),
        ),
    ),
    describe=_server,
    states=STATES,
    searched_as="baremetal_server",
    reason="A whole server: every thread, module and disk its offer lists. Switched off it draws "
    "nothing. Scaleway measures no utilisation of it.",
)
