"""Each service's recorded objects as hardware, and the laws that hold over all of them."""

from __future__ import annotations

import copy
from collections import Counter

import pytest
from tests.fakes import gcp_discovery, gcp_monitoring
from tests.fakes.gcp import GoogleCloud
from tests.fakes.gcp_estate import recorded
from tests.providers.gcp.conftest import Explore
from tests.providers.gcp.sweeps import found, held, swept

from cloud_carbon_exporter.model.types import SIGNALS, Resource
from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING, TYPES
from cloud_carbon_exporter.providers.gcp.describing.asset import kind
from cloud_carbon_exporter.providers.gcp.services.tpu_node import chips
from cloud_carbon_exporter.providers.spec import Scope, ServiceSpec

Found = dict[tuple[str, str], Resource]
HERE = ("europe-west1", "europe-west1-b")


@pytest.fixture
async def estate(explore: Explore) -> Found:
    return await found(explore())


def changed(asset_type: str, **data: object) -> Resource | None:
    """The first recorded asset of a type with other data, described."""
    asset = copy.deepcopy(next(each for each in recorded() if each["assetType"] == asset_type))
    asset["resource"]["data"] |= data
    spec = next(spec for spec in PROVIDER.services if spec.accepts(asset))
    return spec.resource(asset, Scope("gcp", "shop-prod"))


def parts(resource: Resource) -> dict[str, tuple[str, float]]:
    return {component.kind: (component.part, component.amount) for component in resource.components}


@pytest.mark.parametrize(
    "asset",
    recorded(),
    ids=lambda asset: f"{asset['assetType']} {asset['name'].rpartition('/')[2]}",
)
def test_recordings_are_what_google_documents(asset: dict[str, object]) -> None:
    assert gcp_discovery.asset_errors(asset) == []


async def test_an_instance_is_its_machine_type(estate: Found) -> None:
    web = next(each for (_, name), each in estate.items() if name == "hpc")
    assert web.id == "compute.googleapis.com/projects/shop-prod/zones/europe-west1-b/instances/hpc"
    assert (web.location.account_id, web.location.region, web.location.zone) == ("shop-prod", *HERE)
    assert parts(web) == {"vcpu": ("Cascade Lake", 8), "memory": ("dram", 32)}
    assert web.info["host_type"] == "n2-standard-8"
    assert web.info["cpu"] == "Intel Cascade Lake"
    assert web.monitor["instance_id"] == "4751091017865185086"


async def test_a_stopped_instance_holds_nothing_and_is_not_read(estate: Found) -> None:
    stopped = estate["compute/instance", "web-2"]
    assert stopped.components == ()
    assert stopped.monitor == {}


async def test_custom_spot_machine_with_local_ssd(estate: Found) -> None:
    batch = estate["compute/instance", "batch-spot"]
    assert parts(batch) == {"vcpu": ("Cascade Lake", 4), "memory": ("dram", 8), "ssd": ("ssd", 750)}
    assert batch.info["provisioning"] == "spot"


async def test_gpus_bundled_and_attached_are_counted_once(estate: Found) -> None:
    bundled, attached = estate["compute/instance", "trainer"], estate["compute/instance", "render"]
    assert parts(bundled)["gpu"] == (
        "A100 SXM4 40GB",
        1,
    )  # in the machine type and in guestAccelerators
    assert parts(attached)["gpu"] == ("T4", 2)
    assert "gpu_instance_id" in bundled.monitor
    assert "gpu_instance_id" not in estate["compute/instance", "tiny"].monitor


async def test_shared_core_and_arm(estate: Found) -> None:
    tiny, arm = estate["compute/instance", "tiny"], estate["compute/instance", "arm"]
    assert (held(tiny, "vcpu").amount, held(tiny, "vcpu").share) == (
        0.25,
        1,
    )  # the load is told of what is allocated
    assert arm.info["architecture"] == "arm64"
    assert held(arm, "vcpu").part.startswith("Ampere Altra")


async def test_users_labels_change_nothing_of_ours(estate: Found) -> None:
    """Defect 10: labels called location, kind and region took the place of ours."""
    arm = estate["compute/instance", "arm"]
    assert arm.tags == {"location": "mars", "kind": "toaster", "region": "nowhere"}
    assert (arm.kind, arm.location.region, arm.location.zone) == ("compute/instance", *HERE)
    assert estate["storage/bucket", "shop-assets"].location.region == "eu"


