"""Machines, disks, buckets, functions and traffic as hardware, object by object."""

from __future__ import annotations

import pytest
from tests.providers.gcp.conftest import Explore
from tests.providers.gcp.sweeps import Estate, changed, held, parts, swept

from cloud_carbon_exporter.collect.due_reads import signals
from cloud_carbon_exporter.model.hosts import names
from cloud_carbon_exporter.providers.gcp.describing.asset import region_of

pytestmark = pytest.mark.slow

HERE = ("europe-west1", "europe-west1-b")


async def test_an_instance_is_its_machine_type(estate: Estate) -> None:
    web = estate["compute/instance", "hpc"]
    assert web.id == "compute.googleapis.com/projects/shop-prod/zones/europe-west1-b/instances/hpc"
    assert (web.location.account_id, web.location.region, web.location.zone) == ("shop-prod", *HERE)
    assert parts(web) == {"vcpu": ("Xeon 8273CL", 8), "memory": ("dram/288", 32)}
    assert web.info["host_type"] == "n2-standard-8"
    assert web.info["cpu"] == "Intel Cascade Lake"
    assert web.monitor["instance_id"] == "4751091017865185086"


async def test_a_stopped_instance_holds_nothing_and_is_not_read(estate: Estate) -> None:
    stopped = estate["compute/instance", "web-2"]
    assert stopped.components == ()
    assert signals(stopped) == frozenset()


async def test_custom_spot_machine_with_local_ssd(estate: Estate) -> None:
    batch = estate["compute/instance", "batch-spot"]
    assert parts(batch) == {
        "vcpu": ("Xeon 8273CL", 4),
        "memory": ("dram/288", 8),
        "ssd": ("ssd/2019", 750),
    }
    assert batch.info["provisioning"] == "spot"


async def test_gpus_bundled_and_attached_are_counted_once(estate: Estate) -> None:
    bundled, attached = estate["compute/instance", "trainer"], estate["compute/instance", "render"]
    # It stands in the machine type and in guestAccelerators.
    assert parts(bundled)["gpu"] == ("A100 SXM4 40GB", 1)
    assert parts(attached)["gpu"] == ("T4", 2)
    assert "gpu_instance_id" in bundled.monitor
    assert "gpu_instance_id" not in estate["compute/instance", "tiny"].monitor


async def test_shared_core_and_arm(estate: Estate) -> None:
    tiny, arm = estate["compute/instance", "tiny"], estate["compute/instance", "arm"]
    # The load is told of what is allocated: at 8 times that both vCPUs work wholly.
    vcpu = held(tiny, "vcpu")
    assert (vcpu.amount, vcpu.share, vcpu.full_load) == (2, 0.125, 8)
    assert arm.info["architecture"] == "arm64"
    assert names(held(arm, "vcpu").part) == "Altra Q64-30"


async def test_users_labels_change_nothing_of_ours(estate: Estate) -> None:
    """Defect 10: labels called location, kind and region took the place of ours."""
    arm = estate["compute/instance", "arm"]
    assert arm.tags == {"location": "mars", "kind": "toaster", "region": "nowhere"}
    assert (arm.kind, arm.location.region, arm.location.zone) == ("compute/instance", *HERE)
    assert estate["storage/bucket", "shop-assets"].location.region == "eu"


async def test_instances_of_one_name_are_two_resources(explore: Explore) -> None:
    """Defect 6: names repeat across zones."""
    resources = (await swept(explore())).resources
    instances = [resource for resource in resources if resource.kind == "compute/instance"]
    twins = [instance for instance in instances if instance.name == "web-1"]
    assert len({twin.id for twin in twins}) == 2
    assert len({twin.monitor["instance_id"] for twin in twins}) == 2


async def test_disks(estate: Estate) -> None:
    assert parts(estate["compute/disk", "web-1"]) == {"block": ("gcp/pd-balanced", 50)}
    assert parts(estate["compute/disk", "fast"]) == {"block": ("gcp/hyperdisk-extreme", 1000)}
    ledger = estate["compute/region_disk", "ledger"]
    assert parts(ledger) == {"block": ("gcp/pd-ssd", 400)}  # 200 GiB in two zones
    assert (ledger.location.region, ledger.location.zone) == ("europe-west1", "")


async def test_snapshots_and_images_stand_where_they_are_stored(estate: Estate) -> None:
    nightly, golden = estate["compute/snapshot", "nightly"], estate["compute/image", "golden"]
    assert parts(nightly) == {"snapshot": ("gcp/snapshot", 10)}
    assert nightly.location.region == "eu"
    assert parts(golden) == {"snapshot": ("gcp/image", 2)}
    assert golden.location.region == "europe-west1"
    whole = estate["compute/machine_image", "whole"]
    assert (parts(whole), whole.location.region) == ({"snapshot": ("gcp/machine-image", 30)}, "us")


@pytest.mark.parametrize(
    ("name", "region", "copies"),
    [("shop-assets", "eu", 2), ("shop-logs", "europe-west1", 1), ("shop-dr", "nam4", 2)],
)
async def test_buckets(estate: Estate, name: str, region: str, copies: int) -> None:
    bucket = estate["storage/bucket", name]
    assert bucket.id == f"storage.googleapis.com/{name}"
    assert bucket.location.region == region
    assert (held(bucket, "object").amount, held(bucket, "object").per) == (copies, "stored_gib")


