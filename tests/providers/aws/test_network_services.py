"""Load balancers, gateways, VPN, endpoints and CloudFront."""

from __future__ import annotations

import pytest
from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import described, spec
from tests.providers.aws.parts import PARIS, footprint, parts, read, watts

from cloud_carbon_exporter.providers.settings import TargetSettings

TEAM = TargetSettings(provider="aws", tags=("team",))
BALANCERS = "elasticloadbalancingv2/load_balancer"


async def test_load_balancers_have_a_node_in_each_zone_and_a_way_to_their_clients() -> None:
    resources = await described(BALANCERS, "elasticloadbalancingv2_load_balancer", TEAM)
    assert parts(resources["web"]) == {
        "fixed aws/load-balancer": 1.5,
        "network internet per bytes": 1,
    }
    assert parts(resources["tcp"]) == {"fixed aws/load-balancer": 0.5, "network intra per bytes": 1}
    assert parts(resources["broken"]) == {}, "one that failed to come up holds nothing"
    assert (resources["web"].tags, resources["tcp"].tags) == ({"team": "shop"}, {})
    assert (resources["web"].location.zone, resources["tcp"].location.zone) == ("", "eu-west-3a")
    assert footprint(resources["web"], bytes=0).basis == "assumed"
    assert watts(resources["web"], bytes=1e6) > watts(resources["web"], bytes=0) > 0


async def test_each_sort_of_load_balancer_is_measured_in_its_own_namespace() -> None:
    resources = await described(BALANCERS, "elasticloadbalancingv2_load_balancer")
    measured = {name: read(spec(BALANCERS), balancer) for name, balancer in resources.items()}
    namespaces = {
        "web": "AWS/ApplicationELB",
        "tcp": "AWS/NetworkELB",
        "firewall": "AWS/GatewayELB",
    }
    for name, namespace in namespaces.items():
        assert {metric.namespace for metric, _ in measured[name].values()} == {namespace}
    metric, dimensions = measured["web"]["ProcessedBytes"]
    assert dimensions == {"LoadBalancer": "app/web/50dc6c495c0c9188"}, "the end of its ARN"
    assert 300 * metric.scale == pytest.approx(1), "bytes of five minutes become bytes a second"
    assert (metric.statistic, metric.absent) == ("Sum", 0)


async def test_a_load_balancer_of_a_sort_nobody_knows_is_there_unmeasured() -> None:
    known = spec(BALANCERS)
    (web, *_) = (await described(BALANCERS, "elasticloadbalancingv2_load_balancer")).values()
    raw = {"LoadBalancerArn": web.id, "LoadBalancerName": "new", "Type": "quantum"}
    resource = known.resource(raw, PARIS)
    assert resource is not None
    assert parts(resource)["fixed aws/load-balancer"] == 0.5
    assert read(known, resource) == {}


async def test_classic_load_balancer() -> None:
    resources = await described(
        "elasticloadbalancing/load_balancer", "elasticloadbalancing_load_balancer", TEAM
    )
    legacy = resources["legacy"]
    assert legacy.id == f"arn:aws:elasticloadbalancing:eu-west-3:{ACCOUNT}:loadbalancer/legacy"
    assert parts(legacy) == {"fixed aws/load-balancer": 1, "network internet per bytes": 1}
    assert legacy.tags == {"team": "old"}
    ((name, (metric, dimensions)),) = read(spec(legacy.kind), legacy).items()
    assert (metric.namespace, name, dimensions) == (
        "AWS/ELB",
        "EstimatedProcessedBytes",
        {"LoadBalancerName": "legacy"},
    )


async def test_nat_gateways_by_reach_and_zones() -> None:
    resources = await described("ec2/nat_gateway", "ec2_nat_gateway")
    assert parts(resources["egress"]) == {
        "fixed aws/nat-gateway": 1,
        "network internet per bytes": 1,
    }
    assert parts(resources["nat-2"])["network intra per bytes"] == 1
    assert parts(resources["nat-3"])["fixed aws/nat-gateway"] == 2, (
        "a regional one stands in each zone it has an address in"
    )
    assert set(resources) == {"egress", "nat-2", "nat-3"}, (
        "a deleted one is listed for an hour, and is gone"
    )
    assert resources["egress"].tags == {"Name": "egress", "team": "net"}
    assert set(read(spec("ec2/nat_gateway"), resources["egress"])) == {
        "BytesInFromSource",
        "BytesInFromDestination",
    }


