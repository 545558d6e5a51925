"""What keeps data: logs, archives, buckets of new kinds, databases of shards and graphs."""

from __future__ import annotations

import pytest
from tests.fakes.aws_replay import ReplayClient, described, recording, spec
from tests.providers.aws.parts import PARIS, footprint, parts, read, watts

from cloud_carbon_exporter.errors import PermissionMissing
from cloud_carbon_exporter.providers.aws.services import (
    cassandra_table,
    timestream_influx_db_instance,
)

TIB = 1024
ACCOUNT = "123456789012"


async def test_a_log_group_keeps_bytes_and_takes_some_in() -> None:
    groups = await described("logs/log_group", "logs_log_group")
    checkout, trail = groups["/aws/lambda/checkout"], groups["/audit/trail"]
    assert checkout.id == f"arn:aws:logs:eu-west-3:{ACCOUNT}:log-group:/aws/lambda/checkout"
    assert parts(trail)["object aws/cloudwatch-logs"] == TIB
    assert checkout.started == 1795000000
    flow = groups["/aws/vendedlogs/flow"]
    assert flow.id == f"arn:aws:logs:eu-west-3:{ACCOUNT}:log-group:/aws/vendedlogs/flow"
    assert list(parts(flow)) == ["requests delivered-gib per bytes"], "it is empty"
    asked = read(spec("logs/log_group"), checkout)["IncomingBytes"]
    assert asked.dimensions == {"LogGroupName": "/aws/lambda/checkout"}
    assert asked.metric.every_seconds == 86400, "thousands of them are not read every minutes"
    assert asked.metric.scale * 86400 == 1
    assert watts(trail, bytes=0) < watts(trail, bytes=1e6)


async def test_what_logs_are_compressed_to_is_doubted_and_no_more() -> None:
    from cloud_carbon_exporter.model.facts import figure

    logs, objects = (
        figure(f"storage.{name}.watts_per_gib") for name in ("aws/cloudwatch-logs", "aws/s3")
    )
    assert logs.high == pytest.approx(objects.high)
    assert logs.low == pytest.approx(0.15 * objects.low)


async def test_a_vault_is_its_archives() -> None:
    vaults = await described("glacier/vault", "glacier_vault")
    assert parts(vaults["tapes"]) == {"object aws/s3/GlacierStorage": 10 * TIB}
    assert parts(vaults["new"]) == {}, "its first inventory has not run"
    assert vaults["tapes"].started == 1458493423.221


async def test_buckets_of_other_kinds_are_read_once_a_day() -> None:
    scratch = (await described("s3express/directory_bucket", "s3express_directory_bucket"))[
        "scratch--euw3-az1--x-s3"
    ]
    lake = (await described("s3tables/table_bucket", "s3tables_table_bucket"))["lake"]
    embeddings = (await described("s3vectors/vector_bucket", "s3vectors_vector_bucket"))[
        "embeddings"
    ]
    assert parts(scratch) == {"object aws/s3express per stored_gib": 1}
    assert parts(lake) == parts(embeddings) == {"object aws/s3 per stored_gib": 1}
    assert read(spec("s3tables/table_bucket"), lake)["TotalBucketStorage"].dimensions == {
        "TableBucketName": "lake"
    }
    sizes = read(spec("s3express/directory_bucket"), scratch)["BucketSizeBytes"].metric
    assert (sizes.class_dimension, sizes.every_seconds) == ("StorageType", 86400)
    assert all(part.assumed for part in embeddings.components)


async def test_a_table_of_keyspaces_is_its_bytes_and_units() -> None:
    tables = await described("cassandra/table", "cassandra_table")
    assert list(tables) == ["shop.carts"]
    carts = tables["shop.carts"]
    assert parts(carts) == {
        "requests database per requests": 1,
        "block aws/keyspaces per stored_gib": 1,
    }
    for series in read(spec("cassandra/table"), carts).values():
        assert series.dimensions == {"Keyspace": "shop", "TableName": "carts"}


async def test_the_keyspaces_of_aws_are_not_asked_for() -> None:
    recorded = recording("cassandra_table")
    client = ReplayClient(recorded)
    page = recorded["ListKeyspaces"][0]["keyspaces"]
    await cassandra_table.tables(client, PARIS, page)
    [asked] = client.asked
    assert (asked.operation, asked.params) == ("ListTables", {"keyspaceName": "shop"})


