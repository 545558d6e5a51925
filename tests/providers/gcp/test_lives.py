"""Lives: when each kind of Google Cloud began and ended, as its API tells."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from tests.fakes import gcp_discovery
from tests.fakes.gcp_estate import recorded
from tests.over_all import over_all

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.description import Ended
from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.gcp.describing.times import moment
from cloud_carbon_exporter.providers.ownership import OWNERS
from cloud_carbon_exporter.providers.spec import Scope

SCOPE = Scope("gcp", "shop-prod")
SPECS = {spec.kind: spec for spec in PROVIDER.services}
INSTANCE = "compute.googleapis.com/Instance"
HOUR = 3600.0
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()


class Told(NamedTuple):
    """Where a discovery document has the times of a kind: document, schema, and the fields."""

    document: str
    schema: str
    started: str
    ended: tuple[str, ...] = ()


TOLD = {
    "aiplatform/batch_prediction_job": Told(
        "aiplatform.v1", "GoogleCloudAiplatformV1BatchPredictionJob", "startTime", ("endTime",)
    ),
    "aiplatform/custom_job": Told(
        "aiplatform.v1", "GoogleCloudAiplatformV1CustomJob", "startTime", ("endTime",)
    ),
    "aiplatform/endpoint": Told(
        "aiplatform.v1", "GoogleCloudAiplatformV1DeployedModel", "createTime"
    ),
    "aiplatform/deployment_resource_pool": Told(
        "aiplatform.v1", "GoogleCloudAiplatformV1DeploymentResourcePool", "createTime"
    ),
    "aiplatform/index_endpoint": Told(
        "aiplatform.v1", "GoogleCloudAiplatformV1IndexEndpoint", "createTime"
    ),
    "aiplatform/notebook_runtime": Told(
        "aiplatform.v1", "GoogleCloudAiplatformV1NotebookRuntime", "createTime"
    ),
    "aiplatform/persistent_resource": Told(
        "aiplatform.v1", "GoogleCloudAiplatformV1PersistentResource", "startTime"
    ),
    "aiplatform/reasoning_engine": Told(
        "aiplatform.v1", "GoogleCloudAiplatformV1ReasoningEngine", "createTime"
    ),
    "aiplatform/tuning_job": Told(
        "aiplatform.v1", "GoogleCloudAiplatformV1TuningJob", "startTime", ("endTime",)
    ),
    "alloydb/cluster": Told("alloydb.v1", "Cluster", "createTime"),
    "alloydb/instance": Told("alloydb.v1", "Instance", "createTime"),
    "apigee/instance": Told("apigee.v1", "GoogleCloudApigeeV1Instance", "createdAt"),
    "artifactregistry/repository": Told("artifactregistry.v1", "Repository", "createTime"),
    "alloydb/backup": Told("alloydb.v1", "Backup", "createTime"),
    "backupdr/backup_vault": Told("backupdr.v1", "BackupVault", "createTime"),
    "bigqueryreservation/reservation": Told(
        "bigqueryreservation.v1", "Reservation", "creationTime"
    ),
    "bigtableadmin/backup": Told("bigtableadmin.v2", "Backup", "startTime"),
    "compute/instant_snapshot": Told("compute.v1", "InstantSnapshot", "creationTimestamp"),
    "compute/reservation": Told("compute.v1", "Reservation", "creationTimestamp"),
    "compute/storage_pool": Told("compute.v1", "StoragePool", "creationTimestamp"),
    "file/backup": Told("file.v1", "Backup", "createTime"),
    "firestore/backup": Told("firestore.v1", "GoogleFirestoreAdminV1Backup", "snapshotTime"),
    "gkebackup/backup": Told("gkebackup.v1", "Backup", "createTime"),
    "spanner/backup": Told("spanner.v1", "Backup", "createTime"),
    "bigquery/dataset": Told("bigquery.v2", "Dataset", "creationTime"),
    "bigquery/project": Told("cloudresourcemanager.v1", "Project", "createTime"),
    "composer/environment": Told("composer.v1beta1", "Environment", "createTime"),
    "compute/disk": Told("compute.v1", "Disk", "creationTimestamp"),
    "compute/forwarding_rule": Told("compute.v1", "ForwardingRule", "creationTimestamp"),
    "compute/global_forwarding_rule": Told("compute.v1", "ForwardingRule", "creationTimestamp"),
    "compute/image": Told("compute.v1", "Image", "creationTimestamp"),
    "compute/instance": Told(
        "compute.v1",
        "Instance",
        "lastStartTimestamp",
        ("lastStopTimestamp", "lastSuspendedTimestamp"),
    ),
    "compute/machine_image": Told("compute.v1", "MachineImage", "creationTimestamp"),
    "compute/interconnect": Told("compute.v1", "Interconnect", "creationTimestamp"),
    "compute/interconnect_attachment": Told(
        "compute.v1", "InterconnectAttachment", "creationTimestamp"
    ),
    "compute/vpn_tunnel": Told("compute.v1", "VpnTunnel", "creationTimestamp"),
    "compute/node_group": Told("compute.v1", "NodeGroup", "creationTimestamp"),
    "compute/region_disk": Told("compute.v1", "Disk", "creationTimestamp"),
    "compute/router": Told("compute.v1", "Router", "creationTimestamp"),
    "compute/snapshot": Told("compute.v1", "Snapshot", "creationTimestamp"),
    "container/cluster": Told("container.v1", "Cluster", "createTime"),
    "dataflow/job": Told("dataflow.v1b3", "Job", "startTime", ("currentStateTime",)),
    "datafusion/instance": Told("datafusion.v1", "Instance", "createTime"),
    "file/instance": Told("file.v1", "Instance", "createTime"),
    "firestore/database": Told("firestore.v1", "GoogleFirestoreAdminV1Database", "createTime"),
    "looker/instance": Told("looker.v1", "Instance", "createTime"),
    "managedkafka/cluster": Told("managedkafka.v1", "Cluster", "createTime"),
    "managedkafka/connect_cluster": Told("managedkafka.v1", "ConnectCluster", "createTime"),
    "memcache/instance": Told("memcache.v1", "Instance", "createTime"),
    "netapp/storage_pool": Told("netapp.v1", "StoragePool", "createTime"),
    "oracledatabase/autonomous_database": Told(
        "oracledatabase.v1", "AutonomousDatabase", "createTime"
    ),
    "oracledatabase/cloud_exadata_infrastructure": Told(
        "oracledatabase.v1", "CloudExadataInfrastructure", "createTime"
    ),
    "parallelstore/instance": Told("parallelstore.v1", "Instance", "createTime"),
    "redis/cluster": Told("redis.v1", "Cluster", "createTime"),
    "redis/instance": Told("redis.v1", "Instance", "createTime"),
    "run/job": Told("run.v2", "GoogleCloudRunV2Job", "createTime"),
    "run/service": Told("run.v2", "GoogleCloudRunV2Service", "createTime"),
    "run/worker_pool": Told("run.v2", "GoogleCloudRunV2WorkerPool", "createTime"),
    "spanner/instance": Told("spanner.v1", "Instance", "createTime"),
    "sql/instance": Told("sqladmin.v1", "DatabaseInstance", "createTime"),
    "storage/bucket": Told("storage.v1", "Bucket", "timeCreated"),
    "tpu/node": Told("tpu.v2", "Node", "createTime"),
    "vmwareengine/cluster": Told("vmwareengine.v1", "Cluster", "createTime"),
}
"""Kind -> its times. Where only a start stands, Google tells no end but in an asset's history."""