async def test_a_transit_gateway_is_counted_where_it_is_owned() -> None:
    resources = await described("ec2/transit_gateway", "ec2_transit_gateway")
    assert set(resources) == {"hub"}
    assert parts(resources["hub"]) == {"fixed aws/transit-gateway": 1, "network intra per bytes": 1}
    ((name, (metric, dimensions)),) = read(spec("ec2/transit_gateway"), resources["hub"]).items()
    assert (metric.namespace, name, dimensions) == (
        "AWS/TransitGateway",
        "BytesIn",
        {"TransitGateway": "tgw-1"},
    )


async def test_vpn_connections_and_endpoints() -> None:
    connections = await described("ec2/vpn_connection", "ec2_vpn_connection")
    endpoints = await described("ec2/client_vpn_endpoint", "ec2_vpn_connection")
    assert set(connections) == {"office"}
    assert set(endpoints) == {"cvpn-endpoint-1"}, "with no network associated, nothing stands ready"
    assert connections["office"].id == f"arn:aws:ec2:eu-west-3:{ACCOUNT}:vpn-connection/vpn-1"
    assert (
        endpoints["cvpn-endpoint-1"].id
        == f"arn:aws:ec2:eu-west-3:{ACCOUNT}:client-vpn-endpoint/cvpn-endpoint-1"
    )
    assert parts(connections["office"]) == {"fixed aws/vpn": 1, "network internet per bytes": 1}
    assert set(read(spec("ec2/vpn_connection"), connections["office"])) == {
        "TunnelDataIn",
        "TunnelDataOut",
    }
    assert set(read(spec("ec2/client_vpn_endpoint"), endpoints["cvpn-endpoint-1"])) == {
        "IngressBytes",
        "EgressBytes",
    }


async def test_a_gateway_endpoint_is_a_route_and_draws_nothing() -> None:
    resources = await described("ec2/vpc_endpoint", "ec2_vpc_endpoint")
    assert set(resources) == {"vpce-1"}
    _, dimensions = read(spec("ec2/vpc_endpoint"), resources["vpce-1"])["BytesProcessed"]
    assert dimensions == {
        "Endpoint Type": "Interface",
        "Service Name": "com.amazonaws.eu-west-3.sqs",
        "VPC Endpoint Id": "vpce-1",
        "VPC Id": "vpc-1",
    }


async def test_the_endpoints_of_a_landing_zone_draw_less_than_its_machines() -> None:
    """500 of them in two zones, at rest, against what they would be as machines of their own."""
    endpoint = (await described("ec2/vpc_endpoint", "ec2_vpc_endpoint"))["vpce-1"]
    assert parts(endpoint)["fixed aws/vpc-endpoint"] == 2, "one in each zone"
    each = footprint(endpoint, bytes=0)
    assert each.basis == "assumed"
    assert each.power_watts.upper > 5 * each.power_watts.value > 0
    assert 20 < 500 * each.power_watts.value < 200


async def test_a_distribution_is_global_and_measured_in_us_east_1() -> None:
    resources = await described("cloudfront/distribution", "cloudfront_distribution", TEAM)
    site = resources["www.example.org"]
    assert (site.location.region, site.tags) == ("global", {"team": "web"})
    assert parts(site) == {"requests http per requests": 1, "network internet per bytes": 1}
    assert parts(resources["e2.cloudfront.net"]) == {}, "disabled"
    series = read(spec("cloudfront/distribution"), site)
    assert set(series) == {"Requests", "BytesDownloaded"}
    for metric, dimensions in series.values():
        assert dimensions == {"DistributionId": "E1", "Region": "Global"}
        assert metric.region == "us-east-1"
