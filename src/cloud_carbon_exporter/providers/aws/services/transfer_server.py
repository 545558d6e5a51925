"""Servers of Transfer Family: hosts nobody sees in several zones, and the bytes through them."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "transfer/server"
# Transfer Family user guide: what is stopped is billed on, as its hosts are kept for it.
STATES = states(running="OFFLINE ONLINE STARTING STOPPING START_FAILED STOP_FAILED")
WHY = "AWS does not show the hosts of a server"


async def servers(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The servers with their tags."""
    return await tagged(client, scope, page, "transfer:server", lambda raw: str(raw["Arn"]))


def describe(raw: Raw, scope: Scope) -> Description:
    """One server."""
    server = parse(raw, scope, raw["Arn"], raw["ServerId"])
    hosts = Component("fixed", "aws/transfer-server", 1.0, assumed=WHY)
    return server.described(
        running=(hosts, Component("network", "internet", 1.0, per="bytes")),
        state=raw.get("State", ""),
        monitor={"ServerId": server.name},
        info={"host_type": raw.get("EndpointType"), "engine": raw.get("Domain")},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="transfer",
        operation="ListServers",
        scope="region",
        items="Servers[]",
        kind_of=lambda raw: KIND,
        permissions=("transfer:ListServers",),
        expand=servers,
    ),
    states=STATES,
    describe=describe,
    metrics=(
        rate("bytes", "AWS/Transfer", "BytesIn", {"ServerId": "ServerId"}),
        rate("bytes", "AWS/Transfer", "BytesOut", {"ServerId": "ServerId"}),
    ),
    reason="A fixed draw for the hosts that wait, stopped or not, and the bytes through them.",
)
