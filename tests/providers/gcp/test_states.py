"""States of every kind: each word Google's enumerations have, and what a resource holds in it."""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

import pytest
from tests.fakes import gcp_discovery
from tests.fakes.gcp_estate import recorded
from tests.over_all import over_all
from tests.providers.gcp.sweeps import NOT_LISTED

from cloud_carbon_exporter.collect.due_reads import signals
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, Phase, States
from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.ownership import OWNERS
from cloud_carbon_exporter.providers.spec import Scope, ServiceSpec

pytestmark = pytest.mark.slow

SCOPE = Scope("gcp", "shop-prod")
SPECS = {spec.kind: spec for spec in PROVIDER.services}
WITH_STATES = [spec for spec in PROVIDER.services if spec.states]


class Enumeration(NamedTuple):
    """Where a discovery document enumerates the states of a kind: document, schema, property.

    within: the property of the object that holds a value of that schema; empty for itself.
    """

    document: str
    schema: str
    key: str
    within: str = ""


ENUMERATIONS = {
    "aiplatform/batch_prediction_job": Enumeration(
        "aiplatform.v1", "GoogleCloudAiplatformV1BatchPredictionJob", "state"
    ),
    "aiplatform/custom_job": Enumeration(
        "aiplatform.v1", "GoogleCloudAiplatformV1CustomJob", "state"
    ),
    "aiplatform/notebook_runtime": Enumeration(
        "aiplatform.v1", "GoogleCloudAiplatformV1NotebookRuntime", "runtimeState"
    ),
    "aiplatform/persistent_resource": Enumeration(
        "aiplatform.v1", "GoogleCloudAiplatformV1PersistentResource", "state"
    ),
    "aiplatform/tuning_job": Enumeration(
        "aiplatform.v1", "GoogleCloudAiplatformV1TuningJob", "state"
    ),
    "alloydb/backup": Enumeration("alloydb.v1", "Backup", "state"),
    "alloydb/cluster": Enumeration("alloydb.v1", "Cluster", "state"),
    "alloydb/instance": Enumeration("alloydb.v1", "Instance", "state"),
    "backupdr/backup_vault": Enumeration("backupdr.v1", "BackupVault", "state"),
    "apigee/instance": Enumeration("apigee.v1", "GoogleCloudApigeeV1Instance", "state"),
    "bigquery/project": Enumeration("cloudresourcemanager.v1", "Project", "lifecycleState"),
    "bigtableadmin/backup": Enumeration("bigtableadmin.v2", "Backup", "state"),
    "bigtableadmin/cluster": Enumeration("bigtableadmin.v2", "Cluster", "state"),
    "cloudfunctions/cloud_function": Enumeration("cloudfunctions.v1", "CloudFunction", "status"),
    "composer/environment": Enumeration("composer.v1beta1", "Environment", "state"),
    "compute/disk": Enumeration("compute.v1", "Disk", "status"),
    "compute/image": Enumeration("compute.v1", "Image", "status"),
    "compute/instance": Enumeration("compute.v1", "Instance", "status"),
    "compute/instant_snapshot": Enumeration("compute.v1", "InstantSnapshot", "status"),
    "compute/interconnect": Enumeration("compute.v1", "Interconnect", "state"),
    "compute/interconnect_attachment": Enumeration("compute.v1", "InterconnectAttachment", "state"),
    "compute/machine_image": Enumeration("compute.v1", "MachineImage", "status"),
    "compute/node_group": Enumeration("compute.v1", "NodeGroup", "status"),
    "compute/region_disk": Enumeration("compute.v1", "Disk", "status"),
    "compute/reservation": Enumeration("compute.v1", "Reservation", "status"),
    "compute/snapshot": Enumeration("compute.v1", "Snapshot", "status"),
    "compute/storage_pool": Enumeration("compute.v1", "StoragePool", "state"),
    "compute/vpn_tunnel": Enumeration("compute.v1", "VpnTunnel", "status"),
    "container/cluster": Enumeration("container.v1", "Cluster", "status"),
    "file/backup": Enumeration("file.v1", "Backup", "state"),
    "file/instance": Enumeration("file.v1", "Instance", "state"),
    "firestore/backup": Enumeration("firestore.v1", "GoogleFirestoreAdminV1Backup", "state"),
    "gkebackup/backup": Enumeration("gkebackup.v1", "Backup", "state"),
    "dataflow/job": Enumeration("dataflow.v1b3", "Job", "currentState"),
    "datafusion/instance": Enumeration("datafusion.v1", "Instance", "state"),
    "dataproc/batch": Enumeration("dataproc.v1", "Batch", "state"),
    "dataproc/session": Enumeration("dataproc.v1", "Session", "state"),
    "looker/instance": Enumeration("looker.v1", "Instance", "state"),
    "managedkafka/cluster": Enumeration("managedkafka.v1", "Cluster", "state"),
    "managedkafka/connect_cluster": Enumeration("managedkafka.v1", "ConnectCluster", "state"),
    "memcache/instance": Enumeration("memcache.v1", "Instance", "state"),
    "netapp/storage_pool": Enumeration("netapp.v1", "StoragePool", "state"),
    "oracledatabase/autonomous_database": Enumeration(
        "oracledatabase.v1", "AutonomousDatabaseProperties", "state", "properties"
    ),
    "oracledatabase/cloud_exadata_infrastructure": Enumeration(
        "oracledatabase.v1", "CloudExadataInfrastructureProperties", "state", "properties"
    ),
    "parallelstore/instance": Enumeration("parallelstore.v1", "Instance", "state"),
    "redis/cluster": Enumeration("redis.v1", "Cluster", "state"),
    "redis/instance": Enumeration("redis.v1", "Instance", "state"),
    "spanner/backup": Enumeration("spanner.v1", "Backup", "state"),
    "spanner/instance": Enumeration("spanner.v1", "Instance", "state"),
    "sql/backup": Enumeration("sqladmin.v1", "Backup", "state"),
    "sql/instance": Enumeration("sqladmin.v1", "DatabaseInstance", "state"),
    "tpu/node": Enumeration("tpu.v2", "Node", "state"),
    "vmwareengine/cluster": Enumeration("vmwareengine.v1", "Cluster", "state"),
}

