"""Elastic Metal: whole servers by the hour or month; their offers name the real processors."""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import components
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import entries
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.bare import whole_server
from cloud_carbon_exporter.providers.scaleway.describing.describe import described, resource
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "ElasticMetalReadOnly"
NOT_YET = frozenset({"ordered", "out_of_stock", "delivering"})


def _server(raw: Raw, scope: Scope) -> Resource | None:
    status = str(raw.get("status"))
    if status in NOT_YET:
        return None
    offer = scope.catalogue.get("offers", {}).get(str(raw.get("offer_id")).lower(), {})
    of = whole_server(str(raw.get("offer_name") or offer.get("name") or "unknown"), offer)
    held = () if status == "stopped" else components(of)
    return resource(raw, scope, "baremetal/server", held, info={**described(of), "state": status})


SPEC = ServiceSpec(
    kind="baremetal/server",
    listing=listing(
        "ListServers",
        "baremetal/v1/zones/{zone}/servers",
        "servers",
        kind="baremetal/server",
        permission=PERMISSION,
        lookup=entries(
            "offers",
            "ListOffers",
            "baremetal/v1/zones/{zone}/offers",
            "offers",
            permission=PERMISSION,
            name="id",
        ),
    ),
    describe=_server,
    reason="A whole server: every thread, module and disk its offer lists. Switched off it draws nothing. Scaleway "
    "measures no utilisation of it.",
)