async def test_instances_of_one_name_are_two_resources(explore: Explore) -> None:
    """Defect 6: names repeat across zones."""
    twins = [
        each
        for each in (await swept(explore())).resources
        if (each.kind, each.name) == ("compute/instance", "web-1")
    ]
    assert (
        len({each.id for each in twins})
        == len({each.monitor["instance_id"] for each in twins})
        == 2
    )


async def test_disks(estate: Found) -> None:
    assert parts(estate["compute/disk", "web-1"]) == {"block": ("gcp/pd-balanced", 50)}
    assert parts(estate["compute/disk", "fast"]) == {"block": ("gcp/hyperdisk-extreme", 1000)}
    ledger = estate["compute/region_disk", "ledger"]
    assert parts(ledger) == {"block": ("gcp/pd-ssd", 400)}  # 200 GiB in two zones
    assert (ledger.location.region, ledger.location.zone) == ("europe-west1", "")


async def test_snapshots_and_images_stand_where_they_are_stored(estate: Found) -> None:
    nightly, golden = estate["compute/snapshot", "nightly"], estate["compute/image", "golden"]
    assert parts(nightly) == {"snapshot": ("gcp/snapshot", 10)}
    assert nightly.location.region == "eu"
    assert parts(golden) == {"snapshot": ("gcp/image", 2)}
    assert golden.location.region == "europe-west1"
    whole = estate["compute/machine_image", "whole"]
    assert (parts(whole), whole.location.region) == ({"snapshot": ("gcp/machine-image", 30)}, "us")


async def test_cloud_sql(estate: Found) -> None:
    orders = estate["sql/instance", "orders"]
    assert {key: amount for key, (_, amount) in parts(orders).items()} == {
        "vcpu": 8,
        "memory": 30,
        "block": 200,
    }
    assert orders.monitor == {"database_id": "shop-prod:orders"}  # defect 7: never the bare name
    assert orders.id == "cloudsql.googleapis.com/projects/shop-prod/instances/orders"
    assert orders.tags == {"team": "checkout"}
    assert {
        key: amount for key, (_, amount) in parts(estate["sql/instance", "orders-replica"]).items()
    } == {
        "vcpu": 4,
        "memory": 15,
        "block": 100,
    }
    assert parts(estate["sql/instance", "parked"]) == {"block": ("gcp/pd-ssd", 100)}
    assert parts(estate["sql/instance", "tiny"])["block"] == ("gcp/pd-standard", 10)
    fast = parts(estate["sql/instance", "fast"])
    assert (fast["vcpu"][1], fast["memory"][1]) == (8, 64)
    assert ("sql/instance", "elsewhere") not in estate


@pytest.mark.parametrize(
    ("name", "region", "copies"),
    [("shop-assets", "eu", 2), ("shop-logs", "europe-west1", 1), ("shop-dr", "nam4", 2)],
)
async def test_buckets(estate: Found, name: str, region: str, copies: int) -> None:
    bucket = estate["storage/bucket", name]
    assert bucket.id == f"storage.googleapis.com/{name}"
    assert bucket.location.region == region
    assert (held(bucket, "object").amount, held(bucket, "object").per) == (copies, "stored_gib")


async def test_gke(estate: Found) -> None:
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
async def test_cloud_run_in_both_shapes(estate: Found, key: tuple[str, str], team: str) -> None:
    service = estate[key]
    assert service.tags["team"] == team
    assert service.monitor == {"service_name": key[1], "location": "europe-west1"}
    assert (held(service, "vcpu").amount, held(service, "vcpu").per) == (1, "capacity_units")
    assert (held(service, "memory").amount, held(service, "memory").per) == (1, "memory_gib")


async def test_functions_of_the_first_generation(estate: Found) -> None:
    resize = estate["cloudfunctions/cloud_function", "resize"]
    assert held(resize, "vcpu").amount == pytest.approx(0.167)
    assert held(resize, "memory").amount == pytest.approx(0.25)


async def test_bigquery(estate: Found) -> None:
    sales, slots = estate["bigquery/dataset", "sales"], estate["bigquery/project", "shop-prod"]
    assert (sales.location.region, held(sales, "object").per) == ("eu", "stored_gib")
    assert slots.id == "bigquery.googleapis.com/projects/shop-prod"
    assert (slots.location.account_id, slots.location.region) == ("shop-prod", "global")
    assert held(slots, "vcpu").per == "capacity_units"


