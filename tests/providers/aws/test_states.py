"""States of AWS' kinds: every one the API has stands in the kind's table, and means what it says.

The states are those of botocore's models, which AWS writes: of an enumeration, or of the words its
documentation lists. Where the models list none, they stand here with the page that does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import REGION, ReplayClient, recording, recordings, spec
from tests.over_all import over_all
from tests.providers.aws.test_specs import model, module_specs

from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

BILLED = """available backing-up backtracking configuring-enhanced-monitoring
configuring-iam-database-auth configuring-log-exports converting-to-vpc incompatible-option-group
incompatible-parameters maintenance modifying moving-to-vpc rebooting renaming
resetting-master-credentials restore-error storage-full storage-optimization upgrading"""
BILLED_FOR_STORAGE = "starting stopped stopping inaccessible-encryption-credentials-recoverable"
NOT_BILLED = """creating deleting failed inaccessible-encryption-credentials incompatible-network
incompatible-restore insufficient-capacity"""
"""RDS user guide, "Viewing Amazon RDS DB instance status", with Aurora's and DocumentDB's own."""
INSTANCE_WORDS = f"{BILLED} {BILLED_FOR_STORAGE} {NOT_BILLED}"

CLUSTER_BILLED = """available backing-up backtracking failing-over maintenance migrating modifying
promoting renaming resetting-master-credentials storage-optimization update-iam-db-auth upgrading"""
CLUSTER_NOT_BILLED = """cloning-failed creating deleting inaccessible-encryption-credentials
migration-failed"""
"""Aurora user guide, "Viewing DB cluster status"; billed for storage are the same as above."""
CLUSTER_WORDS = f"{CLUSTER_BILLED} {BILLED_FOR_STORAGE} {CLUSTER_NOT_BILLED}"

CACHE_SNAPSHOT_WORDS = "creating available restoring copying deleting"
"""ElastiCache and MemoryDB API reference, Snapshot."""
SNAPSHOT_WORDS = "available copying creating deleting failed"
"""RDS user guide, "Creating a DB snapshot", "Copying a DB snapshot"."""


CAMPAIGN_WORDS = """ACTIVE CREATE_PENDING CREATE_IN_PROGRESS CREATE_FAILED DELETE_PENDING
DELETE_IN_PROGRESS"""
RECOMMENDER_WORDS = f"""{CAMPAIGN_WORDS} STOP_PENDING STOP_IN_PROGRESS INACTIVE START_PENDING
START_IN_PROGRESS"""
"""Personalize API reference, joined by arrows; it has spaces where a line stands here."""


@dataclass(frozen=True, slots=True)
class Told:
    """Where an API tells the state of a kind.

    path: in the object as described. operation, items: what answers with such objects, where it is
    another than the listing. words: where botocore's models list no states. ours: states that
    `describe` makes of other fields.
    """

    path: str
    operation: str = ""
    items: str = ""
    words: str = ""
    ours: str = ""


TOLD: Mapping[str, Told] = {
    "amazonmq/broker": Told("BrokerState"),
    "apigateway/rest_api": Told("apiStatus"),
    "apprunner/service": Told("Status"),
    "bedrock/model_customization_job": Told("status"),
    "bedrock/provisioned_model": Told("status"),
    "bedrockagentcore/browser_custom": Told("status"),
    "bedrockagentcore/code_interpreter_custom": Told("status"),
    "bedrockagentcore/runtime": Told("status"),
    "comprehend/endpoint": Told("Status"),
    "kendra/index": Told("Status"),
    "kendraranking/execution_plan": Told("Status"),
    "personalize/campaign": Told("status", words=CAMPAIGN_WORDS),
    "personalize/recommender": Told("status", words=RECOMMENDER_WORDS),
    "qbusiness/index": Told("status", "GetIndex", "."),
    "rekognition/project": Told("Status"),
    "appstream/fleet": Told("State"),
    "athena/capacity_reservation": Told("Status"),
    "athena/work_group": Told("State"),
    "backup/backup_vault": Told("VaultState"),
    # CloudFront API reference, DistributionSummary: Deployed, else InProgress.
    "cloudfront/distribution": Told("Status", words="Deployed InProgress", ours="Disabled"),
    "codebuild/build": Told("buildStatus", "BatchGetBuilds", "builds[]"),
    "codebuild/fleet": Told("status.statusCode", "BatchGetFleets", "fleets[]"),
    "cloudhsm/cluster": Told("State"),
    # DAX developer guide, DescribeClusters and the events of a cluster.
    "dax/cluster": Told("Status", words="creating available modifying deleting deleted"),
    "directconnect/connection": Told("connectionState"),
    "directoryservice/ad_connector": Told("Stage"),
    "directoryservice/microsoft_ad": Told("Stage"),
    "directoryservice/simple_ad": Told("Stage"),
    # DMS API reference, ProvisionData.
    "dms/replication_config": Told(
        "ProvisionData.ProvisionState",
        words="provisioning provisioned modifying deprovisioning deprovisioned",
    ),
    "dms/replication_instance": Told("ReplicationInstanceStatus"),
    "docdb/cluster_automated_backup": Told("Status", words="active retained creating"),
    "docdb/cluster_snapshot": Told("Status", words=SNAPSHOT_WORDS),
    "docdb/db_cluster": Told("Status", words=CLUSTER_WORDS),
    "docdb/db_instance": Told("DBInstanceStatus", words=INSTANCE_WORDS),
    "docdbelastic/cluster": Told("status"),
    "dsql/cluster": Told("status", "GetCluster", "."),
    "dynamodb/table": Told("TableStatus", "DescribeTable", "Table"),
    "ec2/client_vpn_endpoint": Told("Status.Code"),
    "ec2/capacity_reservation": Told("State"),
    "ec2/host": Told("State"),
    "ec2/instance": Told("State.Name", items="Reservations[].Instances[]"),
    "ec2/nat_gateway": Told("State"),
    "ec2/snapshot": Told("State"),
    "ec2/transit_gateway": Told("State"),
    "ec2/volume": Told("State"),
    "ec2/vpc_endpoint": Told("State"),
    "ec2/vpn_connection": Told("State"),
    # ECS developer guide, "Amazon ECS task lifecycle".
    "ecs/task": Told(
        "lastStatus",
        words="""PROVISIONING PENDING ACTIVATING RUNNING DEACTIVATING STOPPING DEPROVISIONING
        STOPPED DELETED""",
    ),
    "efs/file_system": Told("LifeCycleState"),
    "eks/cluster": Told("status", "DescribeCluster", "cluster"),
    "elasticache/cache_cluster": Told("CacheClusterStatus"),
    "elasticache/serverless_cache": Told("Status"),
    "elasticache/serverless_cache_snapshot": Told("Status", words=CACHE_SNAPSHOT_WORDS),
    "elasticache/snapshot": Told("SnapshotStatus", words=CACHE_SNAPSHOT_WORDS),
    "elasticloadbalancingv2/load_balancer": Told("State.Code"),
    "emrserverless/application": Told("state"),
    "fsx/backup": Told("Lifecycle"),
    "fsx/file_system": Told("Lifecycle"),
    "gamelift/container_fleet": Told("Status"),
    "gamelift/fleet": Told("Status"),
    "glue/job": Told("JobRunState", "GetJobRuns", "JobRuns[]", ours="READY"),
    "glue/session": Told("Status"),
    "kafkaconnect/connector": Told("connectorState"),
    "kinesis/stream": Told("StreamStatus", "DescribeStreamSummary", "StreamDescriptionSummary"),
    "kinesisanalyticsv2/application": Told("ApplicationStatus"),
    "lambda/function": Told("State"),
    "lightsail/bucket": Told("state.code", words="OK Unknown"),
    "lightsail/container": Told("state"),
    "lightsail/database": Told("state", words=INSTANCE_WORDS),
    "lightsail/disk": Told("state"),
    # Lightsail's instances are EC2's, and their codes are those of EC2's InstanceState.
    "lightsail/instance": Told(
        "state.name",
        words="pending running rebooting shutting-down terminated stopping stopped",
    ),
    "lightsail/load_balancer": Told("state"),
    "mediaconvert/queue": Told("Status"),
    "medialive/channel": Told("State"),
    # MemoryDB API reference, Cluster, and the events of a cluster.
    "memorydb/cluster": Told(
        "Status",
        words="available creating updating modifying snapshotting deleting create-failed",
    ),
    "memorydb/snapshot": Told("Status", words=CACHE_SNAPSHOT_WORDS),
    "msk/cluster": Told("State"),
    "msk/serverless_cluster": Told("State"),
    "mwaa/environment": Told("Status", "GetEnvironment", "Environment"),
    "mwaaserverless/workflow": Told(
        "RunDetailSummary.Status", "ListWorkflowRuns", "WorkflowRuns[]", ours="READY DELETING"
    ),
    "neptune/db_cluster": Told("Status", words=CLUSTER_WORDS),
    "neptune/db_instance": Told("DBInstanceStatus", words=INSTANCE_WORDS),
    "neptunegraph/graph": Told("status"),
    "neptune/cluster_automated_backup": Told("Status", words="active retained creating"),
    "neptune/cluster_snapshot": Told("Status", words=SNAPSHOT_WORDS),
    "networkfirewall/firewall": Told("FirewallStatus.Status", "DescribeFirewall", "."),
    "opensearchserverless/collection": Told("status"),
    "opensearchservice/domain": Told(
        "DomainProcessingStatus", "DescribeDomains", "DomainStatusList[]"
    ),
    "rds/db_capacity_reservation": Told("State"),
    "osis/pipeline": Told("Status"),
    "rds/cluster_automated_backup": Told("Status", words="active retained creating"),
    "rds/cluster_snapshot": Told("Status", words=SNAPSHOT_WORDS),
    "rds/db_cluster": Told("Status", words=CLUSTER_WORDS),
    "rds/db_instance": Told("DBInstanceStatus", words=INSTANCE_WORDS),
    "rds/db_proxy": Told("Status"),
    # RDS API reference, DBShardGroup, tells none: those of clusters that a group passes through.
    "rds/db_shard_group": Told("Status", words="available creating deleting modifying rebooting"),
    # RDS user guide, "Creating a DB snapshot", "Copying a DB snapshot".
    "rds/db_snapshot": Told("Status", words="available copying creating deleting failed"),
    "redshift/cluster": Told("ClusterStatus"),
    # Redshift API reference, Snapshot; it may be "final snapshot" too, which is two words.
    "redshift/snapshot": Told("Status", words="creating available failed deleted"),
    "redshiftserverless/snapshot": Told("status"),
    "redshiftserverless/workgroup": Told("status"),
    "route53resolver/resolver_endpoint": Told("Status"),
    "sagemaker/app": Told("Status"),
    "sagemaker/cluster": Told("ClusterStatus"),
    "sagemaker/endpoint": Told("EndpointStatus"),
    "sagemaker/notebook_instance": Told("NotebookInstanceStatus"),
    "sagemaker/processing_job": Told("ProcessingJobStatus"),
    "sagemaker/training_job": Told("SecondaryStatus", "DescribeTrainingJob", "."),
    "sagemaker/training_plan": Told("Status"),
    "sagemaker/warm_pool": Told("WarmPoolStatus.Status"),
    "sagemaker/transform_job": Told("TransformJobStatus"),
    "timestream/influx_db_cluster": Told("status"),
    "timestream/influx_db_instance": Told("status"),
    "timestream/table": Told("TableStatus"),
    "transfer/server": Told("State"),
    "vpclattice/service": Told("status"),
    "workspaces/workspace": Told("State"),
    "workspaces/workspaces_pool": Told("State"),
}
UNTOLD = {
    # A model is there or not; how far its life has come says nothing of what this account uses.
    "bedrock/foundation_model": "modelLifecycle",
    # Of the policy that protects its data, not of the group.
    "logs/log_group": "dataProtectionStatus",
    # What stands in the racks is told by ListAssets.
    "outposts/outpost": "LifeCycleStatus",
}
"""Kinds without a table although their API tells something alike."""
STATEFUL = [service for service in PROVIDER.services if service.states is not None]


def shape_of(service: ServiceSpec, told: Told) -> Any:
    """Shape of the state of a kind in botocore's model of its API."""
    operation = told.operation or service.listing.operation
    shape = model(service.listing.api).operation_model(operation).output_shape
    steps = f"{told.items or service.listing.items}.{told.path}".split(".")
    for step in filter(None, steps):
        if shape.type_name == "list":
            shape = shape.member
        shape = shape.members[step.removesuffix("[]")]
    return shape


