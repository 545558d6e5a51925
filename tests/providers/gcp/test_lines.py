"""Lines to other networks: tunnels, ports, and shares of a partner's port."""

from __future__ import annotations

import pytest
from tests.providers.gcp.sweeps import Estate, held

from cloud_carbon_exporter.providers.gcp.services.compute_interconnect import gigabits


async def test_a_tunnel_is_one_end(estate: Estate) -> None:
    end = held(estate["compute/vpn_tunnel", "office-0"], "fixed")
    assert (end.part, end.amount) == ("gcp/vpn", 0.5)


@pytest.mark.slow
async def test_ports_count_by_their_speed_once(estate: Estate) -> None:
    port = estate["compute/interconnect", "dc-1"]
    assert (held(port, "fixed").amount, port.location.region) == (20, "global")
    assert ("compute/interconnect_attachment", "dc-1-vlan") not in estate
    partner = estate["compute/interconnect_attachment", "partner"]
    assert (held(partner, "fixed").amount, partner.location.region) == (0.5, "europe-west1")


@pytest.mark.parametrize(
    ("told", "speed"),
    [("BPS_50M", 0.05), ("BPS_400G", 400), ("LINK_TYPE_ETHERNET_100G_LR", 100), ("", 1)],
)
def test_a_speed_is_in_its_name(told: str, speed: float) -> None:
    assert gigabits(told) == speed
