"""Connections of Direct Connect: a port of AWS' routers, or a share of a partner's."""

from __future__ import annotations

import re

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "directconnect/connection"
# Direct Connect API reference: a port is there from when it is provisioned, in use or not.
STATES = states(
    running="pending available down unknown", gone="ordering requested deleting deleted rejected"
)
WHY = "what a port draws is not published"
_RATE = re.compile(r"(\d+)\s*([MG])bps", re.IGNORECASE)
_MEGABITS_PER_GIGABIT = 1000


def gigabits(bandwidth: str) -> float:
    """Gbit/s of a connection: "10Gbps", "50Mbps"; one where nothing else is told."""
    rate = _RATE.fullmatch(bandwidth.strip())
    if rate is None:
        return 1.0
    per_gigabit = 1 if rate[2].upper() == "G" else _MEGABITS_PER_GIGABIT
    return float(rate[1]) / per_gigabit


def describe(raw: Raw, scope: Scope) -> Description:
    """One connection; those of a group are listed each by itself."""
    name, bandwidth = raw["connectionId"], raw.get("bandwidth") or ""
    id_ = arn("directconnect", scope.region, scope.account_id, f"dxcon/{name}")
    return parse(raw, scope, id_, raw.get("connectionName") or name).described(
        running=(Component("fixed", "aws/direct-connect", gigabits(bandwidth), assumed=WHY),),
        state=raw.get("connectionState", ""),
        info={"host_type": bandwidth, "engine": raw.get("partnerName")},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="directconnect",
        operation="DescribeConnections",
        scope="region",
        items="connections[]",
        kind_of=lambda raw: KIND,
        permissions=("directconnect:DescribeConnections",),
    ),
    states=STATES,
    describe=describe,
    reason="A fixed draw for each Gbit/s of its port, in use or not.",
)
