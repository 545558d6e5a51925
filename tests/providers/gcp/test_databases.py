"""Databases, caches and warehouses as hardware: their nodes, replicas and stored bytes."""

from __future__ import annotations

import pytest
from tests.providers.gcp.sweeps import Estate, amounts, changed, held, parts

from cloud_carbon_exporter.model.power import draw


async def test_cloud_sql(estate: Estate) -> None:
    orders = estate["sql/instance", "orders"]
    assert amounts(orders) == {"vcpu": 8, "memory": 30, "block": 200}
    assert orders.monitor == {"database_id": "shop-prod:orders"}  # defect 7: never the bare name
    assert orders.id == "cloudsql.googleapis.com/projects/shop-prod/instances/orders"
    assert orders.tags == {"team": "checkout"}
    replica = estate["sql/instance", "orders-replica"]
    assert amounts(replica) == {"vcpu": 4, "memory": 15, "block": 100}
    assert parts(estate["sql/instance", "parked"]) == {"block": ("gcp/pd-ssd", 100)}
    assert parts(estate["sql/instance", "tiny"])["block"] == ("gcp/pd-standard", 10)
    fast = amounts(estate["sql/instance", "fast"])
    assert (fast["vcpu"], fast["memory"]) == (8, 64)
    assert ("sql/instance", "elsewhere") not in estate


def test_each_node_of_a_read_pool_has_a_disk_of_its_own() -> None:
    kind = "sqladmin.googleapis.com/Instance"
    one, pool = changed(kind), changed(kind, instanceType="READ_POOL_INSTANCE", nodeCount=3)
    assert one is not None and pool is not None
    assert amounts(pool) == {part: 3 * amount for part, amount in amounts(one).items()}


@pytest.mark.slow
async def test_bigquery(estate: Estate) -> None:
    sales, slots = estate["bigquery/dataset", "sales"], estate["bigquery/project", "shop-prod"]
    assert (sales.location.region, held(sales, "object").per) == ("eu", "stored_gib")
    assert slots.id == "bigquery.googleapis.com/projects/shop-prod"
    assert (slots.location.account_id, slots.location.region) == ("shop-prod", "eu")
    assert held(slots, "vcpu").per == "capacity_units"


async def test_firestore(estate: Estate) -> None:
    database = estate["firestore/database", "(default)"]
    assert (database.location.region, database.monitor) == ("eur3", {"database_id": "(default)"})
    assert (held(database, "object").part, held(database, "object").per) == (
        "gcp/firestore",
        "stored_gib",
    )


@pytest.mark.slow
async def test_caches(estate: Estate) -> None:
    cache, sessions = estate["redis/instance", "cache"], estate["redis/cluster", "sessions"]
    assert held(cache, "memory").amount == 10  # a primary and a replica of 5 GiB
    assert cache.monitor == {
        "instance_id": "projects/shop-prod/locations/europe-west1/instances/cache",
        "vcpus": "2",
    }
    assert (held(sessions, "memory").amount, held(sessions, "vcpu").amount) == (6 * 13, 6 * 2)
    assert held(estate["memorystore/instance", "valkey"], "memory").amount == 13
    memcached = estate["memcache/instance", "mc"]
    assert (held(memcached, "memory").amount, held(memcached, "vcpu").amount) == (12, 6)


# https://docs.cloud.google.com/memorystore/docs/valkey/instance-node-specification: those that do
# not keep the usual proportion.
@pytest.mark.parametrize(
    ("node_type", "vcpus", "memory_gib"),
    [
        ("CUSTOM_PICO", 2, 1.25),
        ("HIGHMEM_MEDIUM", 2, 13),
        ("HIGHCPU_MEDIUM", 8, 13),
        ("STANDARD_LARGE", 8, 26),
        ("HIGHMEM_2XLARGE", 16, 110),
    ],
)
def test_nodes_of_valkey_are_as_large_as_google_says(
    node_type: str, vcpus: float, memory_gib: float
) -> None:
    for asset_type, name in (
        ("memorystore.googleapis.com/Instance", node_type),
        ("redis.googleapis.com/Cluster", f"REDIS_{node_type}"),
    ):
        resource = changed(asset_type, nodeType=name, shardCount=1, replicaCount=0)
        assert resource is not None
        assert amounts(resource) == pytest.approx({"vcpu": vcpus, "memory": memory_gib})


@pytest.mark.slow
async def test_databases_with_replicas(estate: Estate) -> None:
    ledger, world = estate["spanner/instance", "ledger"], estate["spanner/instance", "world"]
    assert (held(ledger, "vcpu").amount, held(ledger, "object").amount) == (2 * 3 * 4, 3)
    assert ledger.location.region == "europe-west1"
    assert (world.location.region, held(world, "object").amount) == ("nam3", 4)
    assert held(world, "vcpu").amount == pytest.approx(0.1 * 5 * 4)
    primary, readers = estate["alloydb/instance", "primary"], estate["alloydb/instance", "readers"]
    assert (held(primary, "vcpu").amount, held(primary, "memory").amount) == (8, 64)
    assert (held(readers, "vcpu").amount, held(readers, "memory").amount) == (6, 48)
    assert readers.monitor == {
        "cluster_id": "db",
        "instance_id": "readers",
        "location": "europe-west1",
    }
    vectors = estate["alloydb/instance", "vectors"]  # of which only the type of machine is told
    assert amounts(vectors) == {"vcpu": 2 * 4, "memory": 2 * 32, "ssd": 2 * 375}
    events = estate["bigtableadmin/cluster", "events-c1"]
    assert (held(events, "vcpu").amount, held(events, "object").part) == (12, "gcp/bigtable-ssd")
    assert events.location.zone == "europe-west1-b"


@pytest.mark.parametrize(
    ("said", "vcpus"),
    [({}, 8), ({"availabilityType": "ZONAL"}, 4), ({"instanceType": "SECONDARY"}, 4)],
)
def test_a_primary_of_alloydb_has_a_standby_unless_it_says_otherwise(
    said: dict[str, str], vcpus: float
) -> None:
    told = {"instanceType": "PRIMARY", "machineConfig": {"cpuCount": 4}, **said}
    without = "" if "availabilityType" in said else "availabilityType"
    primary = changed("alloydb.googleapis.com/Instance", without, **told)
    assert primary is not None
    assert held(primary, "vcpu").amount == vcpus


def test_a_replica_of_spanner_keeps_a_gib_as_any_disk_does() -> None:
    """Replicas are counted by the instance, and are no copies of the class as well."""
    assert draw("object", "gcp/spanner").watts == draw("block", "gcp/pd-ssd").watts


def test_a_project_marked_for_deletion_holds_no_slots() -> None:
    project = "cloudresourcemanager.googleapis.com/Project"
    assert changed(project) is not None
    assert changed(project, lifecycleState="DELETE_REQUESTED") is None