def listed(documentation: str) -> set[str]:
    """States that the documentation of a member lists, in any of the ways AWS writes such lists."""
    items = re.findall(r'<li>\s*<p>\s*<code>"?(.+?)"?</code>', documentation)
    text = re.sub("<[^>]+>", "", documentation)
    sentence = re.search(r"values(?: are|:)\s+([^.]+)\.", text)
    if items or not sentence:
        return set(items)
    return set(re.split(r",\s*(?:or\s+)?|\s+and\s+", sentence[1].strip()))


def words(kind: str) -> set[str]:
    """States a kind may be in, as its API spells them."""
    told = TOLD[kind]
    if told.words or not told.path:
        return {*told.words.split()}
    shape = shape_of(spec(kind), told)
    return set(shape.enum) or listed(shape.documentation)


@pytest.mark.slow
@over_all("service", STATEFUL, ids=lambda service: service.kind)
def test_every_state_of_the_api_stands_in_the_table(service: ServiceSpec) -> None:
    assert service.kind in TOLD, "say where its API tells the state"
    assert service.states is not None
    api_states = words(service.kind)
    assert len(api_states) > 1 or TOLD[service.kind].ours
    assert {state for state in api_states if service.states.phase(state) is None} == set()


MODELLED = [service for service in STATEFUL if not TOLD[service.kind].words]


