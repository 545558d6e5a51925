"""ElastiCache, MemoryDB, DocumentDB, Neptune, DynamoDB, OpenSearch, Redshift, RDS' snapshots."""

from __future__ import annotations

import pytest
from tests.fakes.aws_replay import ReplayClient, described, recording, spec
from tests.providers.aws.parts import PARIS, footprint, parts, read, watts

from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.errors import CollectError, PermissionMissing
from cloud_carbon_exporter.providers.aws.services import (
    dynamodb_table,
    opensearch_domain,
    redshift_cluster,
)
from cloud_carbon_exporter.providers.settings import TargetSettings


async def test_elasticache_nodes() -> None:
    resources = await described("elasticache/cache_cluster", "elasticache")
    assert parts(resources["sessions-001"]) == {"vcpu": 2, "memory": 16}
    assert parts(resources["pages"]) == {"vcpu": 6, "memory": 24}, "three nodes"
    assert (resources["sessions-001"].location.zone, resources["pages"].location.zone) == (
        "eu-west-3a",
        "",
    )
    assert set(resources) == {"sessions-001", "pages", "new"}, "one on its way out is gone"
    assert footprint(resources["new"], cpu_ratio=0.5).basis == "assumed", "a class nobody knows"
    assert read(spec("elasticache/cache_cluster"), resources["pages"])["CPUUtilization"][1] == {
        "CacheClusterId": "pages"
    }


async def test_elasticache_tags() -> None:
    settings = TargetSettings(provider="aws", tags=("team",))
    resources = await described("elasticache/cache_cluster", "elasticache", settings)
    assert resources["pages"].tags == {"team": "shop"}


async def test_elasticache_serverless_by_what_it_holds_and_does() -> None:
    resources = await described("elasticache/serverless_cache", "elasticache")
    assert set(resources) == {"bursty"}
    cache = resources["bursty"]
    assert parts(cache) == {"memory per memory_gib": 2, "requests cache per requests": 1}
    quiet = watts(cache, memory_gib=1, requests=0)
    assert watts(cache, memory_gib=3, requests=0) == pytest.approx(3 * quiet)
    assert watts(cache, memory_gib=1, requests=1e5) > quiet
    series = read(spec("elasticache/serverless_cache"), cache)
    assert series["BytesUsedForCache"][1] == {"clusterId": "bursty"}
    assert series["ElastiCacheProcessingUnits"][0].absent == 0


async def test_memorydb_counts_the_nodes_of_every_shard() -> None:
    resources = await described("memorydb/cluster", "memorydb_cluster")
    assert parts(resources["ledger"]) == {"vcpu": 10, "memory": 80}
    assert parts(resources["bare"])["vcpu"] == 4, "no details: a node a shard"
    assert set(resources) == {"ledger", "bare"}


@pytest.mark.parametrize(
    ("service", "namespace"), [("docdb", "AWS/DocDB"), ("neptune", "AWS/Neptune")]
)
async def test_documentdb_and_neptune_are_read_where_rds_lists_them(
    service: str, namespace: str
) -> None:
    instances = await described(f"{service}/db_instance", service)
    assert parts(instances[f"{service}-1"]) == {"vcpu": 2, "memory": 16}
    assert instances[f"{service}-1"].tags == {"team": "shop"}
    assert parts(instances[f"{service}-s"])["memory per capacity_units"] == 2
    assert parts(instances[f"{service}-off"]) == {}, "stopped"
    known = spec(f"{service}/db_instance")
    assert list(read(known, instances[f"{service}-1"])) == ["CPUUtilization"]
    assert list(read(known, instances[f"{service}-s"])) == ["ServerlessDatabaseCapacity"]
    cluster = (await described(f"{service}/db_cluster", service))[service]
    assert parts(cluster) == {f"block aws/{service} per stored_gib": 1}, (
        "AllocatedStorage means nothing here"
    )
    metric, dimensions = read(spec(f"{service}/db_cluster"), cluster)["VolumeBytesUsed"]
    assert (metric.namespace, dimensions) == (namespace, {"DBClusterIdentifier": service})
    assert footprint(cluster, stored_gib=100).basis == "measured"


