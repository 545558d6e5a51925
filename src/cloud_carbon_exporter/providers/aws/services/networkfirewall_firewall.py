"""Firewalls of Network Firewall: an endpoint in each zone, behind which hidden hosts look inside.

What more endpoints are associated with a firewall share its hosts.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "networkfirewall/firewall"
STATES = states(running="PROVISIONING READY", gone="DELETING FAILED")
WHY = "AWS does not show the hosts of a firewall"
# Zones of a firewall change when somebody changes them.
_SECONDS = 3600.0
_DESCRIBE = "network-firewall:DescribeFirewall"


async def firewalls(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The firewalls described; the list has their names alone."""
    params = {str(raw["FirewallName"]): {"FirewallArn": raw["FirewallArn"]} for raw in page}
    answers = await one_by_one(
        client,
        scope,
        "network-firewall",
        "DescribeFirewall",
        params,
        seconds=_SECONDS,
        permission=_DESCRIBE,
    )
    return [
        {**answer["Firewall"], "FirewallStatus": answer.get("FirewallStatus")}
        for answer in answers.values()
    ]


def describe(raw: Raw, scope: Scope) -> Description:
    """One firewall, in the subnets it was given, or in the zones of a transit gateway."""
    zones = raw.get("SubnetMappings") or raw.get("AvailabilityZoneMappings") or ()
    return parse(raw, scope, raw["FirewallArn"], raw["FirewallName"]).described(
        running=(Component("fixed", "aws/firewall-endpoint", len(zones) or 1, assumed=WHY),),
        state=(raw.get("FirewallStatus") or {}).get("Status") or "",
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="network-firewall",
        operation="ListFirewalls",
        scope="region",
        items="Firewalls[]",
        kind_of=lambda raw: KIND,
        permissions=("network-firewall:ListFirewalls", _DESCRIBE),
        expand=firewalls,
    ),
    states=STATES,
    describe=describe,
    reason="A fixed draw for the hosts of each zone; what passes through them is not read.",
)
