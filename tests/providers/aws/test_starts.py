"""When each kind began, and ended, by the members of botocore's shapes that tell it.

A member of a shape that tells a start and is not read needs a reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from botocore.session import Session
from tests.fakes.aws_replay import recordings
from tests.over_all import over_all
from tests.providers.aws.test_specs import module_specs
from tests.providers.aws.test_states import objects

from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.services import emrserverless_application
from cloud_carbon_exporter.providers.spec import ServiceSpec


@dataclass(frozen=True, slots=True)
class Told:
    """Members that tell when an object began and ended.

    operation, items: what answers with such objects, where it is another than the listing. unread:
    members that sound alike, and why they are not read.
    """

    start: str
    end: str = ""
    operation: str = ""
    items: str = ""
    unread: Mapping[str, str] = field(default_factory=dict)


def told(start: str, end: str = "", operation: str = "", items: str = "", **unread: str) -> Told:
    return Told(start, end, operation, items, unread)


STOPPED = "when one that is stopped will begin again by itself"
INSTANCE = told("InstanceCreateTime", AutomaticRestartTime=STOPPED)
CLUSTER = told("ClusterCreateTime", AutomaticRestartTime=STOPPED)
CLUSTER_SNAPSHOT = told("SnapshotCreateTime", ClusterCreateTime="of what it was taken of")
STARTS: Mapping[str, Told] = {
    "amazonmq/broker": told("Created"),
    "apigateway/rest_api": told("createdDate"),
    "apigatewayv2/api": told("CreatedDate"),
    "apprunner/service": told("CreatedAt", "DeletedAt", "DescribeService", "Service"),
    "appstream/fleet": told("CreatedTime"),
    "athena/capacity_reservation": told(
        "CreationTime", LastSuccessfulAllocationTime="of the newest change of its size"
    ),
    "athena/work_group": told("CreationTime"),
    "backup/backup_vault": told("CreationDate"),
    "bedrock/model_customization_job": told("creationTime", "endTime"),
    "bedrock/provisioned_model": told("creationTime"),
    "bedrockagentcore/browser_custom": told("createdAt"),
    "bedrockagentcore/code_interpreter_custom": told("createdAt"),
    "comprehend/endpoint": told("CreationTime"),
    "kendra/index": told("CreatedAt"),
    "kendraranking/execution_plan": told("CreatedAt"),
    "personalize/campaign": told("creationDateTime"),
    "personalize/recommender": told("creationDateTime"),
    "qbusiness/index": told("createdAt", operation="GetIndex", items="."),
    "codebuild/build": told("startTime", "endTime", "BatchGetBuilds", "builds[]"),
    "codebuild/fleet": told("created", "", "BatchGetFleets", "fleets[]"),
    "cloudhsm/cluster": told("CreateTimestamp"),
    "directoryservice/ad_connector": told("LaunchTime"),
    "directoryservice/microsoft_ad": told("LaunchTime"),
    "directoryservice/simple_ad": told("LaunchTime"),
    "dms/replication_config": told(
        "ProvisionData.DateProvisioned",
        ReplicationCreateTime="when it was configured; it holds nothing before it is provisioned",
        CdcStartTime="of the data it copies",
        ReplicationLastStopTime="of the task; what is provisioned stays for a while",
        ReplicationDeprovisionTime="when it will be, if nothing runs till then",
    ),
    "dms/replication_instance": told("InstanceCreateTime"),
    "docdb/cluster_automated_backup": told("ClusterCreateTime"),
    "docdb/cluster_snapshot": CLUSTER_SNAPSHOT,
    "docdb/db_cluster": CLUSTER,
    "docdb/db_instance": INSTANCE,
    "docdbelastic/cluster": told("createTime", "", "GetCluster", "cluster"),
    "dsql/cluster": told("creationTime", "", "GetCluster", "."),
    "dynamodb/table": told("CreationDateTime", "", "DescribeTable", "Table"),
    "ec2/capacity_reservation": told(
        "StartDate",
        CreateDate="taken where it has no start of its own",
        OriginalStartDate="asked for, before it was put off",
        EndDate="of one that is active, a time to come",
    ),
    "ec2/host": told("AllocationTime", "ReleaseTime"),
    "ec2/instance": told("LaunchTime", "StateTransitionReason", "", "Reservations[].Instances[]"),
    "ec2/nat_gateway": told("CreateTime", "DeleteTime"),
    "ec2/snapshot": told("StartTime", CompletionTime="its bytes are held while they are written"),
    "ec2/transit_gateway": told("CreationTime"),
    "ec2/volume": told("CreateTime"),
    "ec2/vpc_endpoint": told("CreationTimestamp"),
    "ecr/repository": told("createdAt"),
    "ecs/task": told(
        "pullStartedAt",
        "stoppedAt",
        "DescribeTasks",
        "tasks[]",
        createdAt="it waits for a machine",
        startedAt="read where no image was pulled",
        pullStoppedAt="it goes on",
        executionStoppedAt="read until it has stopped",
        stoppingAt="it holds its machine until it has stopped",
    ),
    "efs/file_system": told("CreationTime"),
    "eks/cluster": told("createdAt", "", "DescribeCluster", "cluster"),
    "elasticache/cache_cluster": told("CacheClusterCreateTime"),
    "elasticache/serverless_cache": told("CreateTime"),
    "elasticache/serverless_cache_snapshot": told("CreateTime"),
    "elasticloadbalancing/load_balancer": told("CreatedTime"),
    "elasticloadbalancingv2/load_balancer": told("CreatedTime"),
    "emrserverless/application": told("createdAt", "updatedAt"),
    "events/event_bus": told("CreationTime"),
    "fsx/backup": told("CreationTime"),
    "fsx/file_system": told("CreationTime"),
    "glacier/vault": told("CreationDate"),
    "gamelift/container_fleet": told("CreationTime"),
    "gamelift/fleet": told("CreationTime", "TerminationTime"),
    "glue/job": told("StartedOn", "CompletedOn", "GetJobRuns", "JobRuns[]"),
    "glue/session": told("CreatedOn", "CompletedOn"),
    "kafkaconnect/connector": told("creationTime"),
    "kinesis/stream": told(
        "StreamCreationTimestamp", "", "DescribeStreamSummary", "StreamDescriptionSummary"
    ),
    "lightsail/bucket": told("createdAt"),
    "lightsail/container": told("createdAt"),
    "lightsail/database": told("createdAt"),
    "lightsail/disk": told("createdAt"),
    "lightsail/instance": told("createdAt"),
    "lightsail/load_balancer": told("createdAt"),
    "logs/log_group": told("creationTime"),
    "msk/cluster": told("CreationTime"),
    "msk/serverless_cluster": told("CreationTime"),
    "mwaa/environment": told("CreatedAt", "", "GetEnvironment", "Environment"),
    "mwaaserverless/workflow": told(
        "RunDetailSummary.StartedAt",
        "RunDetailSummary.EndedAt",
        "ListWorkflowRuns",
        "WorkflowRuns[]",
    ),
    "neptune/db_cluster": CLUSTER,
    "neptune/db_instance": INSTANCE,
    "rds/db_capacity_reservation": told(
        "StartDate",
        CreateDate="taken where it started at once",
        EndDate="of one that is active, a time to come",
    ),
    "osis/pipeline": told("CreatedAt"),
    "mediaconvert/queue": told("CreatedAt"),
    "neptune/cluster_automated_backup": told("ClusterCreateTime"),
    "neptune/cluster_snapshot": CLUSTER_SNAPSHOT,
    "rds/cluster_automated_backup": told("ClusterCreateTime"),
    "rds/cluster_snapshot": CLUSTER_SNAPSHOT,
    "rds/db_cluster": CLUSTER,
    "rds/db_instance": INSTANCE,
    "rds/db_proxy": told("CreatedDate"),
    "rds/db_snapshot": told(
        "SnapshotCreateTime",
        InstanceCreateTime="of what it was taken of",
        OriginalSnapshotCreateTime="of what it was copied from",
    ),
    "redshift/cluster": told(
        "ClusterCreateTime", NextMaintenanceWindowStartTime="of its maintenance"
    ),
    "redshift/snapshot": told(
        "SnapshotCreateTime",
        ClusterCreateTime="of what it was taken of",
        SnapshotRetentionStartTime="from when its days are counted",
    ),
    "redshiftserverless/snapshot": told(
        "snapshotCreateTime", snapshotRetentionStartTime="from when its days are counted"
    ),
    "redshiftserverless/workgroup": told("creationDate"),
    "s3/bucket": told("CreationDate"),
    "s3express/directory_bucket": told("CreationDate"),
    "s3tables/table_bucket": told("createdAt"),
    "s3vectors/vector_bucket": told("creationTime"),
    "sagemaker/app": told("CreationTime"),
    "sagemaker/cluster": told("CreationTime"),
    "sagemaker/endpoint": told("CreationTime"),
    "sagemaker/notebook_instance": told("CreationTime"),
    "sagemaker/processing_job": told(
        "ProcessingStartTime",
        "ProcessingEndTime",
        "DescribeProcessingJob",
        ".",
        CreationTime="it waits for its machines",
    ),
    "sagemaker/training_plan": told("StartTime", EndTime="of one that is active, a time to come"),
    "sagemaker/warm_pool": told(
        "TrainingEndTime",
        CreationTime="of the job that left it",
        LastModifiedTime="of the job that left it",
    ),
    "sagemaker/training_job": told(
        "TrainingStartTime",
        "TrainingEndTime",
        "DescribeTrainingJob",
        ".",
        CreationTime="it waits for its machines",
    ),
    "sagemaker/transform_job": told(
        "TransformStartTime",
        "TransformEndTime",
        "DescribeTransformJob",
        ".",
        CreationTime="it waits for its machines",
    ),
    "stepfunctions/state_machine": told("creationDate"),
    "timestream/table": told("CreationTime"),
    "vpclattice/service": told("createdAt"),
    "workspaces/workspaces_pool": told("CreatedAt"),
}
UNTOLD: Mapping[str, str] = {
    "bedrock/foundation_model": "a model is used, not started; what it draws follows from tokens",
    "bedrockagentcore/runtime": "only its last change is told; sessions begin and end within it",
    "cassandra/table": "the list tells no time; what it draws follows from bytes and units",
    "cloudfront/distribution": "only its last change is told; what it draws follows from requests",
    "dax/cluster": "told of its nodes alone, of which some are younger than the cluster",
    "directconnect/connection": "no time is told",
    "ec2/client_vpn_endpoint": "it holds something once a network is associated: no time of that",
    "ec2/vpn_connection": "no time is told",
    "kinesisanalyticsv2/application": "the list tells no time",
    "kinesisfirehose/delivery_stream": "only by one call a stream; it draws by what it takes in",
    "elasticache/snapshot": "told of its nodes alone",
    "lambda/function": "only its last change is told; what it draws follows from its runs",
    "medialive/channel": "no time is told",
    "memorydb/cluster": "told of its nodes alone, of which some are younger than the cluster",
    "neptunegraph/graph": "the list tells no time",
    "opensearchserverless/collection": "the list tells no time",
    "opensearchservice/domain": "no time is told",
    "outposts/outpost": "no time is told",
    "rekognition/project": "no time tells since when a version of it runs",
    "rds/db_shard_group": "no time is told",
    "memorydb/snapshot": "told of its shards alone",
    "networkfirewall/firewall": "no time is told",
    "route53resolver/resolver_endpoint": "told as text, which is read",
    "sns/topic": "no time is told; what it draws follows from messages",
    "sqs/queue": "only by one call a queue; what it draws follows from messages",
    "timestream/influx_db_cluster": "the list tells no time",
    "timestream/influx_db_instance": "the list tells no time",
    "transfer/server": "no time is told",
    "workspaces/workspace": "no time is told",
}
NOT_OF_A_RUN = {
    "elasticache/snapshot": {"CacheClusterCreateTime"},
    "rekognition/project": {"CreationTimestamp"},
}
"""Times of a list that are of what has been set up, and not of what runs since."""
OTHERWISE: Mapping[str, str] = {
    "docdbelastic/cluster": "string",
    "glacier/vault": "string",
    "logs/log_group": "long",
}
"""Kinds whose model has a time as text, or as milliseconds."""
_SOUNDS = re.compile(r"(?i).*(creat|launch|start|alloc|provision|delet|releas|stop|complet|end).*")


@cache
def model(api: str) -> Any:
    return Session().get_service_model(api)


def shape_of(service: ServiceSpec, told: Told) -> Any:
    """Shape of the objects of a kind in botocore's model of its API."""
    operation = told.operation or service.listing.operation
    shape = model(service.listing.api).operation_model(operation).output_shape
    for step in filter(None, (told.items or service.listing.items).split(".")):
        shape = shape.members[step.removesuffix("[]")]
        if shape.type_name == "list":
            shape = shape.member
    return shape


