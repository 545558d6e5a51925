"""Reservations of BigQuery: the slots they hold all the time, and no query uses."""

from __future__ import annotations

from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import slot
from cloud_carbon_exporter.providers.idle_hardware import idle
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

_UNUSED = 0.5
_DOUBT = "how many of its slots no query uses is not told, taken as half"


def describe(raw: Raw, scope: Scope) -> Description:
    """Reservation as half of its baseline at rest; slots that queries use are their projects'.

    What it scales to beyond its baseline is there because queries use it.
    """
    asset = parse(raw, scope)
    slots = int(asset.data.get("slotCapacity", 0))
    return asset.described(
        running=idle(slot(), slots * _UNUSED, _DOUBT) if slots else (),
        info={"host_type": asset.data.get("edition", ""), "reserved": str(slots)},
    )


SPEC = ServiceSpec(
    kind="bigqueryreservation/reservation",
    listing=LISTING,
    accepts=of_type("bigqueryreservation.googleapis.com/Reservation"),
    describe=describe,
    reason=(
        "The slots of its baseline that no query uses, at rest, taken as half of them; "
        "those in use are counted at the projects."
    ),
)