async def test_dynamodb_bytes_with_global_indexes_and_units() -> None:
    orders = (await described("dynamodb/table", "dynamodb_table"))["orders"]
    assert parts(orders) == {
        "block aws/dynamodb": 10,  # a local index is in the table's own size
        "requests database per requests": 1,
    }
    series = read(spec("dynamodb/table"), orders)
    assert set(series) == {"ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"}
    assert {metric.into for metric, _ in series.values()} == {"requests"}, "they add up"
    assert all(
        metric.absent == 0 and 3600 * metric.scale == pytest.approx(1)
        for metric, _ in series.values()
    )
    idle, busy = (watts(orders, requests=rate) for rate in (0, 1000))
    assert 0 < idle < busy


@pytest.mark.parametrize("gone", [True, False])
async def test_a_table_deleted_meanwhile_is_left_out_and_a_missing_permission_is_not(
    gone: bool,
) -> None:
    error = CollectError("ResourceNotFoundException") if gone else PermissionMissing("no")
    client = ReplayClient(recording("dynamodb_table"), refused={"DescribeTable": error})
    sweeping = sweep(client, dynamodb_table.SPEC.listing, [dynamodb_table.SPEC], PARIS)
    if gone:
        assert (await sweeping).resources == ()
        return
    with pytest.raises(PermissionMissing):
        await sweeping


async def test_opensearch_holds_data_master_warm_and_coordinating_nodes() -> None:
    resources = await described("opensearchservice/domain", "opensearch_domain")
    assert set(resources) == {"logs", "small", "traces"}
    assert parts(resources["logs"]) == {
        "vcpu": 3 * 2 + 3 * 2 + 2 * 2 + 2 * 2,
        "memory": 3 * 16 + 3 * 8 + 2 * 15.25 + 2 * 4,
        "object aws/s3 per stored_gib": 1,
        "block aws/gp3": 300,
        "ssd ssd/2019": pytest.approx(2 * 442.378),
    }
    assert set(read(spec("opensearchservice/domain"), resources["logs"])) == {
        "CPUUtilization",
        "WarmStorageSpaceUtilization",
        "ColdStorageSpaceUtilization",
    }
    traces = parts(resources["traces"])
    assert traces["ssd ssd"] * 2**30 / 1e9 == pytest.approx(2 * 468, rel=0.01)
    assert traces["object aws/s3 per stored_gib"] == 1, "all that it indexes lies in S3 as well"
    assert set(read(spec("opensearchservice/domain"), resources["traces"])) == {
        "CPUUtilization",
        "RemoteStorageUsedSpace",
    }
    small = parts(resources["small"])
    assert small["vcpu"] == 2
    assert small["ssd ssd/2019"] == pytest.approx(442.378)
    assert set(read(spec("opensearchservice/domain"), resources["small"])) == {"CPUUtilization"}


async def test_opensearch_domains_are_described_five_at_a_time() -> None:
    client = ReplayClient({"DescribeDomains": [{"DomainStatusList": []}]})
    page = [{"DomainName": f"d{number}"} for number in range(12)]
    assert await opensearch_domain.domains(client, PARIS, page) == []
    assert [len(params["DomainNames"]) for params in client.params_of("DescribeDomains")] == [
        5,
        5,
        2,
    ]


async def test_serverless_collections_share_what_the_account_uses() -> None:
    resources = await described(
        "opensearchserverless/collection", "opensearchserverless_collection"
    )
    one = resources["vectors"]
    assert parts(one)["memory per capacity_units"] == 3, (
        "half of a unit of 6 GiB: there are two collections"
    )
    series = read(spec("opensearchserverless/collection"), one)
    assert {(name, metric.into) for name, (metric, _) in series.items()} == {
        ("SearchOCU", "capacity_units"),
        ("IndexingOCU", "capacity_units"),
    }, "they add up"