# google-api-python-client brings no document of these two; their references have the words:
# https://docs.cloud.google.com/managed-lustre/docs/reference/rest/v1/projects.locations.instances
# https://cloud.google.com/ruby/docs/reference/google-cloud-memorystore-v1/latest/
# Google-Cloud-Memorystore-V1-Instance-State
DOCUMENTED = {
    "lustre/instance": (
        "STATE_UNSPECIFIED",
        "ACTIVE",
        "CREATING",
        "DELETING",
        "UPGRADING",
        "REPAIRING",
        "STOPPED",
        "UPDATING",
    ),
    "memorystore/instance": ("STATE_UNSPECIFIED", "CREATING", "ACTIVE", "UPDATING", "DELETING"),
}

OF_OURS = {
    "compute/disk": {"deleted"},
    "compute/instance": {"deleted"},
    "compute/region_disk": {"deleted"},
    "sql/instance": {"stopped"},
    "tpu/node": {"deleted"},
}
"""Words that no enumeration has and `describe` makes of what is no state: an activation policy,
the history of an asset.
"""

NOBODY_KNOWS = {"JOB_STATE_UNKNOWN", "STATE_NOT_KNOWN", "UNKNOWN"}
"""Words by which an API says that it does not know, beside those that end in _UNSPECIFIED."""

STOPPED_OTHERWISE = {"parked"}
"""Recorded objects that something else than their state has stopped."""

KEPT = {
    "aiplatform/notebook_runtime": {"block"},
    "alloydb/backup": {"snapshot"},
    "alloydb/cluster": {"object"},
    "artifactregistry/repository": {"object"},
    "backupdr/backup_vault": {"snapshot"},
    "bigquery/dataset": {"object"},
    "bigtableadmin/backup": {"snapshot"},
    "bigtableadmin/cluster": {"object"},
    "compute/disk": {"block"},
    "compute/image": {"snapshot"},
    "compute/instant_snapshot": {"snapshot"},
    "compute/machine_image": {"snapshot"},
    "compute/region_disk": {"block"},
    "compute/snapshot": {"snapshot"},
    "compute/storage_pool": {"block"},
    "file/backup": {"snapshot"},
    "file/instance": {"file"},
    "firestore/backup": {"snapshot"},
    "firestore/database": {"object"},
    "gkebackup/backup": {"snapshot"},
    "spanner/backup": {"snapshot"},
    "lustre/instance": {"file"},
    "managedkafka/cluster": {"block"},
    "netapp/storage_pool": {"file", "object"},
    "oracledatabase/autonomous_database": {"block", "snapshot"},
    "spanner/instance": {"object"},
    "sql/backup": {"snapshot"},
    "sql/instance": {"block"},
    "storage/bucket": {"object"},
}
"""Kind -> the kinds of component it keeps in whatever state; nothing for the others."""