def member_of(shape: Any, path: str) -> Any:
    for step in path.split("."):
        shape = shape.members[step]
    return shape


def test_every_kind_says_what_tells_its_start() -> None:
    kinds = {service.kind for service in PROVIDER.services}
    assert STARTS.keys() | UNTOLD.keys() == kinds
    assert not STARTS.keys() & UNTOLD.keys()


TOLD = [service for service in PROVIDER.services if service.kind in STARTS]


@pytest.mark.slow
@over_all("service", TOLD, ids=lambda service: service.kind)
def test_what_sounds_like_a_start_or_an_end_is_read_or_has_a_reason(service: ServiceSpec) -> None:
    known = STARTS[service.kind]
    shape = shape_of(service, known)
    for path in filter(None, (known.start, known.end)):
        expected = OTHERWISE.get(service.kind, "timestamp")
        assert member_of(shape, path).type_name == expected or path == "StateTransitionReason", path
    sounding: set[str] = set()
    for name, member in shape.members.items():
        if member.type_name == "timestamp" and _SOUNDS.fullmatch(name):
            sounding.add(name)
    assert sounding - {known.start, known.end} <= known.unread.keys()
    assert known.unread.keys() <= shape.members.keys()


@pytest.mark.slow
@pytest.mark.parametrize("kind", UNTOLD)
def test_a_kind_without_a_start_has_none_in_its_list(kind: str) -> None:
    service = next(service for service in PROVIDER.services if service.kind == kind)
    members = getattr(shape_of(service, Told("")), "members", {})
    times = [name for name, member in members.items() if member.type_name == "timestamp"]
    times = [name for name in times if name not in NOT_OF_A_RUN.get(kind, ())]
    assert not [name for name in times if re.search("(?i)creat|launch|start", name)]


