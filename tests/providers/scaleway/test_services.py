"""What each service's recorded objects read as."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.fakes.scaleway import ORGANIZATION, FakeScaleway
from tests.providers.scaleway.support import OF_COCKPIT, by_name, connected, described, held

from cloud_carbon_exporter.model.types import LARGEST, Component
from cloud_carbon_exporter.providers.scaleway import PROVIDER
from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient
from cloud_carbon_exporter.providers.scaleway.describing.serverless import copies
from cloud_carbon_exporter.providers.spec import Scope

VCPU, DRAM, SSD = ("vcpu", "EPYC 7543"), ("memory", "dram"), ("ssd", "ssd")


@pytest.fixture
async def client() -> AsyncIterator[ScalewayClient]:
    async with FakeScaleway() as fake, connected(fake) as client:
        yield client


def units(parts: tuple[Component, ...]) -> set[str]:
    return {part.per for part in parts}


async def test_instance_servers(client: ScalewayClient) -> None:
    servers = await by_name(client, "instance/server")
    assert len(servers) == 7
    web = servers["web-1"]
    assert held(web) == {VCPU: 8, DRAM: 32}, "its block volume is a volume's"
    assert web.info["cpu"] == "AMD EPYC™ 7543 (2.8 GHz)", (
        "the public catalogue names the host's CPU"
    )
    assert web.info["catalogue_gco2e_per_hour"] == "4.2", "and what Scaleway thinks an hour costs"
    assert web.info["host_type"] == "PRO2-S"
    assert web.info["project"] == "default"
    assert web.tags == {"team": "web", "prod": "true"}
    assert (web.location.account_id, web.location.region, web.location.zone) == (
        ORGANIZATION,
        "fr-par",
        "fr-par-1",
    )
    assert servers["paused-1"].tags == {"team": "data"}
    assert servers["paused-1"].info["project"] == "data"


async def test_instance_local_disks_belong_to_the_server(client: ScalewayClient) -> None:
    servers = await by_name(client, "instance/server")
    assert held(servers["build-1"])[SSD] == pytest.approx(40e9 / 2**30, abs=0.001)
    train = held(servers["train-1"])
    assert train["gpu", "H100 PCIe 80GB"] == 2
    assert train[SSD] == pytest.approx(6000e9 / 2**30, abs=0.001), (
        "scratch is there once, though the type lists it too"
    )


async def test_instance_states(client: ScalewayClient) -> None:
    servers = await by_name(client, "instance/server")
    assert list(held(servers["old-1"])) == [SSD], "stopped: only the disk it keeps"
    paused = {part.kind: part.load for part in servers["paused-1"].components}
    assert paused == {"vcpu": "", "memory": ""}, "stopped in place: its share of the host, idle"
    assert {part.kind: part.load for part in servers["web-1"].components} == {
        "vcpu": "cpu_ratio",
        "memory": "cpu_ratio",
    }


async def test_arm_threads_are_cores(client: ScalewayClient) -> None:
    arm = (await by_name(client, "instance/server"))["arm-1"]
    assert held(arm) == {("vcpu", "Altra M128-30"): 4, DRAM: 16}
    assert arm.info["architecture"] == "arm64"


async def test_instance_volumes_and_snapshots(client: ScalewayClient) -> None:
    volumes = await by_name(client, "instance/volume")
    assert {name: held(resource) for name, resource in volumes.items()} == {
        "build-1-data": {("block", "scaleway/b_ssd"): 46.566},
        "orphan": {SSD: 18.626},
    }
    snapshots = await by_name(client, "instance/snapshot")
    assert {name: held(resource) for name, resource in snapshots.items()} == {
        "build-1-backup": {("snapshot", "scaleway/snapshot"): 37.253}
    }


async def test_block(client: ScalewayClient) -> None:
    volumes = await by_name(client, "block/volume")
    assert {name: held(resource) for name, resource in volumes.items()} == {
        "web-1-root": {("block", "scaleway/sbs_5k"): 80},
        "fast": {("block", "scaleway/sbs_15k"): 200},
        "train-1-root": {("block", "scaleway/sbs_15k"): 500},
    }
    snapshots = await by_name(client, "block/snapshot")
    assert held(snapshots["web-1-nightly"]) == {("snapshot", "scaleway/snapshot"): 80}


async def test_elastic_metal_has_every_socket_of_its_offer(client: ScalewayClient) -> None:
    servers = await by_name(client, "baremetal/server")
    metal = servers["metal-1"]
    server = described(metal)
    assert (server.sockets, server.threads, server.memory_gib) == (2, 24, 192)
    assert server.microarchitecture == "Sandy Bridge"
    assert held(metal)["ssd", "ssd/2019"] == 1907.349
    assert metal.info["catalogue_gco2e_per_hour"] == "13.6986", "by the hour, as by the month"
    assert metal.info["cpu"] == "Intel Xeon E5 2600 or equivalent"
    assert servers["metal-off"].components == ()


async def test_apple_silicon(client: ScalewayClient) -> None:
    mac = (await by_name(client, "apple_silicon/server"))["mac-1"]
    assert held(mac) == {("vcpu", "Apple M2"): 8, ("memory", "unified"): 16, SSD: 238.419}
    assert mac.info["catalogue_gco2e_per_hour"] == "13.5"
    assert "not-a-secret" not in repr(mac)


async def test_dedibox(client: ScalewayClient) -> None:
    server = (await by_name(client, "dedibox/server"))["sd-41256"]
    assert server.id == "dedibox/41256"
    whole = described(server)
    assert (whole.processor, whole.threads, whole.memory_gib) == ("Xeon E5-2620 v4", 16, 64)
    assert held(server)["hdd", "hdd/1tb"] == 1862.645, "two disks of 1 TB"


async def test_rdb_counts_standby_and_replicas(client: ScalewayClient) -> None:
    databases = await by_name(client, "rdb/instance")
    orders = held(databases["orders"])
    assert orders == {VCPU: 24, DRAM: 96, ("block", "scaleway/sbs_5k"): 300}, (
        "primary, standby and replica"
    )
    dev = held(databases["dev"])
    assert (dev[DRAM], dev[SSD]) == (2, 10)
    assert held((await by_name(client, "rdb/snapshot"))["orders-1"]) == {
        ("snapshot", "scaleway/snapshot"): 100
    }
    assert held((await by_name(client, "rdb/backup"))["orders-dump"]) == {
        ("snapshot", "scaleway/backup"): 12
    }


async def test_clusters_of_nodes(client: ScalewayClient) -> None:
    redis = held((await by_name(client, "redis/cluster"))["cache"])
    assert redis[DRAM] == 12
    docs = held((await by_name(client, "mongodb/instance"))["docs"])
    assert docs == {VCPU: 12, DRAM: 48, ("block", "scaleway/sbs_5k"): 150}
    assert held((await by_name(client, "mongodb/snapshot"))["docs-1"]) == {
        ("snapshot", "scaleway/snapshot"): 50
    }
    stream = held((await by_name(client, "kafka/cluster"))["stream"])
    assert stream == {("vcpu", "Milan (Zen 3)"): 6, DRAM: 24, ("block", "scaleway/sbs_5k"): 300}
    logs = held((await by_name(client, "searchdb/deployment"))["logs"])
    assert (logs[DRAM], logs["block", "scaleway/sbs_5k"]) == (16, 40)
    queue = held((await by_name(client, "messageq/deployment"))["queue"])
    assert (queue[DRAM], queue["block", "scaleway/sbs_15k"]) == (24, 30)


async def test_control_planes_and_gateways(client: ScalewayClient) -> None:
    clusters = await by_name(client, "k8s/cluster")
    assert held(clusters["main"]) == {("fixed", "scaleway/kapsule"): 1}
    assert held(clusters["big"]) == {("fixed", "scaleway/kapsule-dedicated-8"): 1}
    assert held((await by_name(client, "lb/lb"))["front"]) == {("fixed", "scaleway/lb-gp-m"): 2}
    assert held((await by_name(client, "vpc_gw/gateway"))["exit"]) == {
        ("fixed", "scaleway/vpc-gw-s"): 1
    }


async def test_serverless(client: ScalewayClient) -> None:
    api = (await by_name(client, "containers/container"))["api"]
    assert {part.kind: part.amount for part in api.components} == {"vcpu": 1, "memory": 2}
    assert units(api.components) == {"capacity_units"}
    assert api.info["project"] == "data", "a container's namespace says whose it is"
    resize = (await by_name(client, "functions/function"))["resize"]
    assert {part.kind: part.amount for part in resize.components} == {"vcpu": 0.28, "memory": 0.5}
    jobs = await by_name(client, "jobs/definition")
    assert jobs["report"].components == jobs["idle"].components == ()
    run = (await by_name(client, "jobs/run"))["report"]
    assert {part.kind: part.amount for part in run.components} == {"vcpu": 2, "memory": 4}
    assert run.info == {"project": "default", "definition": jobs["report"].id}


async def test_data_products(client: ScalewayClient) -> None:
    chat = held((await by_name(client, "inference/deployment"))["chat"])
    assert (chat["gpu", "L4"], chat[DRAM]) == (2, 96)
    events = (await by_name(client, "datawarehouse/deployment"))["events"]
    assert {kind: amount for (kind, _), amount in held(events).items()} == {
        "vcpu": 4,
        "memory": 16,
        "block": 2,  # of bytes that are not told, once for each replica
    }
    assert all(part.assumed for part in events.components if part.kind != "block")
    databases = await by_name(client, "serverless_sqldb/database")
    assert {part.kind for part in databases["small"].components} >= {"vcpu", "memory"}
    assert databases["asleep"].components == ()
    spark = held((await by_name(client, "datalab/datalab"))["spark"])
    # a main node of 8 GiB and three workers of 8; a root volume of 50 GB for each, and 60 GiB
    assert (spark[DRAM], spark["block", "scaleway/sbs_5k"]) == (32, 246.265)


async def test_storage_products(client: ScalewayClient) -> None:
    assert held((await by_name(client, "registry/namespace"))["images"]) == {
        ("object", "scaleway/registry"): 30
    }
    assert held((await by_name(client, "file/filesystem"))["shared"]) == {
        ("file", "scaleway/file"): 100
    }
    photos = (await by_name(client, "object/bucket"))["photos"]
    assert photos.id == "fr-par/photos"
    assert (photos.components[0].part, photos.components[0].per) == (
        "scaleway/object",
        "stored_gib",
    )


@pytest.mark.slow
async def test_every_kind_is_shown(client: ScalewayClient) -> None:
    for spec in PROVIDER.services:
        if spec.kind in OF_COCKPIT:
            continue
        assert await by_name(client, spec.kind), f"{spec.kind} has no recorded object"


def test_copies_that_were_not_counted_are_as_many_as_the_api_allows() -> None:
    raw = {"id": "c", "name": "c", "mvcpu_limit": 1000, "memory_limit_bytes": 2**31}
    scope = Scope("scaleway", "organization", "fr-par")

    def limits(**scale: int | None) -> set[tuple[float, float]]:
        parts = copies({**raw, **scale}, scope, 1000, 2).running
        return {(part.least, part.most) for part in parts}

    assert limits(min_scale=2, max_scale=5) == {(2, 5)}
    assert limits(min_scale=0, max_scale=None) == {(0, LARGEST)}