def words(kind: str) -> tuple[str, ...]:
    """Every state a kind may be in, as Google enumerates them."""
    if kind in DOCUMENTED:
        return DOCUMENTED[kind]
    where = ENUMERATIONS[kind]
    schema = gcp_discovery.document(where.document)["schemas"][where.schema]
    return tuple(schema["properties"][where.key]["enum"])


def told(kind: str) -> set[str]:
    """The states that say something, in lower case as a table of states has them."""
    unspecified = {word for word in words(kind) if word.endswith("_UNSPECIFIED")}
    return {word.lower() for word in set(words(kind)) - unspecified - NOBODY_KNOWS}


def states_of(spec: ServiceSpec) -> States:
    assert spec.states is not None
    return spec.states


@over_all("spec", WITH_STATES, ids=lambda spec: spec.kind)
def test_the_table_of_a_kind_has_the_states_that_google_enumerates(spec: ServiceSpec) -> None:
    assert states_of(spec).known == told(spec.kind) | OF_OURS.get(spec.kind, set())


def test_every_kind_with_states_is_held_against_an_enumeration() -> None:
    assert {spec.kind for spec in WITH_STATES} == {*ENUMERATIONS, *DOCUMENTED}


def test_version_3_of_a_project_has_no_other_states_than_version_1() -> None:
    schema = gcp_discovery.document("cloudresourcemanager.v3")["schemas"]["Project"]
    project_words = {word.lower() for word in schema["properties"]["state"]["enum"]}
    assert project_words - {"state_unspecified"} <= states_of(SPECS["bigquery/project"]).known


def has_states(asset: dict[str, Any]) -> bool:
    """Whether Google enumerates states for an asset: by the schema its recording names."""
    resource = asset["resource"]
    name = f"{asset['assetType'].partition('.')[0]}.{resource['version']}"
    if not (gcp_discovery.DOCUMENTS / f"{name}.json").exists():
        return True
    schema = gcp_discovery.document(name)["schemas"][resource["discoveryName"]]
    inner = schema["properties"].get("properties", {}).get("$ref", "")
    held = [schema, *(gcp_discovery.document(name)["schemas"][each] for each in [inner] if each)]
    return any(enumerated(each["properties"]) for each in held)


def enumerated(properties: dict[str, Any]) -> bool:
    words = {"state", "status", "currentState", "lifecycleState", "runtimeState"}
    keys = words & properties.keys()
    return any("enum" in properties[key] for key in keys)


@over_all("kind", sorted(SPECS.keys() - OWNERS["gcp"].keys() - NOT_LISTED))
def test_a_kind_without_a_table_has_no_states(kind: str) -> None:
    spec = SPECS[kind]
    [first, *_] = [asset for asset in recorded() if spec.accepts(asset)]
    assert (spec.states is not None) == has_states(first)


class Case(NamedTuple):
    """A recorded object of a kind, in one state."""

    spec: ServiceSpec
    asset: dict[str, Any]
    word: str


def key_of(kind: str) -> str:
    return "state" if kind in DOCUMENTED else ENUMERATIONS[kind].key


def in_state(spec: ServiceSpec, asset: dict[str, Any], word: str) -> Case:
    changed = copy.deepcopy(asset)
    holder = changed["resource"]["data"]
    if spec.kind in ENUMERATIONS and ENUMERATIONS[spec.kind].within:
        holder = holder[ENUMERATIONS[spec.kind].within]
    holder[key_of(spec.kind)] = word
    return Case(spec, changed, word)


def objects_of(spec: ServiceSpec) -> list[dict[str, Any]]:
    """The recorded objects of a kind that it describes and nothing but their state stops."""
    objects = []
    for asset in filter(spec.accepts, recorded()):
        stopped_otherwise = asset["name"].rpartition("/")[2] in STOPPED_OTHERWISE
        if spec.describe(asset, SCOPE) and not stopped_otherwise:
            objects.append(asset)
    return objects


def cases(phase: Phase | None) -> list[Case]:
    """Every object of each kind with states, in each state of a phase; None: unknown ones."""
    cases_of_phase: list[Case] = []
    for spec in WITH_STATES:
        words_of_phase = [w for w in words(spec.kind) if states_of(spec).phase(w) == phase]
        if phase is None:
            words_of_phase.append("MEDITATING")
        for asset in objects_of(spec):
            cases_of_phase += [in_state(spec, asset, word) for word in words_of_phase]
    return cases_of_phase


def described(case: Case) -> Description:
    description = case.spec.describe(case.asset, SCOPE)
    assert isinstance(description, Description)
    assert description.state == case.word
    return description


def case_id(case: Case) -> str:
    return f"{case.spec.kind} {case.asset['name'].rpartition('/')[2]} {case.word}"


