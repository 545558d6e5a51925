"""Load balancers and Cloud NAT, by the bytes that pass: Google shows no machine behind them.

Neither a forwarding rule nor a router has a state.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

_SENT = {
    "https": "https/response_bytes_count",
    "https_regional": "https/external/regional/response_bytes_count",
    "https_internal": "https/internal/response_bytes_count",
    "proxy": "tcp_ssl_proxy/egress_bytes_count",
    "passthrough": "l3/external/egress_bytes_count",
    "passthrough_internal": "l3/internal/egress_bytes_count",
}
"""Sort of balancer -> metric below loadbalancing.googleapis.com/ that counts what it sends."""


def balancer(data: Mapping[str, Any]) -> str:
    """Sort of load balancer a forwarding rule belongs to, a key of _SENT; empty for none."""
    # Its target tells: an HTTP proxy, a TCP or SSL proxy, or the backends themselves, to which
    # packets pass through. What is left are VPN gateways and single instances.
    scheme, target = data.get("loadBalancingScheme", ""), data.get("target", "")
    http = "/targetHttp" in target
    if scheme.startswith("INTERNAL"):
        return "https_internal" if http else "passthrough_internal"
    if http:
        return "https_regional" if data.get("region") else "https"
    if "/targetTcpProxies/" in target or "/targetSslProxies/" in target:
        return "proxy"
    return "passthrough" if data.get("backendService") or "/targetPools/" in target else ""


def describe(raw: Raw, scope: Scope) -> Description | None:
    """Forwarding rule as the network energy of each byte its load balancer sends."""
    asset = parse(raw, scope)
    sort = balancer(asset.data)
    if not sort or asset.data.get("loadBalancingScheme") == "INTERNAL_SELF_MANAGED":
        return None  # VPN, protocol forwarding, or a service mesh's own proxies
    path = "intra" if sort.endswith("internal") else "internet"
    traffic = Component("network", path, 1, per="bytes")
    monitor = {sort: asset.data["name"]}
    return asset.described(running=(traffic,), monitor=monitor, info={"host_type": sort})


def describe_router(raw: Raw, scope: Scope) -> Description | None:
    """Router as the network energy of each byte its Cloud NAT passes on."""
    asset = parse(raw, scope)
    if not asset.data.get("nats"):
        return None  # it only announces routes
    traffic = Component("network", "internet", 1, per="bytes")
    monitor = {"router_id": str(asset.data["id"])}
    return asset.described(running=(traffic,), name=asset.data["name"], monitor=monitor)


def _sent(sort: str, name: str) -> Metric:
    """Metric of the bytes that balancers of one sort send; nothing is written while none pass."""
    return Metric(
        into="bytes",
        name=f"loadbalancing.googleapis.com/{name}",
        statistic="ALIGN_RATE/REDUCE_SUM",
        dimensions={"resource.label.forwarding_rule_name": sort},
        absent=0,
    )


_METRICS = tuple(_sent(sort, name) for sort, name in _SENT.items())

SPECS = (
    ServiceSpec(
        kind="compute/forwarding_rule",
        listing=LISTING,
        accepts=of_type("compute.googleapis.com/ForwardingRule"),
        describe=describe,
        reason="The bytes it sends.",
        metrics=_METRICS,
    ),
    ServiceSpec(
        kind="compute/global_forwarding_rule",
        listing=LISTING,
        accepts=of_type("compute.googleapis.com/GlobalForwardingRule"),
        describe=describe,
        reason="The bytes it sends.",
        metrics=_METRICS,
    ),
    ServiceSpec(
        kind="compute/router",
        listing=LISTING,
        accepts=of_type("compute.googleapis.com/Router"),
        describe=describe_router,
        reason="The bytes its Cloud NAT gateways send.",
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