UNTOLD = {
    # within another: `backupInterval` has its start
    "sql/backup": Told("sqladmin.v1", "Backup", ""),
    # Their starts stand in the history of their states.
    "dataproc/batch": Told("dataproc.v1", "Batch", ""),
    "dataproc/session": Told("dataproc.v1", "Session", ""),
    "aiplatform/batch_prediction_job": Told(
        "aiplatform.v1", "GoogleCloudAiplatformV1BatchPredictionJob", "startTime", ("endTime",)
    ),
    "aiplatform/custom_job": Told(
        "aiplatform.v1", "GoogleCloudAiplatformV1CustomJob", "startTime", ("endTime",)
    ),
    # Monitoring names it, as long as its tokens are told.
    "aiplatform/publisher_model": Told("", "", ""),
    "bigtableadmin/cluster": Told("bigtableadmin.v2", "Cluster", ""),
    "cloudfunctions/cloud_function": Told("cloudfunctions.v1", "CloudFunction", "updateTime"),
    # google-api-python-client brings no documents of these; recordings have createTime.
    "lustre/instance": Told("", "", ""),
    "memorystore/instance": Told("", "", ""),
}
"""Kinds whose API says no start: a function's last update is none."""


def properties(told: Told) -> dict[str, Any]:
    found: dict[str, Any] = gcp_discovery.document(told.document)["schemas"][told.schema]
    return dict(found["properties"])


