"""Lines to other networks: ends of VPN tunnels, ports of Cloud Interconnect, shares of a partner's.

Google shows no machine behind them.
"""

from __future__ import annotations

import re

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# A tunnel without a peer that answers is kept up all the same. STOPPED has lost its forwarding
# rules; FAILED and REJECTED were never made.
TUNNEL_STATES = states(
    running=(
        "ESTABLISHED FIRST_HANDSHAKE NO_INCOMING_PACKETS NETWORK_ERROR NEGOTIATION_FAILURE"
        " AUTHORIZATION_ERROR"
    ),
    stopped="STOPPED",
    gone=(
        "PROVISIONING WAITING_FOR_FULL_CONFIG ALLOCATING_RESOURCES DEPROVISIONING FAILED REJECTED"
    ),
)
PORT_STATES = states(running="ACTIVE", gone="UNPROVISIONED")
# DEFUNCT: its other side was deleted; the others are not turned up yet.
ATTACHMENT_STATES = states(
    running="ACTIVE",
    gone="DEFUNCT PARTNER_REQUEST_RECEIVED PENDING_CUSTOMER PENDING_PARTNER UNPROVISIONED",
)

_TUNNEL = Component("fixed", "gcp/vpn", 0.5, assumed="what the end of a tunnel holds is not shown")
"""One of two small machines that a VPN of two tunnels ends on."""

_PORT = "gcp/interconnect"
_WHY = "what a port draws is not published"
_BANDWIDTH = re.compile(r"(\d+)(M|G)(?:_|$)")
_MEGABITS_PER_GIGABIT = 1000


def gigabits(told: str) -> float:
    """Gbit/s of a bandwidth or a type of link: BPS_50M, LINK_TYPE_ETHERNET_100G_LR; else 1."""
    rate = _BANDWIDTH.search(told)
    if rate is None:
        return 1.0
    return float(rate[1]) / (1 if rate[2] == "G" else _MEGABITS_PER_GIGABIT)


def describe_tunnel(raw: Raw, scope: Scope) -> Description:
    """Tunnel as its end at Google, whatever passes through it."""
    asset = parse(raw, scope)
    return asset.described(
        running=(_TUNNEL,), state=asset.data.get("status", ""), name=asset.data["name"]
    )


def describe_port(raw: Raw, scope: Scope) -> Description:
    """Interconnect as the ports of its links; where they stand is no region."""
    asset = parse(raw, scope)
    data = asset.data
    link = data.get("linkType", "")
    speed = gigabits(link) * int(data.get("provisionedLinkCount", 0))
    return asset.described(
        running=(Component("fixed", _PORT, speed, assumed=_WHY),),
        state=data.get("state", ""),
        name=data["name"],
        info={"host_type": link},
    )


def describe_attachment(raw: Raw, scope: Scope) -> Description | None:
    """Attachment as the share of a partner's port; others share a port that is listed itself."""
    asset = parse(raw, scope)
    data = asset.data
    if data.get("type") != "PARTNER":
        return None
    bandwidth = data.get("bandwidth", "")
    return asset.described(
        running=(Component("fixed", _PORT, gigabits(bandwidth), assumed=_WHY),),
        state=data.get("state", ""),
        name=data["name"],
        info={"host_type": bandwidth},
    )


SPECS = (
    ServiceSpec(
        kind="compute/vpn_tunnel",
        listing=LISTING,
        accepts=of_type("compute.googleapis.com/VpnTunnel"),
        describe=describe_tunnel,
        states=TUNNEL_STATES,
        reason="A small machine at its end, as Google shows none.",
    ),
    ServiceSpec(
        kind="compute/interconnect",
        listing=LISTING,
        accepts=of_type("compute.googleapis.com/Interconnect"),
        describe=describe_port,
        states=PORT_STATES,
        reason="Each Gbit/s of its ports, in use or not.",
    ),
    ServiceSpec(
        kind="compute/interconnect_attachment",
        listing=LISTING,
        accepts=of_type("compute.googleapis.com/InterconnectAttachment"),
        describe=describe_attachment,
        states=ATTACHMENT_STATES,
        reason="Each Gbit/s of a partner's port; other attachments share an interconnect.",
    ),
)
