"""Dedibox: whole servers by the month, of the older line."""

from __future__ import annotations

from dataclasses import replace

from cloud_carbon_exporter.model.machines import components
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import entries
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.bare import whole_server
from cloud_carbon_exporter.providers.scaleway.describing.describe import described, resource
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "DediboxReadOnly"


def _server(raw: Raw, scope: Scope) -> Resource | None:
    """Numbers are these servers' only names, so their id says whose number it is."""
    status = str(raw.get("status"))
    if status == "delivering":
        return None
    offer = scope.catalogue.get("offers", {}).get(str(raw.get("offer_id")), {})
    of = whole_server(str(raw.get("offer_name") or "unknown"), offer.get("server_info") or {})
    held = () if status == "stopped" else components(of)
    info = {**described(of), "state": status, "datacenter": str(raw.get("datacenter_name") or "")}
    found = resource(raw, scope, "dedibox/server", held, identity=f"dedibox/{raw['id']}", info=info)
    return replace(found, name=str(raw.get("hostname") or ""))


SPEC = ServiceSpec(
    kind="dedibox/server",
    listing=listing(
        "ListServers",
        "dedibox/v1/zones/{zone}/servers",
        "servers",
        kind="dedibox/server",
        permission=PERMISSION,
        lookup=entries(
            "offers",
            "ListOffers",
            "dedibox/v1/zones/{zone}/offers",
            "offers",
            permission=PERMISSION,
            name="id",
        ),
    ),
    describe=_server,
    reason="A whole server as its offer lists it. Switched off it draws nothing. No utilisation of it is measured.",
)