def rfc3339(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def first_of(kind: str) -> dict[str, Any]:
    """The first recording of a kind that is described as a resource of its own."""
    for asset in recorded():
        if SPECS[kind].accepts(asset) and SPECS[kind].describe(asset, SCOPE) is not None:
            return copy.deepcopy(asset)
    raise LookupError(kind)


def test_every_kind_with_hardware_of_its_own_is_in_one_of_the_tables() -> None:
    assert TOLD.keys() | UNTOLD.keys() == SPECS.keys() - OWNERS["gcp"].keys()


@pytest.mark.slow
@over_all("kind", sorted(TOLD))
def test_the_times_of_a_kind_are_where_google_documents_them(kind: str) -> None:
    told = TOLD[kind]
    assert {told.started, *told.ended} <= properties(told).keys()


@over_all("kind", sorted(TOLD))
def test_a_kind_begins_when_its_api_says(kind: str) -> None:
    asset = first_of(kind)
    holder: dict[str, Any] = asset["resource"]["data"]
    holder.pop("metadata", None)
    if kind == "aiplatform/endpoint":
        holder = holder["deployedModels"][-1]
    field = TOLD[kind].started
    at = NOON + 7 * HOUR  # later than any recording says
    holder[field] = str(int(at * 1000)) if field in ("creationTime", "createdAt") else rfc3339(at)
    for other in ("lastStopTimestamp", "lastSuspendedTimestamp"):
        holder.pop(other, None)
    described = SPECS[kind].describe(asset, SCOPE)
    assert described is not None
    assert described.started == at


def instance(status: str, **times: float) -> dict[str, Any]:
    asset = first_of("compute/instance")
    data = asset["resource"]["data"]
    for field in ("lastStartTimestamp", "lastStopTimestamp", "lastSuspendedTimestamp"):
        data.pop(field, None)
    data |= {"status": status} | {field: rfc3339(at) for field, at in times.items()}
    return asset


def lived(asset: dict[str, Any]) -> Resource | Ended | None:
    return SPECS["compute/instance"].read(asset, SCOPE)


def test_a_running_machine_counts_from_its_last_start() -> None:
    machine = lived(instance("RUNNING", lastStartTimestamp=NOON))
    assert isinstance(machine, Resource)
    assert machine.started == NOON


def test_a_machine_that_runs_again_tells_the_end_of_the_run_before() -> None:
    machine = lived(
        instance("RUNNING", lastStartTimestamp=NOON, lastStopTimestamp=NOON - 10 * HOUR)
    )
    assert isinstance(machine, Ended)
    assert machine.at == NOON - 10 * HOUR
    assert machine.left is not None
    assert machine.left.started == NOON


@pytest.mark.parametrize(
    ("status", "field"),
    [("TERMINATED", "lastStopTimestamp"), ("SUSPENDED", "lastSuspendedTimestamp")],
)
def test_a_stopped_machine_ran_until_it_stopped(status: str, field: str) -> None:
    machine = lived(instance(status, lastStartTimestamp=NOON, **{field: NOON + HOUR}))
    assert isinstance(machine, Ended)
    assert (machine.resource.started, machine.at) == (NOON, NOON + HOUR)
    assert machine.resource.components
    assert machine.left is not None
    assert not machine.left.components


def test_a_start_under_way_is_no_run_that_began_after_it_ended() -> None:
    machine = lived(instance("STAGING", lastStartTimestamp=NOON, lastStopTimestamp=NOON - HOUR))
    assert isinstance(machine, Ended)
    assert (machine.resource.started, machine.at) == (None, NOON - HOUR)


def test_a_machine_that_was_resumed_says_not_since_when() -> None:
    machine = lived(
        instance("RUNNING", lastStartTimestamp=NOON, lastSuspendedTimestamp=NOON + HOUR)
    )
    assert isinstance(machine, Resource)
    assert machine.started is None


@pytest.mark.parametrize(
    ("status", "times", "at"),
    [
        ("RUNNING", {}, NOON + HOUR),
        ("RUNNING", {"lastStopTimestamp": NOON - HOUR}, NOON + HOUR),
        ("TERMINATED", {"lastStopTimestamp": NOON + 60}, NOON + 60),
    ],
)
def test_a_deleted_machine_ran_until_then_or_until_it_was_stopped(
    status: str, times: dict[str, float], at: float
) -> None:
    asset = instance(status, lastStartTimestamp=NOON, **times)
    machine = lived(asset | {"deletedAt": rfc3339(NOON + HOUR)})
    assert isinstance(machine, Ended)
    assert (machine.resource.started, machine.at, machine.left) == (NOON, at, None)


def test_a_job_that_has_ended_ran_from_its_start_to_its_end() -> None:
    [nightly] = [asset for asset in recorded() if asset["name"].endswith("/customJobs/9002")]
    ended = SPECS["aiplatform/custom_job"].read(nightly, SCOPE)
    assert isinstance(ended, Ended)
    assert ended.resource.started is not None
    assert ended.at - ended.resource.started == 18.5 * 60
    assert {part.kind for part in ended.resource.components} == {"block", "memory", "vcpu"}


def test_a_job_is_the_machines_of_all_its_pools() -> None:
    running = SPECS["aiplatform/custom_job"].read(first_of("aiplatform/custom_job"), SCOPE)
    assert isinstance(running, Resource)
    vcpus = sum(part.amount for part in running.components if part.kind == "vcpu")
    boards = sum(part.amount for part in running.components if part.kind == "gpu")
    disks = sum(part.amount for part in running.components if part.kind == "block")
    assert (vcpus, boards, disks) == (8 + 3 * 4, 2, 400)


def test_a_job_that_never_ran_has_no_start() -> None:
    job = first_of("aiplatform/custom_job")
    job["resource"]["data"] |= {"state": "JOB_STATE_CANCELLED", "endTime": rfc3339(NOON)}
    del job["resource"]["data"]["startTime"]
    ended = SPECS["aiplatform/custom_job"].read(job, SCOPE)
    assert isinstance(ended, Ended)
    assert ended.resource.started is None


@pytest.mark.parametrize("kind", ["compute/disk", "compute/region_disk", "tpu/node"])
def test_what_has_an_end_in_its_history_ended_then(kind: str) -> None:
    asset = first_of(kind) | {"deletedAt": rfc3339(NOON + 9 * HOUR)}
    ended = SPECS[kind].read(asset, SCOPE)
    assert isinstance(ended, Ended)
    assert ended.at == NOON + 9 * HOUR


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("2026-11-24T12:00:00Z", NOON),
        ("2026-11-24T04:00:00.000-08:00", NOON),
        ("2026-11-24T12:00:00.123456789Z", NOON + 0.123456),
        (str(int(NOON * 1000)), NOON),
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00Z", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        ([1], None),
    ],
)
def test_a_time_is_read_as_google_writes_it(told: Any, expected: float | None) -> None:
    assert moment(told) == pytest.approx(expected)