async def test_firestore(estate: Found) -> None:
    database = estate["firestore/database", "(default)"]
    assert (database.location.region, database.monitor) == ("eur3", {"database_id": "(default)"})
    assert (held(database, "object").part, held(database, "object").per) == (
        "gcp/firestore",
        "stored_gib",
    )


async def test_caches(estate: Found) -> None:
    cache, sessions = estate["redis/instance", "cache"], estate["redis/cluster", "sessions"]
    assert held(cache, "memory").amount == 10  # a primary and a replica of 5 GiB
    assert cache.monitor == {
        "instance_id": "projects/shop-prod/locations/europe-west1/instances/cache"
    }
    assert (held(sessions, "memory").amount, held(sessions, "vcpu").amount) == (6 * 13, 6 * 2)
    assert held(estate["memorystore/instance", "valkey"], "memory").amount == 13
    memcached = estate["memcache/instance", "mc"]
    assert (held(memcached, "memory").amount, held(memcached, "vcpu").amount) == (12, 6)


async def test_files(estate: Found) -> None:
    assert parts(estate["file/instance", "nfs"]) == {"file": ("gcp/filestore/BASIC_HDD", 1024)}
    assert parts(estate["file/instance", "shared"]) == {"file": ("gcp/filestore/ENTERPRISE", 4096)}


async def test_databases_with_replicas(estate: Found) -> None:
    ledger, world = estate["spanner/instance", "ledger"], estate["spanner/instance", "world"]
    assert (held(ledger, "vcpu").amount, held(ledger, "object").amount) == (2 * 3 * 4, 3)
    assert ledger.location.region == "europe-west1"
    assert (world.location.region, held(world, "object").amount) == ("nam3", 5)
    assert held(world, "vcpu").amount == pytest.approx(0.1 * 5 * 4)
    primary, readers = estate["alloydb/instance", "primary"], estate["alloydb/instance", "readers"]
    assert (held(primary, "vcpu").amount, held(primary, "memory").amount) == (8, 64)
    assert (held(readers, "vcpu").amount, held(readers, "memory").amount) == (6, 48)
    assert readers.monitor == {
        "cluster_id": "db",
        "instance_id": "readers",
        "location": "europe-west1",
    }
    events = estate["bigtableadmin/cluster", "events-c1"]
    assert (held(events, "vcpu").amount, held(events, "object").part) == (12, "gcp/bigtable-ssd")
    assert events.location.zone == "europe-west1-b"


async def test_accelerators_that_are_rented_whole(estate: Found) -> None:
    assert parts(estate["tpu/node", "v4"])["gpu"] == ("TPU v4", 8)
    assert estate["tpu/node", "lite"].components == ()
    ranker = estate["aiplatform/endpoint", "ranker"]
    assert (parts(ranker)["gpu"], held(ranker, "vcpu").amount) == (("T4", 2), 8)  # two replicas
    assert ranker.location.account_id == "shop-prod"  # its name holds the number


@pytest.mark.parametrize(
    ("accelerator", "expected"),
    [
        ("v4-8", ("v4", 4)),
        ("v5litepod-16", ("v5litepod", 16)),
        ("v6e-1", ("v6e", 1)),
        ("v2-8", ("v2", 4)),
    ],
)
def test_tpu_types(accelerator: str, expected: tuple[str, int]) -> None:
    assert chips(accelerator) == expected


def test_a_tpu_type_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="not a TPU type: v9"):
        chips("v9")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"automaticResources": {"minReplicaCount": 3}}, {"vcpu": 6, "memory": 24}),
        ({"sharedResources": "projects/1/locations/l/deploymentResourcePools/p"}, {}),
    ],
)
def test_endpoints_without_machines_of_their_own(
    changes: dict[str, object], expected: dict[str, float]
) -> None:
    endpoint = changed(
        "aiplatform.googleapis.com/Endpoint", deployedModels=[{"id": "1", **changes}]
    )
    assert endpoint is not None
    assert {part.kind: part.amount for part in endpoint.components} == expected


