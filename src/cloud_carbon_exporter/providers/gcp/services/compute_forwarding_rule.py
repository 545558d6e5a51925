"""Load balancers and Cloud NAT, by the bytes that pass: Google shows no machine behind them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

# Kind of balancer -> metric below loadbalancing.googleapis.com/ that counts what it sends.
_SENT = {
    "https": "https/response_bytes_count",
    "https_regional": "https/external/regional/response_bytes_count",
    "https_internal": "https/internal/response_bytes_count",
    "proxy": "tcp_ssl_proxy/egress_bytes_count",
    "passthrough": "l3/external/egress_bytes_count",
    "passthrough_internal": "l3/internal/egress_bytes_count",
}


def balancer(data: Mapping[str, Any]) -> str:
    """Kind of load balancer a forwarding rule belongs to, a key of _SENT; empty where it carries no
    traffic for us.
    """
    scheme, target = data.get("loadBalancingScheme", ""), data.get("target", "")
    http = "/targetHttp" in target
    if scheme.startswith("INTERNAL"):
        return "https_internal" if http else "passthrough_internal"
    if http:
        return "https_regional" if data.get("region") else "https"
    if "/targetTcpProxies/" in target or "/targetSslProxies/" in target:
        return "proxy"
    return "passthrough" if data.get("backendService") or "/targetPools/" in target else ""


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """The network energy of each byte a load balancer sends."""
    asset = parse(raw, scope)
    sort = balancer(asset.data)
    if not sort or asset.data.get("loadBalancingScheme") == "INTERNAL_SELF_MANAGED":
        return None  # VPN, protocol forwarding, or a service mesh's own proxies
    path = "intra" if sort.endswith("internal") else "internet"
    held = Component("network", path, 1, per="bytes")
    return asset.resource((held,), monitor={sort: asset.data["name"]}, info={"host_type": sort})


def describe_router(raw: Raw, scope: Scope) -> Resource | None:
    """The network energy of each byte Cloud NAT passes on; a router without NAT only announces
    routes.
    """
    asset = parse(raw, scope)
    if not asset.data.get("nats"):
        return None
    held = Component("network", "internet", 1, per="bytes")
    return asset.resource(
        (held,), name=asset.data["name"], monitor={"router_id": str(asset.data["id"])}
    )


_METRICS = tuple(
    Metric(
        into="bytes",
        name=f"loadbalancing.googleapis.com/{name}",
        statistic="ALIGN_RATE/REDUCE_SUM",
        dimensions={"resource.label.forwarding_rule_name": sort},
        absent=0,
    )
    for sort, name in _SENT.items()
)

SPECS = (
    *(
        ServiceSpec(
            kind=kind,
            listing=LISTING,
            accepts=of_type(asset_type),
            describe=describe,
            reason="The bytes it sends.",
            metrics=_METRICS,
        )
        for kind, asset_type in (
            ("compute/forwarding_rule", "compute.googleapis.com/ForwardingRule"),
            ("compute/global_forwarding_rule", "compute.googleapis.com/GlobalForwardingRule"),
        )
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