async def test_gke(estate: Estate) -> None:
    shop, auto = estate["container/cluster", "shop"], estate["container/cluster", "auto"]
    assert parts(shop) == {"fixed": ("gcp/gke-control-plane", 1)}
    assert held(auto, "fixed").amount == 3  # regional
    assert held(auto, "vcpu").per == "capacity_units"
    assert (held(auto, "memory").per, held(auto, "memory").amount) == ("memory_gib", 1)
    assert auto.monitor == {"autopilot_cluster": "auto", "location": "europe-west1"}
    assert shop.monitor == {}


@pytest.mark.parametrize(
    ("key", "team"), [(("run/service", "api"), "checkout"), (("run/service", "thumbs"), "media")]
)
async def test_cloud_run_in_both_shapes(estate: Estate, key: tuple[str, str], team: str) -> None:
    service = estate[key]
    assert service.tags["team"] == team
    assert service.monitor == {"service_name": key[1], "location": "europe-west1"}
    assert (held(service, "vcpu").amount, held(service, "vcpu").per) == (1, "capacity_units")
    assert (held(service, "memory").amount, held(service, "memory").per) == (1, "memory_gib")


async def test_functions_of_the_first_generation(estate: Estate) -> None:
    resize = estate["cloudfunctions/cloud_function", "resize"]
    assert held(resize, "vcpu").amount == pytest.approx(0.167)
    assert held(resize, "memory").amount == pytest.approx(0.25)


async def test_files(estate: Estate) -> None:
    assert parts(estate["file/instance", "nfs"]) == {"file": ("gcp/filestore/BASIC_HDD", 1024)}
    assert parts(estate["file/instance", "shared"]) == {"file": ("gcp/filestore/ENTERPRISE", 4096)}


@pytest.mark.parametrize(
    ("scheme", "target", "expected"),
    [
        ("EXTERNAL", "targetSslProxies/a", "proxy_classic"),
        ("EXTERNAL", "targetTcpProxies/a", "proxy_classic"),
        ("EXTERNAL_MANAGED", "targetTcpProxies/a", "proxy"),
        ("INTERNAL_MANAGED", "targetTcpProxies/a", "proxy"),
        ("EXTERNAL", "targetPools/a", "passthrough"),
        # A classic one of the Standard tier stands in a region, and is the global proxies' all the
        # same.
        ("EXTERNAL", "targetHttpProxies/a", "https"),
        ("EXTERNAL_MANAGED", "targetHttpsProxies/a", "https_regional"),
        ("INTERNAL_MANAGED", "targetHttpsProxies/a", "https_internal"),
    ],
)
def test_kinds_of_load_balancer(scheme: str, target: str, expected: str) -> None:
    url = f"projects/p/regions/r/{target}"
    rule = changed(
        "compute.googleapis.com/ForwardingRule",
        loadBalancingScheme=scheme,
        target=url,
        backendService="",
    )
    assert rule is not None
    assert rule.monitor == {expected: "ilb", "region": "europe-west1"}
    assert parts(rule)["fixed"] == ("gcp/load-balancer", 1)


@pytest.mark.parametrize(
    ("scheme", "target"),
    [
        ("", "projects/p/regions/r/serviceAttachments/a"),
        ("", "all-apis"),
        ("EXTERNAL", "projects/p/zones/z/targetInstances/a"),
        ("INTERNAL_SELF_MANAGED", "projects/p/global/targetGrpcProxies/a"),
    ],
)
def test_rules_of_no_load_balancer(scheme: str, target: str) -> None:
    rule = changed(
        "compute.googleapis.com/ForwardingRule",
        loadBalancingScheme=scheme,
        target=target,
        backendService="",
    )
    assert rule is None


async def test_traffic(estate: Estate) -> None:
    front = estate["compute/global_forwarding_rule", "front"]
    assert front.monitor == {"https": "front", "region": "global"}
    assert held(front, "network").part == "internet"
    assert held(estate["compute/forwarding_rule", "ilb"], "network").part == "intra"
    assert ("compute/forwarding_rule", "vpn") not in estate
    assert estate["compute/router", "edge"].monitor == {"router_id": "41"}
    assert parts(estate["compute/router", "edge"])["fixed"] == ("gcp/nat-gateway", 1)
    assert ("compute/router", "bgp") not in estate
    assert parts(estate["artifactregistry/repository", "images"]) == {
        "object": ("gcp/artifact-registry", 50)
    }


@pytest.mark.parametrize(
    ("location", "data", "expected"),
    [
        ("us-east1", {}, "us-east1"),
        ("", {"region": "europe-west4"}, "europe-west4"),
        ("global", {"region": "https://h/v1/projects/p/regions/us-west1"}, "us-west1"),
        ("", {"gceZone": "us-central1-ai1a"}, "us-central1"),
        ("", {"location": "projects/p/locations/europe-west1-b"}, "europe-west1"),
        ("us-east1", {"region": "europe-west4"}, "us-east1"),
        ("", {"region": 7}, "global"),
        ("", {}, "global"),
    ],
)
def test_a_place_that_stands_in_the_objects_data_only(
    location: str, data: dict[str, object], expected: str
) -> None:
    for name in ("things/t", "locations/global/things/t"):
        raw = {
            "name": f"//api.googleapis.com/projects/p/{name}",
            "resource": {"location": location, "data": data},
        }
        assert region_of(raw) == expected