async def test_redshift_nodes_paused_and_gone() -> None:
    resources = await described("redshift/cluster", "redshift_cluster")
    assert parts(resources["dwh"]) == {
        "vcpu": 48,
        "memory": 384,
        "vcpu per capacity_units": 48,
        "memory per capacity_units": 384,
        "block aws/redshift per stored_gib": 1,
    }, "three compute nodes and their leader, and as much again for each cluster scaled out"
    assert parts(resources["legacy"]) == {
        "vcpu": 6,
        "memory": 45,
        "ssd ssd/2019": pytest.approx(3 * 149.012),
        "vcpu per capacity_units": 6,
        "memory per capacity_units": 45,
        "ssd ssd/2019 per capacity_units": pytest.approx(3 * 149.012),
    }
    assert parts(resources["weekend"]) == {"block aws/redshift per stored_gib": 1}, (
        "paused: its data stay"
    )
    assert set(resources) == {"dwh", "legacy", "single", "twice", "weekend"}
    assert resources["dwh"].id == "arn:aws:redshift:eu-west-3:123456789012:cluster:dwh"
    assert "no stored_gib" in footprint(resources["weekend"]).reason
    series = read(spec("redshift/cluster"), resources["dwh"])
    metric, _ = series["PercentageDiskSpaceUsed"]
    one_percent_gib = metric.scale / float(resources["dwh"].monitor[metric.over])
    assert one_percent_gib == pytest.approx(400_000_000 / 100 / 1024)
    assert "PercentPerGib" not in resources["legacy"].monitor, (
        "its data lie on the disks of its nodes, which count anyhow"
    )


async def test_redshift_counts_leaders_and_the_second_zone() -> None:
    resources = await described("redshift/cluster", "redshift_cluster")
    assert parts(resources["twice"])["vcpu"] == 6 * 12, "two zones of a leader and two nodes"
    assert parts(resources["twice"])["vcpu per capacity_units"] == 3 * 12
    assert parts(resources["single"])["vcpu"] == 2, "its own leader"
    untold = {"NodeType": "ra3.4xlarge", "NumberOfNodes": 2, "ClusterStatus": "available"}
    for words, nodes in ({}, 3), ({"MultiAZ": "Disabled"}, 3), ({"MultiAZ": "true"}, 6):
        raw = {"ClusterIdentifier": "x", **untold, **words}
        resource = redshift_cluster.SPEC.resource(raw, PARIS)
        assert resource is not None
        assert parts(resource)["vcpu"] == nodes * 12


def test_a_redshift_node_nobody_knows() -> None:
    raw = {
        "ClusterIdentifier": "x",
        "NodeType": "zz9.huge",
        "NumberOfNodes": 2,
        "ClusterStatus": "available",
    }
    resource = redshift_cluster.SPEC.resource(raw, PARIS)
    assert resource is not None
    assert footprint(resource, cpu_ratio=0.2).basis == "assumed"


async def test_redshift_serverless_by_processing_units() -> None:
    resources = await described("redshiftserverless/workgroup", "redshiftserverless_workgroup")
    assert set(resources) == {"adhoc"}
    assert parts(resources["adhoc"]) == {
        "vcpu per capacity_units": 2,
        "memory per capacity_units": 16,
        "block aws/redshift per stored_gib": 1,
    }
    series = read(spec("redshiftserverless/workgroup"), resources["adhoc"])
    assert series["ComputeCapacity"][0].absent == 0
    assert series["DataStorage"][1] == {"Namespace": "lake"}
    assert watts(resources["adhoc"], capacity_units=0, stored_gib=0) == 0


async def test_rds_snapshots_are_bounded_by_their_instance() -> None:
    resources = await described("rds/db_snapshot", "rds_db_snapshot")
    assert parts(resources["before-upgrade"]) == {"snapshot aws/rds-snapshot": 200}, (
        "the oldest holds all"
    )
    assert parts(resources["rds:orders-2"]) == {"snapshot aws/rds-snapshot/incremental": 200}
    assert set(resources) == {"before-upgrade", "rds:orders-2"}
    assert resources["before-upgrade"].tags == {"team": "shop"}