@pytest.mark.slow
@over_all("service", MODELLED, ids=lambda service: service.kind)
def test_no_state_of_a_table_is_made_up(service: ServiceSpec) -> None:
    told = TOLD[service.kind]
    assert service.states is not None
    known = {state.lower() for state in (*words(service.kind), *told.ours.split())}
    # ElastiCache's documentation leaves out that a creation may fail, and its events tell.
    assert service.states.known - known <= {"create-failed"}


@pytest.mark.slow
def test_a_kind_without_a_table_has_no_state_in_its_api() -> None:
    for service in PROVIDER.services:
        if service.states is None and service.kind not in UNTOLD:
            shape = shape_of(service, Told(""))
            if shape.type_name == "list":
                shape = shape.member
            members = getattr(shape, "members", {})
            told = [name for name in members if re.search("(?i)stat(e|us)$|lifecycle", name)]
            assert told == [], service.kind


def test_nothing_is_told_of_a_kind_that_is_not_there() -> None:
    kinds = {service.kind for service in PROVIDER.services}
    assert TOLD.keys() | UNTOLD.keys() <= kinds
    assert not any(spec(kind).states for kind in UNTOLD)


@pytest.mark.parametrize(
    "kind", ["msk/cluster", "msk/serverless_cluster", "eks/cluster", "fsx/file_system"]
)
def test_a_creation_that_failed_has_left_nothing(kind: str) -> None:
    table = spec(kind).states
    assert table is not None
    assert table.phase("FAILED") == "gone"


