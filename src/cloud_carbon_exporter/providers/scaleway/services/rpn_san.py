"""RPN-SAN: disks of a storage server on the private network of Dedibox."""

from __future__ import annotations

from dataclasses import replace

from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import projects
from cloud_carbon_exporter.providers.scaleway.describing.hardware import gib, stored
from cloud_carbon_exporter.providers.scaleway.describing.moments import moment
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

STATES = states(running="active maintenance", gone="creating deleting")

# Data centres by the first letters of their names, AMS1 or WAW1; DC2 to DC5 are in Paris.
REGIONS = {"AMS": "nl-ams", "WAW": "pl-waw"}
PARIS = "fr-par"


def _san(raw: Raw, scope: Scope) -> Description:
    """Space of a SAN. Its id is a bare number, as a server's is, so ours says what it is."""
    datacenter = str(raw.get("datacenter_name") or "")
    region = REGIONS.get(datacenter[:3].upper(), PARIS)
    name = str(raw.get("server_hostname") or "")
    san = parse(
        {**raw, "region": region}, scope, identity=f"dedibox/rpn-san/{raw['id']}", name=name
    )
    described = san.described(
        kept=[stored("block", "rpn-san", gib(raw.get("storage_size")))],
        info={"host_type": str(raw.get("offer_name") or ""), "datacenter": datacenter},
    )
    # It is created when it is ordered, and there from its delivery on.
    delivered, terminated = moment(raw.get("delivered_at")), moment(raw.get("terminated_at"))
    return replace(described, started=delivered, ended=terminated)


SPEC = ServiceSpec(
    kind="dedibox/rpn_san",
    listing=listing(
        "ListRpnSans",
        "dedibox/v1/rpn-sans",
        "rpn_sans",
        kind="dedibox/rpn_san",
        permission="DediboxReadOnly",
        lookup=projects,
    ),
    describe=_san,
    states=STATES,
    reason="The space it was rented with, on disks whose kind the list does not tell.",
    # Rented by the month.
    lasting=True,
)
