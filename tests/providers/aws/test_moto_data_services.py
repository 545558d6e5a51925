"""Logs, streams, builds, archives and newer databases over the wire, against moto's server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.providers.aws.parts import parts
from tests.providers.aws.test_moto_services import EMPTY, REGION, by_name, client, swept

pytestmark = pytest.mark.slow

ROLE = "arn:aws:iam::123456789012:role/any"
BUCKET = "arn:aws:s3:::landing"
# moto has DSQL and S3 Tables in the regions that botocore lists for them, of which Paris is none.
ELSEWHERE = "us-east-1"


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


async def test_log_groups_of_more_than_one_page(moto: str) -> None:
    logs = client(moto, "logs")
    for number in range(55):
        logs.create_log_group(logGroupName=f"/app/{number:02}")
    found = await by_name("logs/log_group")
    assert len(found) == 55, "a page has fifty"
    group = found["/app/07"]
    assert group.id == f"arn:aws:logs:{REGION}:123456789012:log-group:/app/07"
    assert group.started is not None
    assert group.started > 1_600_000_000


async def test_delivery_streams(moto: str) -> None:
    firehose = client(moto, "firehose")
    for number in range(12):
        firehose.create_delivery_stream(
            DeliveryStreamName=f"clicks-{number}",
            ExtendedS3DestinationConfiguration={"RoleARN": ROLE, "BucketARN": BUCKET},
        )
    assert len(await by_name("kinesisfirehose/delivery_stream")) == 12, "ten, if nothing is asked"


async def test_builds(moto: str) -> None:
    codebuild = client(moto, "codebuild")
    codebuild.create_project(
        name="shop",
        source={"type": "S3", "location": "landing/source.zip"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_LARGE",
        },
        serviceRole=ROLE,
    )
    started = codebuild.start_build(projectName="shop")["build"]["id"]
    result = await swept("codebuild/build")
    told = {one.resource.name for one in result.endings} | {one.name for one in result.resources}
    assert told == {started}


async def test_applications_and_pipelines(moto: str) -> None:
    client(moto, "kinesisanalyticsv2").create_application(
        ApplicationName="enrich", RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE
    )
    assert "enrich" in await by_name("kinesisanalyticsv2/application")
    client(moto, "osis").create_pipeline(
        PipelineName="traces", MinUnits=1, MaxUnits=2, PipelineConfigurationBody="version: '2'"
    )
    traces = (await by_name("osis/pipeline"))["traces"]
    assert traces.info["host_type"] == "1 to 2 OCU"


async def test_vaults_and_table_buckets(moto: str) -> None:
    client(moto, "glacier").create_vault(accountId="-", vaultName="tapes")
    tapes = (await by_name("glacier/vault"))["tapes"]
    assert tapes.started is not None
    client(moto, "s3tables", ELSEWHERE).create_table_bucket(name="lake")
    (lake,) = (await swept("s3tables/table_bucket", ELSEWHERE)).resources
    assert parts(lake) == {"object aws/s3 per stored_gib": 1}
    assert lake.started is not None
    client(moto, "s3vectors").create_vector_bucket(vectorBucketName="embeddings")
    assert "embeddings" in await by_name("s3vectors/vector_bucket")


async def test_a_cluster_of_dsql(moto: str) -> None:
    identifier = client(moto, "dsql", ELSEWHERE).create_cluster()["identifier"]
    (cluster,) = (await swept("dsql/cluster", ELSEWHERE)).resources
    assert cluster.name == identifier


@pytest.mark.parametrize(
    "kind",
    [
        "codebuild/build",
        "glacier/vault",
        "kinesisanalyticsv2/application",
        "kinesisfirehose/delivery_stream",
        "logs/log_group",
        "osis/pipeline",
        "rds/db_proxy",
        "rds/db_shard_group",
        "timestream/influx_db_cluster",
        "timestream/influx_db_instance",
    ],
)
async def test_nothing_in_an_empty_region(kind: str) -> None:
    assert (await swept(kind, EMPTY)).resources == ()