def test_what_is_stopped_or_going_holds_nothing() -> None:
    stopped = changed("alloydb.googleapis.com/Instance", state="STOPPED")
    assert stopped is not None
    assert stopped.components == ()
    assert (
        changed("cloudresourcemanager.googleapis.com/Project", lifecycleState="DELETE_REQUESTED")
        is None
    )


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("targetSslProxies/a", "proxy"),
        ("targetPools/a", "passthrough"),
        ("targetHttpProxies/a", "https_regional"),
    ],
)
def test_kinds_of_load_balancer(target: str, expected: str) -> None:
    url = f"projects/p/regions/r/{target}"
    rule = changed(
        "compute.googleapis.com/ForwardingRule",
        loadBalancingScheme="EXTERNAL",
        target=url,
        backendService="",
    )
    assert rule is not None
    assert expected in rule.monitor


async def test_traffic(estate: Found) -> None:
    assert estate["compute/global_forwarding_rule", "front"].monitor == {"https": "front"}
    assert held(estate["compute/global_forwarding_rule", "front"], "network").part == "internet"
    assert held(estate["compute/forwarding_rule", "ilb"], "network").part == "intra"
    assert ("compute/forwarding_rule", "vpn") not in estate
    assert estate["compute/router", "edge"].monitor == {"router_id": "41"}
    assert ("compute/router", "bgp") not in estate
    assert parts(estate["artifactregistry/repository", "images"]) == {
        "object": ("gcp/artifact-registry", 50)
    }


async def test_nothing_is_counted_twice(explore: Explore, cloud: GoogleCloud) -> None:
    """The estate holds every pair: nodes and clusters, workers and jobs, functions and services,
    disks and machines.
    """
    result = await swept(explore())
    kinds = Counter(resource.kind for resource in result.resources)
    assert len({resource.id for resource in result.resources}) == len(result.resources)
    for owned in (
        "container/node_pool",
        "dataproc/cluster",
        "dataflow/job",
        "cloudfunctions/function",
    ):
        assert any(kind(asset["assetType"]) == owned for asset in cloud.assets)
        assert owned not in kinds
    instances = {
        resource.name: resource
        for resource in result.resources
        if resource.kind == "compute/instance"
    }
    assert {"gke-shop-default-pool-1a2b-x1", "etl-w-0", "wordcount-harness-1"} <= set(instances)
    assert not any(
        name.startswith("gk3-") for name in instances
    )  # Autopilot's pods are the cluster's
    assert all(part.kind != "block" for each in instances.values() for part in each.components)
    services = [each.name for each in result.resources if each.name == "thumbs"]
    assert len(services) == 1  # a gen2 function and its Cloud Run service


async def test_every_asset_finds_its_spec(explore: Explore) -> None:
    result = await swept(explore())
    assert result.unsupported == {}
    assert result.skipped == {}


def test_specs_and_the_list_of_types_agree() -> None:
    for asset_type in TYPES:
        accepting = [spec for spec in PROVIDER.services if spec.accepts({"assetType": asset_type})]
        assert len(accepting) == 1, asset_type
    assert {spec.kind for spec in PROVIDER.services} - {
        kind(asset_type) for asset_type in TYPES
    } == {"bigquery/project"}
    assert all(spec.listing is LISTING for spec in PROVIDER.services)


@pytest.mark.parametrize("spec", PROVIDER.services, ids=lambda spec: spec.kind)
def test_metrics_fit_what_monitoring_documents(spec: ServiceSpec) -> None:
    for metric in spec.metrics:
        assert metric.into in SIGNALS
        known = gcp_monitoring.METRICS.get(metric.name)
        if known:
            kind_, value_type, _, resource_type = known
            aligner = metric.statistic.partition("/")[0]
            assert (kind_ == "GAUGE") == (aligner == "ALIGN_MEAN")
            assert (value_type == "DISTRIBUTION") == (aligner == "ALIGN_DELTA")
            assert metric.namespace in ("", resource_type, "cloud_run_job")


@pytest.mark.parametrize("spec", PROVIDER.services, ids=lambda spec: spec.kind)
def test_every_spec_has_a_recording(spec: ServiceSpec) -> None:
    scope = Scope("gcp", "shop-prod")
    made = [spec.resource(asset, scope) for asset in recorded() if spec.accepts(asset)]
    assert made
    assert all(each is None or each.kind == spec.kind for each in made)
