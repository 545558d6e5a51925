"""Load balancers and Cloud NAT: a share of the proxies Google does not show, and the bytes.

Neither a forwarding rule nor a router has a state.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec


class _Sent(NamedTuple):
    """Metric below loadbalancing.googleapis.com/ that counts what balancers of one sort send.

    resource: the type of resource it is read for; empty for all it is written for.
    """

    metric: str
    resource: str


_L3_EXTERNAL = "loadbalancing.googleapis.com/ExternalNetworkLoadBalancerRule"
"""Rule of all protocols; tcp_lb_rule and udp_lb_rule say the same bytes of theirs again."""

_SENT = {
    "https": _Sent("https/response_bytes_count", "https_lb_rule"),
    "https_regional": _Sent(
        "https/external/regional/response_bytes_count", "http_external_regional_lb_rule"
    ),
    "https_internal": _Sent("https/internal/response_bytes_count", "internal_http_lb_rule"),
    "proxy": _Sent("l4_proxy/egress_bytes_count", "l4_proxy_rule"),
    "proxy_classic": _Sent("tcp_ssl_proxy/egress_bytes_count", "tcp_ssl_proxy_rule"),
    "passthrough": _Sent("l3/external/egress_bytes_count", _L3_EXTERNAL),
    # Bytes of TCP and of UDP, each in series of its own.
    "passthrough_internal": _Sent("l3/internal/egress_bytes_count", ""),
}
"""Sorts of balancers (https://docs.cloud.google.com/load-balancing/docs/metrics)."""

_HTTP = frozenset({"targetHttpProxies", "targetHttpsProxies"})
_PROXIES = frozenset({"targetTcpProxies", "targetSslProxies"})

_UNSEEN = "Google shows no machine behind it"


def _collection(reference: str) -> str:
    """Collection that a reference points into: `.../global/targetHttpProxies/p` -> its proxies'."""
    return (reference.split("/")[-2:-1] or [""])[0]


def balancer(data: Mapping[str, Any]) -> str:
    """Sort of load balancer a forwarding rule belongs to, a key of _SENT; empty for none."""
    # Its target tells: an HTTP proxy, a TCP or SSL proxy, or the backends themselves, to which
    # packets pass through. What is left are VPN gateways, single instances, endpoints of Private
    # Service Connect, and the proxies that a service mesh runs itself.
    scheme, target = data.get("loadBalancingScheme", ""), _collection(data.get("target", ""))
    internal, managed = scheme.startswith("INTERNAL"), scheme.endswith("_MANAGED")
    if scheme == "INTERNAL_SELF_MANAGED":
        return ""
    if target in _HTTP:
        if internal:
            return "https_internal"
        # A classic one in a region (of the Standard tier) is served by the global proxies too.
        return "https_regional" if managed and data.get("region") else "https"
    if target in _PROXIES:
        return "proxy" if managed else "proxy_classic"
    if data.get("backendService") or target == "targetPools":
        return "passthrough_internal" if internal else "passthrough"
    return ""


def describe(raw: Raw, scope: Scope) -> Description | None:
    """Forwarding rule as a share of proxies, and the network energy of each byte it sends."""
    asset = parse(raw, scope)
    sort = balancer(asset.data)
    if not sort:
        return None
    internal = asset.data.get("loadBalancingScheme", "").startswith("INTERNAL")
    proxies = Component("fixed", "gcp/load-balancer", 1, assumed=_UNSEEN)
    traffic = Component("network", "intra" if internal else "internet", 1, per="bytes")
    # A name is of one rule in its region, and of one that is global.
    monitor = {sort: asset.data["name"], "region": asset.location.region}
    return asset.described(running=(proxies, traffic), monitor=monitor, info={"host_type": sort})


def describe_router(raw: Raw, scope: Scope) -> Description | None:
    """Router as its NAT gateways, and the network energy of each byte they pass on."""
    asset = parse(raw, scope)
    gateways = asset.data.get("nats")
    if not gateways:
        return None  # it only announces routes
    machines = Component("fixed", "gcp/nat-gateway", len(gateways), assumed=_UNSEEN)
    traffic = Component("network", "internet", 1, per="bytes")
    monitor = {"router_id": str(asset.data["id"])}
    return asset.described(running=(machines, traffic), name=asset.data["name"], monitor=monitor)


def _metric(sort: str, sent: _Sent) -> Metric:
    """Metric of the bytes that balancers of one sort send; nothing is written while none pass."""
    return Metric(
        into="bytes",
        name=f"loadbalancing.googleapis.com/{sent.metric}",
        namespace=sent.resource,
        statistic="ALIGN_RATE/REDUCE_SUM",
        dimensions={
            "resource.label.forwarding_rule_name": sort,
            "resource.label.region": "region",
        },
        absent=0,
    )


_METRICS = tuple(_metric(sort, sent) for sort, sent in _SENT.items())

SPECS = (
    ServiceSpec(
        kind="compute/forwarding_rule",
        listing=LISTING,
        accepts=of_type("compute.googleapis.com/ForwardingRule"),
        describe=describe,
        reason="A small share of proxies while it is there, and the bytes it sends.",
        metrics=_METRICS,
    ),
    ServiceSpec(
        kind="compute/global_forwarding_rule",
        listing=LISTING,
        accepts=of_type("compute.googleapis.com/GlobalForwardingRule"),
        describe=describe,
        reason="A small share of proxies while it is there, and the bytes it sends.",
        metrics=_METRICS,
    ),
    ServiceSpec(
        kind="compute/router",
        listing=LISTING,
        accepts=of_type("compute.googleapis.com/Router"),
        describe=describe_router,
        reason="A small share of machines for each Cloud NAT gateway, and the bytes they send.",
        metrics=(
            Metric(
                into="bytes",
                name="router.googleapis.com/nat/sent_bytes_count",
                namespace="nat_gateway",
                statistic="ALIGN_RATE/REDUCE_SUM",
                dimensions={"resource.label.router_id": "router_id"},
                absent=0,
            ),
        ),
    ),
)