@pytest.mark.parametrize(
    ("kind", "state", "kept"),
    [
        ("dynamodb/table", "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "block"),
        ("dynamodb/table", "ARCHIVED", "block"),
        ("efs/file_system", "error", "file"),
        ("opensearchservice/domain", "Isolated", "block"),
        ("rds/db_instance", "inaccessible-encryption-credentials-recoverable", "block"),
        ("rds/db_instance", "starting", "block"),
        ("redshift/cluster", "paused", "block"),
        ("workspaces/workspace", "SUSPENDED", "block"),
        ("sagemaker/notebook_instance", "Failed", "block"),
        ("lightsail/database", "stopped", "block"),
    ],
)
async def test_what_does_not_run_keeps_its_storage(kind: str, state: str, kept: str) -> None:
    (module,) = [module for service, module in PHASED if service.kind == kind]
    raws, scope = await objects(spec(kind), module)
    held: set[str] = set()
    for raw in raws:
        resource = spec(kind).resource(in_state(raw, TOLD[kind].path, state), scope)
        held |= {part.kind for part in resource.components} if resource else set()
    assert held - {"object"} == {kept}


@pytest.mark.parametrize("service", ["rds", "docdb", "neptune", "lightsail"])
def test_databases_hold_what_aws_bills_for(service: str) -> None:
    kind = "database" if service == "lightsail" else "db_instance"
    table = spec(f"{service}/{kind}").states
    assert table is not None
    assert {table.phase(state) for state in BILLED.split()} == {"running"}
    assert {table.phase(state) for state in BILLED_FOR_STORAGE.split()} == {"stopped"}
    assert {table.phase(state) for state in NOT_BILLED.split()} == {"gone"}


@pytest.mark.parametrize("service", ["rds", "docdb", "neptune"])
def test_clusters_hold_what_aws_bills_for(service: str) -> None:
    table = spec(f"{service}/db_cluster").states
    assert table is not None
    assert {table.phase(state) for state in CLUSTER_BILLED.split()} == {"running"}
    assert {table.phase(state) for state in BILLED_FOR_STORAGE.split()} == {"stopped"}
    assert {table.phase(state) for state in CLUSTER_NOT_BILLED.split()} == {"gone"}


def _phased() -> Iterator[tuple[ServiceSpec, str]]:
    """Specs of kinds whose API tells a state, and the recording with objects of each."""
    for module in recordings():
        for service in module_specs(module):
            if service.states is not None and TOLD[service.kind].path:
                yield service, module


PHASED = list(_phased())


async def objects(service: ServiceSpec, module: str) -> tuple[list[Raw], Scope]:
    """Recorded objects of a kind as `describe` gets them, and the scope it gets them in."""
    listing, client = service.listing, ReplayClient(recording(module))
    scope = Scope("aws", ACCOUNT, "global" if listing.scope == "global" else REGION)
    raws: list[Raw] = []
    async for page in client.pages(listing, scope):
        raws += await listing.expand(client, scope, page) if listing.expand else page
    if listing.whole:
        raws = list(listing.whole(raws))
    if listing.lookup:
        scope = replace(scope, catalogue=await listing.lookup(client, scope, raws))
    return [raw for raw in raws if service.accepts(raw)], scope


def in_state(raw: Any, path: str, state: str) -> Any:
    """The same object in another state."""
    step, _, rest = path.partition(".")
    inner = in_state(raw.get(step) or {}, rest, state) if rest else state
    return {**raw, step: inner}


def descriptions(raws: list[Raw], service: ServiceSpec, scope: Scope) -> Iterator[Description]:
    """What becomes of objects put into each state of their API, and into one nobody knows."""
    told = TOLD[service.kind]
    for raw in raws:
        for state in (*sorted(words(service.kind)), "NOBODY_KNOWS"):
            changed = in_state(raw, told.path, state)
            described = service.describe(changed, scope)
            if isinstance(described, Description) and described.state == state:
                check(service, described, service.resource(changed, scope))
                yield described


def check(service: ServiceSpec, described: Description, resource: Any) -> None:
    """Whether a resource holds what the phase of its state lets it hold."""
    assert service.states is not None
    phase = service.states.phase(described.state)
    if phase == "gone":
        assert resource is None
        return
    held = resource.components
    assert held[len(held) - len(described.kept) :] == described.kept
    whole = len(described.running) + len(described.kept)
    assert len(held) == (len(described.kept) if phase == "stopped" else whole)
    if phase is None:
        assert all(part.assumed for part in held[: len(described.running)])
    assert resource.kind == service.kind


@pytest.mark.slow
@over_all(("service", "module"), PHASED, ids=[service.kind for service, _ in PHASED])
async def test_what_is_held_follows_from_the_state(service: ServiceSpec, module: str) -> None:
    raws, scope = await objects(service, module)
    seen = {described.state for described in descriptions(raws, service, scope)}
    assert seen == {*words(service.kind), "NOBODY_KNOWS"}


def test_what_a_distribution_or_container_says_beside_its_state_counts() -> None:
    distribution = {"ARN": "arn:aws:cloudfront::1:distribution/E", "Id": "E", "DomainName": "d"}
    switched_off = {**distribution, "Status": "Deployed", "Enabled": False}
    resource = spec("cloudfront/distribution").resource(switched_off, Scope("aws", ACCOUNT))
    assert resource is not None
    assert (resource.components, resource.info["state"]) == ((), "Deployed")
    container = {"arn": "arn:aws:lightsail::1:c", "containerServiceName": "c", "power": "nano"}
    disabled = {**container, "state": "RUNNING", "isDisabled": True}
    resource = spec("lightsail/container").resource(disabled, Scope("aws", ACCOUNT))
    assert resource is not None
    assert resource.components == ()