@over_all("case", cases("gone"), ids=case_id)
def test_what_is_gone_is_no_resource(case: Case) -> None:
    assert described(case)
    assert case.spec.resource(case.asset, SCOPE) is None


@over_all("case", cases("stopped"), ids=case_id)
def test_what_is_stopped_holds_what_it_keeps_and_nothing_else(case: Case) -> None:
    resource = case.spec.resource(case.asset, SCOPE)
    assert resource is not None
    assert resource.components == described(case).kept
    assert "cpu_ratio" not in signals(resource)


@over_all("case", cases("running"), ids=case_id)
def test_what_runs_holds_everything(case: Case) -> None:
    resource, description = case.spec.resource(case.asset, SCOPE), described(case)
    assert resource is not None
    assert resource.components == (*description.running, *description.kept)


@over_all("case", cases(None), ids=case_id)
def test_what_is_in_a_state_nobody_knows_is_taken_as_running_and_said_to_be(case: Case) -> None:
    resource, description = case.spec.resource(case.asset, SCOPE), described(case)
    assert resource is not None
    held = (*description.running, *description.kept)
    assert sizes(resource.components) == sizes(held)
    for part, before in zip(resource.components, description.running, strict=False):
        assert part.assumed == (before.assumed or f"unknown state {case.word}")


def test_a_state_that_is_no_word_is_told_in_part() -> None:
    """It becomes a label, and would stand in every scrape."""
    spec = SPECS["compute/instance"]
    resource = spec.resource(in_state(spec, objects_of(spec)[0], "x" * 100_000).asset, SCOPE)
    assert resource is not None
    assert {part.assumed for part in resource.components} == {f"unknown state {'x' * 64}"}


def sizes(parts: tuple[Component, ...]) -> list[tuple[str, str, float]]:
    return [(part.kind, part.part, part.amount) for part in parts]


@over_all("kind", sorted(SPECS.keys() - OWNERS["gcp"].keys()))
def test_what_a_kind_keeps_while_it_is_stopped(kind: str) -> None:
    spec = SPECS[kind]
    kinds: set[str] = set()
    for asset in recorded():
        description = spec.describe(asset, SCOPE) if spec.accepts(asset) else None
        if isinstance(description, Description):
            kinds |= {part.kind for part in description.kept}
    assert kinds == KEPT.get(kind, set())


@pytest.mark.parametrize(
    ("kind", "word", "phase"),
    [
        ("alloydb/cluster", "EMPTY", "gone"),
        ("alloydb/instance", "FAILED", "running"),
        ("bigtableadmin/cluster", "DISABLED", "stopped"),
        ("compute/disk", "UNAVAILABLE", "running"),
        ("compute/instance", "PENDING", "gone"),
        ("compute/instance", "STAGING", "stopped"),
        ("compute/instance", "STOPPING", "running"),
        ("container/cluster", "DEGRADED", "running"),
        ("container/cluster", "ERROR", "gone"),
        ("file/instance", "SUSPENDED", "stopped"),
        ("sql/instance", "FAILED", "stopped"),
        ("sql/instance", "SUSPENDED", "stopped"),
        ("sql/instance", "PENDING_CREATE", "gone"),
        ("tpu/node", "PREEMPTED", "stopped"),
        ("tpu/node", "UNKNOWN", None),
    ],
)
def test_phases_that_could_be_taken_otherwise(kind: str, word: str, phase: Phase | None) -> None:
    assert states_of(SPECS[kind]).phase(word) == phase


def test_a_bigtable_cluster_without_nodes_keeps_its_tables_and_is_read_for_them_alone() -> None:
    spec = SPECS["bigtableadmin/cluster"]
    [asset] = [asset for asset in recorded() if spec.accepts(asset)]
    disabled = spec.resource(in_state(spec, asset, "DISABLED").asset, SCOPE)
    assert disabled is not None
    assert [part.kind for part in disabled.components] == ["object"]
    assert signals(disabled) == {"stored_gib"}
    assert disabled.monitor


@pytest.mark.parametrize("kind", ["sql/instance", "alloydb/instance"])
def test_an_activation_policy_of_never_stops_what_the_api_calls_running(kind: str) -> None:
    spec = SPECS[kind]
    asset = copy.deepcopy(next(asset for asset in recorded() if spec.accepts(asset)))
    data = asset["resource"]["data"]
    holder = data.get("settings", data)
    holder["activationPolicy"] = "NEVER"
    resource = spec.resource(asset, SCOPE)
    assert resource is not None
    assert {part.kind for part in resource.components} == KEPT.get(kind, set())
    assert signals(resource) == frozenset()
