"""Directories, resolvers, file servers, security modules, streaming fleets: hosts nobody shows."""

from __future__ import annotations

import pytest
from tests.fakes.aws_replay import amounts, described

from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, times
from cloud_carbon_exporter.providers.aws.services.appstream_fleet import machine


@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
@pytest.mark.parametrize("count", [1, 8, 400, 3000])
def test_many_small_things_are_what_one_is_as_often(count: int, architecture: str) -> None:
    """No host has the memory of all of them: 3000 DPUs of Glue are 48 TB, on many hosts."""
    one, several = (hidden(4 * many, 16 * many, architecture) for many in (1, count))
    assert several == times(one, count)
    assert [part.kind for part in hidden(0, 2)] == ["memory"]
    assert hidden(0, 0) == ()


async def test_a_directory_is_its_domain_controllers() -> None:
    directories = await described("directoryservice/microsoft_ad", "directoryservice")
    assert list(directories) == ["corp.example.com"], "one goes, one is another account's"
    directory = directories["corp.example.com"]
    assert directory.id == "arn:aws:ds:eu-west-3:123456789012:directory/d-9067f0a1b2"
    assert amounts(directory) == {"fixed": 3}


@pytest.mark.parametrize("kind", ["simple_ad", "ad_connector"])
async def test_another_directory_has_two_servers(kind: str) -> None:
    ((directory),) = (await described(f"directoryservice/{kind}", "directoryservice")).values()
    assert amounts(directory) == {"fixed": 2}


async def test_an_endpoint_is_its_addresses_but_on_an_outpost() -> None:
    kind = "route53resolver/resolver_endpoint"
    endpoints = await described(kind, "route53resolver_resolver_endpoint")
    held = {name: amounts(endpoint) for name, endpoint in endpoints.items()}
    assert held == {"from-office": {"fixed": 3}, "rslvr-out-1": {"fixed": 2}, "on-rack": {}}


async def test_a_server_that_is_stopped_keeps_its_hosts() -> None:
    servers = await described("transfer/server", "transfer_server")
    assert [amounts(server)["fixed"] for server in servers.values()] == [1, 1]


async def test_a_cluster_of_modules_is_those_that_are_there() -> None:
    clusters = await described("cloudhsm/cluster", "cloudhsm_cluster")
    held = {name: amounts(cluster) for name, cluster in clusters.items()}
    assert held == {"cluster-igklspoyj5v": {"fixed": 2}, "cluster-empty": {}}


async def test_a_fleet_runs_what_its_type_keeps_awake() -> None:
    fleets = await described("appstream/fleet", "appstream_fleet")
    held = {name: amounts(fleet) for name, fleet in fleets.items()}
    assert held["cad"]["gpu"] == 4
    assert held["cad"]["block aws/gp3"] == 800
    assert held["office"]["vcpu"] == 2 * 2, "of ten, two are in use"
    assert held["office"]["block aws/gp3"] == 10 * 250
    assert held["shared"]["vcpu"] == 3 * 2, "nine sessions, four an instance"
    assert held["browser"] == held["closed"] == {}


@pytest.mark.parametrize(
    ("name", "vcpus"),
    [
        ("stream.standard.large", 2),
        ("stream.graphics.g4dn.16xlarge", 64),
        ("stream.memory.4xlarge", 16),
    ],
)
def test_a_streaming_instance_is_an_instance(name: str, vcpus: float) -> None:
    assert next(part.amount for part in machine(name) if part.kind == "vcpu") == vcpus


async def test_a_firewall_is_hosts_in_each_of_its_zones() -> None:
    firewalls = await described("networkfirewall/firewall", "networkfirewall_firewall")
    assert {name: amounts(wall) for name, wall in firewalls.items()} == {"edge": {"fixed": 3}}
    assert firewalls["edge"].tags == {"team": "net"}


async def test_a_fleet_of_games_is_one_in_each_of_its_places() -> None:
    fleets = await described("gamelift/fleet", "gamelift_fleet")
    regions = {name: fleet.location.region for name, fleet in fleets.items()}
    assert regions == {
        "arena": "eu-west-3",
        "arena/us-west-2": "us-west-2",
        "arena/us-west-2-lax-1": "us-west-2",
    }
    # three that are active, of which two are idle, one that comes and one that goes
    assert amounts(fleets["arena"])["vcpu"] == 2 * 5
    containers = await described("gamelift/container_fleet", "gamelift_fleet")
    assert len(containers) == 3


async def test_a_channel_is_its_pipelines_but_at_the_customers() -> None:
    channels = await described("medialive/channel", "medialive_channel")
    held = {name: amounts(channel) for name, channel in channels.items()}
    assert held == {"news": {"fixed": 2}, "events": {}}
    assert channels["news"].components[0].part == "aws/encoder-uhd"


async def test_a_queue_is_its_jobs_or_what_is_reserved_for_them() -> None:
    queues = await described("mediaconvert/queue", "mediaconvert_queue")
    held = {name: amounts(queue) for name, queue in queues.items()}
    assert held == {"night": {"fixed": 4}, "day": {"fixed": 3}}


async def test_a_pool_is_the_desktops_that_are_awake() -> None:
    pools = await described("workspaces/workspaces_pool", "workspaces_workspaces_pool")
    held = {name: amounts(pool) for name, pool in pools.items()}
    assert held["callcentre"] == {"vcpu": 20, "memory": 80, "block aws/gp3": 800}
    assert held["interns"] == {"vcpu": 8, "memory": 32, "block aws/gp3": 800}


async def test_a_connection_is_the_gigabits_of_its_port() -> None:
    connections = await described("directconnect/connection", "directconnect_connection")
    held = {name: amounts(connection) for name, connection in connections.items()}
    assert held == {"office": {"fixed": 10}, "branch": {"fixed": 0.05}}


async def test_a_service_of_a_lattice_is_its_owners() -> None:
    assert list(await described("vpclattice/service", "vpclattice_service")) == ["orders"]