RECORDED = [
    (service, module)
    for module in recordings()
    for service in module_specs(module)
    if service.kind in STARTS
]


def with_member(raw: Any, path: str, value: Any) -> Any:
    step, _, rest = path.partition(".")
    inner = with_member(raw.get(step) or {}, rest, value) if rest else value
    return {**raw, step: inner}


def is_run(service: ServiceSpec, raw: Any) -> bool:
    """Whether an object lives, or only says what may: a job without a run has no start."""
    holder = {"glue/job": "Job", "mwaaserverless/workflow": "Workflow"}.get(service.kind)
    return holder is None or holder in raw


@over_all(("service", "module"), RECORDED, ids=[service.kind for service, _ in RECORDED])
async def test_a_start_and_an_end_are_read_in_every_spelling(
    service: ServiceSpec, module: str
) -> None:
    known = STARTS[service.kind]
    raws, scope = await objects(service, module)
    seen = 0
    for raw in raws:
        for spelt in ("2026-11-30T07:18:03.000Z", "2026-11-30T07:18:03Z", 1796023083, 1796023083.0):
            begun = service.describe(with_member(raw, known.start, spelt), scope)
            if begun is not None and is_run(service, raw):
                assert begun.started == 1796023083, spelt
                seen += 1
        without = service.describe(with_member(raw, known.start, "soon"), scope)
        assert without is None or without.started is None
    assert seen


@pytest.mark.parametrize(
    ("service", "module"),
    [(service, module) for service, module in RECORDED if STARTS[service.kind].end],
    ids=[service.kind for service, _ in RECORDED if STARTS[service.kind].end],
)
async def test_an_end_is_read(service: ServiceSpec, module: str) -> None:
    known = STARTS[service.kind]
    raws, scope = await objects(service, module)
    raws = [raw for raw in raws if is_run(service, raw)]
    spelt: Any = 1796023083
    if service.kind == "ec2/instance":
        spelt = "User initiated (2026-11-30 07:18:03 GMT)"
    if service.kind == "emrserverless/application":
        raws = [{**raw, "state": "TERMINATED"} for raw in raws]
    for raw in raws:
        ended = service.describe(with_member(raw, known.end, spelt), scope)
        assert ended is None or ended.ended == 1796023083
    assert raws


async def test_the_last_change_of_an_application_that_lives_is_no_end() -> None:
    service = emrserverless_application.SPEC
    raws, scope = await objects(service, "emrserverless_application")
    described = service.describe({**raws[0], "state": "STOPPED", "updatedAt": 1796023083}, scope)
    assert described is not None
    assert described.ended is None
