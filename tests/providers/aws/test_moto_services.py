"""Managed services against moto's server: lists, details and tags as somebody else answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.session import Session
from tests.fakes.aws_replay import CountingMeter, spec
from tests.fakes.target_settings import target_settings
from tests.providers.aws.parts import PARIS, parts

from cloud_carbon_exporter.collect.sweep import Swept, sweep
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.settings import TargetSettings

pytestmark = pytest.mark.slow

REGION = PARIS.region
KEYS = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nobody"}
EMPTY = "eu-central-1"
TAGGED = [{"Key": "team", "Value": "shop"}]


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture(autouse=True)
def towards_moto(moto: str, aws_environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto)


def client(url: str, api: str, region: str = REGION) -> Any:
    return Session().create_client(api, region_name=region, endpoint_url=url, **KEYS)


async def swept(kind: str, region: str = REGION, **settings: Any) -> Swept:
    reader = AwsClient(target_settings("aws", **settings), CountingMeter())
    listing = spec(kind).listing
    specs = [service for service in PROVIDER.services if service.listing is listing]
    try:
        scopes = [scope for scope in await reader.scopes(listing) if scope.region == region]
        result = await sweep(reader, listing, specs, scopes[0])
    finally:
        await reader.close()
    assert not result.skipped
    assert not result.warnings
    return result


async def by_name(kind: str, **settings: Any) -> dict[str, Resource]:
    resources = (await swept(kind, **settings)).resources
    return {resource.name: resource for resource in resources if resource.kind == kind}


async def test_lambda(moto: str) -> None:
    role = client(moto, "iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}", Path="/")[
        "Role"
    ]["Arn"]
    client(moto, "lambda").create_function(
        FunctionName="resize",
        Role=role,
        Runtime="python3.12",
        Handler="a.b",
        Code={"ZipFile": b"PK\x05\x06" + bytes(18)},
        MemorySize=3538,
        Architectures=["arm64"],
        Tags={"team": "shop"},
    )
    function = (await by_name("lambda/function", tags=("team",)))["resize"]
    assert parts(function)["vcpu per executions"] == pytest.approx(2)
    assert function.components[0].part == "Graviton2"
    assert function.tags == {"team": "shop"}


async def test_ecs_clusters_where_nothing_runs(moto: str) -> None:
    for name in (
        "shop",
        "idle",
    ):  # its tasks bear no size and are not in its counts: those are read from a recording
        client(moto, "ecs").create_cluster(clusterName=name)
    assert await by_name("ecs/task") == {}


async def test_eks(moto: str) -> None:
    eks = client(moto, "eks")
    role = "arn:aws:iam::123456789012:role/eks"
    eks.create_cluster(name="prod", roleArn=role, resourcesVpcConfig={}, tags={"team": "platform"})
    eks.create_fargate_profile(
        fargateProfileName="fp",
        clusterName="prod",
        podExecutionRoleArn=role,
        selectors=[{"namespace": "default"}],
    )
    result = await swept("eks/cluster")
    assert [(resource.name, resource.tags) for resource in result.resources] == [
        ("prod", {"team": "platform"})
    ]
    assert list(result.unsupported.values()) == [1]


async def test_elasticache(moto: str) -> None:
    client(moto, "elasticache").create_cache_cluster(
        CacheClusterId="pages", Engine="memcached", CacheNodeType="cache.m5.large", NumCacheNodes=3
    )
    assert parts((await by_name("elasticache/cache_cluster"))["pages"]) == {"vcpu": 6, "memory": 24}


async def test_memorydb(moto: str) -> None:
    client(moto, "memorydb").create_cluster(
        ClusterName="ledger",
        NodeType="db.r6g.large",
        ACLName="open-access",
        NumShards=2,
        NumReplicasPerShard=1,
    )
    assert parts((await by_name("memorydb/cluster"))["ledger"]) == {"vcpu": 8, "memory": 64}


async def test_dynamodb(moto: str) -> None:
    client(moto, "dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=TAGGED,
    )
    table = (await by_name("dynamodb/table", tags=("team",)))["orders"]
    assert (table.info["host_type"], table.tags) == ("PAY_PER_REQUEST", {"team": "shop"})


async def test_neptune_comes_once_from_the_list_of_rds(moto: str) -> None:
    rds = client(moto, "rds")  # this one knows no DocumentDB: that is read from a recording
    rds.create_db_cluster(
        DBClusterIdentifier="graph",
        Engine="neptune",
        MasterUsername="root",
        MasterUserPassword="playground",
    )
    rds.create_db_instance(
        DBInstanceIdentifier="graph-1",
        DBInstanceClass="db.r5.large",
        Engine="neptune",
        DBClusterIdentifier="graph",
    )
    instances, clusters = await swept("rds/db_instance"), await swept("rds/db_cluster")
    assert [
        (resource.name, resource.kind)
        for resource in instances.resources
        if resource.name != "orders"
    ] == [("graph-1", "neptune/db_instance")]
    assert [(resource.name, resource.kind) for resource in clusters.resources] == [
        ("graph", "neptune/db_cluster")
    ]
    assert not instances.unsupported
    assert not clusters.unsupported


async def test_opensearch(moto: str) -> None:
    opensearch = client(moto, "opensearch")
    for number in range(7):
        opensearch.create_domain(
            DomainName=f"logs{number}",
            ClusterConfig={"InstanceType": "m5.large.search", "InstanceCount": 2},
            EBSOptions={"EBSEnabled": True, "VolumeType": "gp3", "VolumeSize": 10},
        )
    domains = await by_name("opensearchservice/domain")
    assert len(domains) == 7, "two calls of five and two"
    assert parts(domains["logs6"]) == {"vcpu": 4, "memory": 16, "block aws/gp3": 20}


async def test_redshift(moto: str) -> None:
    client(moto, "redshift").create_cluster(
        ClusterIdentifier="dwh",
        NodeType="ra3.4xlarge",
        NumberOfNodes=2,
        ClusterType="multi-node",
        MasterUsername="root",
        MasterUserPassword="Playground1",
        Tags=TAGGED,
    )
    cluster = (await by_name("redshift/cluster"))["dwh"]
    assert parts(cluster)["vcpu"] == 36, "two nodes and their leader"
    assert cluster.tags == {"team": "shop"}


async def test_msk(moto: str) -> None:
    kafka = client(moto, "kafka")
    kafka.create_cluster_v2(
        ClusterName="events",
        Tags={"team": "data"},
        Provisioned={
            "BrokerNodeGroupInfo": {
                "InstanceType": "kafka.m5.large",
                "ClientSubnets": ["subnet-1"],
                "StorageInfo": {"EbsStorageInfo": {"VolumeSize": 100}},
            },
            "KafkaVersion": "3.6.0",
            "NumberOfBrokerNodes": 3,
        },
    )
    kafka.create_cluster_v2(
        ClusterName="elastic", Serverless={"VpcConfigs": [{"SubnetIds": ["subnet-1"]}]}
    )
    assert parts((await by_name("msk/cluster"))["events"]) == {
        "vcpu": 6,
        "memory": 24,
        "block aws/gp2": 300,
    }
    assert set(await by_name("msk/serverless_cluster")) == {"elastic"}


async def test_kinesis(moto: str) -> None:
    client(moto, "kinesis").create_stream(StreamName="clicks", ShardCount=4)
    assert parts((await by_name("kinesis/stream"))["clicks"])["fixed aws/kinesis-shard"] == 4


async def test_mq(moto: str) -> None:
    client(moto, "mq").create_broker(
        BrokerName="jobs",
        EngineType="ACTIVEMQ",
        EngineVersion="5.18",
        HostInstanceType="mq.m5.large",
        DeploymentMode="ACTIVE_STANDBY_MULTI_AZ",
        PubliclyAccessible=False,
        AutoMinorVersionUpgrade=True,
        Users=[{"Username": "root", "Password": "playground12"}],
    )
    assert parts((await by_name("amazonmq/broker"))["jobs"])["vcpu"] == 4


async def test_efs_and_fsx(moto: str) -> None:
    client(moto, "efs").create_file_system(
        CreationToken="home", Tags=[{"Key": "Name", "Value": "home"}, *TAGGED]
    )
    assert (await by_name("efs/file_system"))["home"].tags["team"] == "shop"
    client(moto, "fsx").create_file_system(
        FileSystemType="LUSTRE",
        StorageCapacity=1200,
        StorageType="SSD",
        SubnetIds=["subnet-0123456789"],
        Tags=TAGGED,
    )
    (scratch,) = (await by_name("fsx/file_system")).values()
    assert parts(scratch)["file aws/fsx/lustre"] == 1200
    caching_gib = 1200 / 1024 * 6.7 / 0.7
    assert parts(scratch)["memory"] == pytest.approx(caching_gib + 16), "and its metadata server"


async def test_ecr(moto: str) -> None:
    client(moto, "ecr").create_repository(repositoryName="web")
    assert parts((await by_name("ecr/repository"))["web"]) == {"object aws/ecr": 0}


async def test_snapshots_of_an_image_count_once(moto: str) -> None:
    ec2 = client(moto, "ec2")
    volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=40)["VolumeId"]
    first, second = (ec2.create_snapshot(VolumeId=volume)["SnapshotId"] for _ in range(2))
    mapping = {"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": first, "VolumeSize": 40}}
    ec2.register_image(Name="ours", RootDeviceName="/dev/sda1", BlockDeviceMappings=[mapping])
    snapshots = await by_name("ec2/snapshot")
    ours = {name: sum(parts(snapshots[name]).values()) for name in (first, second)}
    assert ours == {first: 40, second: 40}
    listed = [resource.id for resource in (await swept("ec2/snapshot")).resources]
    assert len(set(listed)) == len(listed)


async def test_rds_snapshots(moto: str) -> None:
    rds = client(moto, "rds")
    rds.create_db_instance(
        DBInstanceIdentifier="orders",
        DBInstanceClass="db.m5.large",
        Engine="postgres",
        AllocatedStorage=50,
        MasterUsername="root",
        MasterUserPassword="playground",
    )
    rds.create_db_snapshot(DBInstanceIdentifier="orders", DBSnapshotIdentifier="before")
    assert sum(parts((await by_name("rds/db_snapshot"))["before"]).values()) == 50


KINDS = [
    "lambda/function",
    "ecs/task",
    "eks/cluster",
    "elasticache/cache_cluster",
    "memorydb/cluster",
    "dynamodb/table",
    "opensearchservice/domain",
    "opensearchserverless/collection",
    "redshift/cluster",
    "msk/cluster",
    "kinesis/stream",
    "amazonmq/broker",
    "efs/file_system",
    "fsx/file_system",
    "ecr/repository",
    "rds/db_snapshot",
]


@pytest.mark.parametrize("kind", KINDS)
async def test_an_empty_region_costs_one_call_a_listing(kind: str) -> None:
    meter = CountingMeter()
    reader = AwsClient(TargetSettings(provider="aws"), meter)
    listing = spec(kind).listing
    try:
        (scope,) = [scope for scope in await reader.scopes(listing) if scope.region == EMPTY]
        result = await sweep(reader, listing, [spec(kind)], scope)
    finally:
        await reader.close()
    assert result.resources == ()
    assert meter.calls[listing.api, listing.operation, "success"] == 1
    assert (
        sum(count for (api, _, _), count in meter.calls.items() if api not in ("sts", "ec2")) == 1
    )