async def test_a_cluster_of_dsql_draws_for_its_work_and_bytes() -> None:
    (cluster,) = (await described("dsql/cluster", "dsql_cluster")).values()
    assert parts(cluster) == {
        "requests dpu per requests": 1,
        "block aws/dsql per stored_gib": 1,
    }
    assert cluster.tags == {"team": "shop"}
    assert watts(cluster, requests=0, stored_gib=0) == 0


async def test_an_elastic_cluster_is_all_instances_of_its_shards() -> None:
    (cluster,) = (await described("docdbelastic/cluster", "docdbelastic_cluster")).values()
    vcpus = 3 * 2 * 4
    assert parts(cluster) == {
        "vcpu": vcpus,
        "memory": vcpus * 8,
        "block aws/docdb per stored_gib": 1,
    }
    assert cluster.info["state"] == "ACTIVE", "as the list says, not the answer kept before"
    asked = read(spec("docdbelastic/cluster"), cluster)["PrimaryInstanceCPUUtilization"]
    assert asked.dimensions == {
        "ClusterId": "5f3c1a7e-0000-4000-8000-0123456789ab",
        "ClusterName": "catalogue",
    }


async def test_a_graph_is_its_memory_once_for_each_copy() -> None:
    graphs = await described("neptunegraph/graph", "neptunegraph_graph")
    assert parts(graphs["fraud"]) == {"vcpu": 2 * 16, "memory": 2 * 128}
    assert parts(graphs["paused"]) == {}


async def test_a_shard_group_is_its_capacity_with_that_of_its_standbys() -> None:
    groups = await described("rds/db_shard_group", "rds_db_shard_group")
    assert list(groups) == ["ledger"]
    asked = read(spec("rds/db_shard_group"), groups["ledger"])
    assert set(asked) == {"DBShardGroupCapacity", "DBShardGroupComputeRedundancyCapacity"}
    assert {series.metric.into for series in asked.values()} == {"capacity_units"}
    assert watts(groups["ledger"], capacity_units=64) == pytest.approx(
        2 * watts(groups["ledger"], capacity_units=32)
    )


async def test_a_proxy_is_a_figure_while_it_is_awake() -> None:
    proxies = await described("rds/db_proxy", "rds_db_proxy")
    assert parts(proxies["orders"]) == {"fixed aws/db-proxy": 1}
    assert parts(proxies["asleep"]) == {}


async def test_nodes_of_a_cluster_are_counted_with_it_and_nowhere_else() -> None:
    module = "timestream_influx_db_instance"
    assert set(await described("timestream/influx_db_instance", module)) == {"metrics"}
    (fleet,) = (await described("timestream/influx_db_cluster", module)).values()
    assert parts(fleet) == {"vcpu": 2 * 4, "memory": 2 * 32, "block aws/gp3": 2 * 100}


async def test_without_an_instance_no_cluster_is_asked_for() -> None:
    client = ReplayClient(recording("timestream_influx_db_instance"))
    assert not await timestream_influx_db_instance.instances(client, PARIS, [])
    assert client.asked == []


async def test_a_cluster_whose_nodes_are_not_told_is_not_made_up() -> None:
    recorded = recording("timestream_influx_db_instance")
    client = ReplayClient({**recorded, "ListDbInstancesForCluster": [{"items": []}]})
    page = recorded["ListDbClusters"][0]["items"]
    (raw,) = await timestream_influx_db_instance.clusters(client, PARIS, page)
    resource = spec("timestream/influx_db_cluster").resource(raw, PARIS)
    assert resource is not None
    assert resource.components == ()


async def test_instances_are_listed_where_clusters_may_not_be_read() -> None:
    recorded = recording("timestream_influx_db_instance")
    refused = {"ListDbClusters": PermissionMissing("no", provider="aws")}
    client = ReplayClient(recorded, refused=refused)
    page = recorded["ListDbInstances"][0]["items"]
    assert len(await timestream_influx_db_instance.instances(client, PARIS, page)) == len(page)


async def test_capacity_that_is_not_read_lies_within_what_was_configured() -> None:
    """Of a shard group of 32 to 768 units with a standby: 64 at least, 1,536 at most."""
    (group,) = (await described("rds/db_shard_group", "rds_db_shard_group")).values()
    unread = footprint(group).power_watts
    assert unread.value >= 0.99 * watts(group, capacity_units=64)
    (traces, _) = (await described("osis/pipeline", "osis_pipeline")).values()
    assert {(part.least, part.most) for part in traces.components} == {(1, 4)}
