"""States of every kind: held to the SDK's enumerations, and what each phase leaves of an object.

The SDK is generated from Scaleway's API definition: nobody here wrote its enumerations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.fakes.scaleway import ORGANIZATION
from tests.fakes.scaleway_schema import response_type
from tests.over_all import over_all
from tests.providers.scaleway.support import all_recorded, held, recorded

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.description import Description, States
from cloud_carbon_exporter.providers.scaleway import PROVIDER
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

pytestmark = pytest.mark.slow

PARIS = Scope("scaleway", ORGANIZATION, "fr-par", "fr-par-1")
SPECS = {spec.kind: spec for spec in PROVIDER.services}

ENUMS = {
    "apple_silicon/server": "applesilicon.v1alpha1.ServerStatus",
    "baremetal/server": "baremetal.v1.ServerStatus",
    "block/snapshot": "block.v1.SnapshotStatus",
    "block/volume": "block.v1.VolumeStatus",
    "containers/container": "container.v1.ContainerStatus",
    "datalab/datalab": "datalab.v1beta1.DatalabStatus",
    "datawarehouse/deployment": "datawarehouse.v1beta1.DeploymentStatus",
    "dedibox/server": "dedibox.v1.ServerStatus",
    "dedibox/rpn_san": "dedibox.v1.RpnSanStatus",
    "edge_services/pipeline": "edge_services.v1beta1.PipelineStatus",
    "file/filesystem": "file.v1alpha1.FileSystemStatus",
    "functions/function": "function.v1beta1.FunctionStatus",
    "inference/deployment": "inference.v1.DeploymentStatus",
    "instance/server": "instance.v1.ServerState",
    "instance/snapshot": "instance.v1.SnapshotState",
    "instance/volume": "instance.v1.VolumeState",
    "jobs/run": "jobs.v1alpha2.JobRunState",
    "k8s/cluster": "k8s.v1.ClusterStatus",
    "kafka/cluster": "kafka.v1alpha1.ClusterStatus",
    "lb/lb": "lb.v1.LbStatus",
    "messageq/deployment": "messageq.v1alpha1.DeploymentStatus",
    "mongodb/instance": "mongodb.v1.InstanceStatus",
    "mongodb/snapshot": "mongodb.v1.SnapshotStatus",
    "rdb/backup": "rdb.v1.DatabaseBackupStatus",
    "rdb/instance": "rdb.v1.InstanceStatus",
    "rdb/snapshot": "rdb.v1.SnapshotStatus",
    "redis/cluster": "redis.v1.ClusterStatus",
    "registry/namespace": "registry.v1.NamespaceStatus",
    "s2s_vpn/gateway": "s2s_vpn.v1alpha1.VpnGatewayStatus",
    "searchdb/deployment": "searchdb.v1alpha1.DeploymentStatus",
    "serverless_sqldb/backup": "serverless_sqldb.v1alpha1.DatabaseBackupStatus",
    "serverless_sqldb/database": "serverless_sqldb.v1alpha1.DatabaseStatus",
    "vpc_gw/gateway": "vpcgw.v2.GatewayStatus",
}
"""The enumeration of the SDK for each kind that has states."""

NO_STATES = {
    "generative_apis/model": "a model of Cockpit's series, which no API lists",
    "jobs/definition": "a definition has none, and holds nothing",
    "object/bucket": "S3 knows none",
}

BEYOND_THE_ENUM = {
    "instance/server": {"deleted"},  # ours: the list shows it no more, the audit trail tells of it
    "serverless_sqldb/database": {"asleep"},  # ours: the API says it in another field
    # The products of this family that can be stopped say so with this word; these may come to.
    "messageq/deployment": {"stopped"},
    "mongodb/instance": {"stopped"},
    "searchdb/deployment": {"stopped"},
}
"""Words of our tables that no enumeration has, with the reason."""


def words_of(kind: str) -> set[str]:
    """Words of a kind's enumeration.

    One of them means that the SDK cannot say which it is: that is a state nobody knows.
    """
    words = {str(member.value) for member in response_type(ENUMS[kind])}
    return {word for word in words if not word.startswith("unknown")}


def in_state(spec: ServiceSpec, raw: Raw, state: str) -> dict[str, Any]:
    """An object in this state, as its API writes it."""
    field = "state" if spec.kind.startswith("instance/") else "status"
    return {**raw, field: state}


def resource(kind: str, state: str) -> Resource | None:
    spec = SPECS[kind]
    return spec.resource(in_state(spec, recorded(spec), state), PARIS)


def described(spec: ServiceSpec, raw: Raw, state: str) -> Description:
    description = spec.describe(in_state(spec, raw, state), PARIS)
    assert isinstance(description, Description)
    return description


def table_of(kind: str) -> States:
    table = SPECS[kind].states
    assert table is not None
    return table


def test_every_kind_with_states_names_its_enumeration() -> None:
    assert set(ENUMS) | set(NO_STATES) == set(SPECS)
    for kind, spec in SPECS.items():
        assert (spec.states is None) == (kind in NO_STATES), kind


@pytest.mark.parametrize("kind", ENUMS)
def test_the_enumeration_is_of_the_version_we_list(kind: str) -> None:
    assert SPECS[kind].listing.path.split("/")[1] == ENUMS[kind].split(".")[1]


@pytest.mark.parametrize("kind", ENUMS)
def test_every_state_of_the_sdk_has_its_phase_and_ours_are_no_others(kind: str) -> None:
    known = table_of(kind).known
    assert known - BEYOND_THE_ENUM.get(kind, set()) == words_of(kind)


CASES: list[tuple[str, str]] = []
for known_kind in ENUMS:
    CASES += ((known_kind, state) for state in sorted(table_of(known_kind).known))


@over_all(("kind", "state"), CASES)
def test_what_each_phase_leaves_of_an_object(kind: str, state: str) -> None:
    spec, phase = SPECS[kind], table_of(kind).phase(state)
    for raw in all_recorded(spec):
        description = described(spec, raw, state)
        seen = spec.resource(in_state(spec, raw, state), PARIS)
        if phase == "gone":
            assert seen is None
            continue
        assert seen is not None
        running = description.running if phase == "running" else ()
        assert seen.components == (*running, *description.kept)


@pytest.mark.parametrize("kind", ENUMS)
def test_a_state_nobody_knows_is_taken_as_running_and_says_so(kind: str) -> None:
    spec = SPECS[kind]
    for raw in all_recorded(spec):
        description = described(spec, raw, "dreaming")
        seen = spec.resource(in_state(spec, raw, "dreaming"), PARIS)
        assert seen is not None
        running = seen.components[: len(description.running)]
        kept = seen.components[len(description.running) :]
        assert all(part.assumed for part in running)
        assert [replace(part, assumed="") for part in running] == [
            replace(part, assumed="") for part in description.running
        ]
        assert kept == description.kept


@pytest.mark.parametrize(
    ("kind", "state", "kept"),
    [
        ("kafka/cluster", "stopped", {("block", "scaleway/sbs_5k"): 300}),
        ("mongodb/instance", "stopped", {("block", "scaleway/sbs_5k"): 150}),
        ("searchdb/deployment", "stopped", {("block", "scaleway/sbs_5k"): 40}),
        ("datawarehouse/deployment", "stopped", {("block", "scaleway/sbs_5k"): 2}),
        ("redis/cluster", "suspended", {}),
        ("lb/lb", "stopped", {}),
        ("vpc_gw/gateway", "stopped", {}),
        ("baremetal/server", "stopped", {}),
        ("functions/function", "created", {}),
    ],
)
def test_what_is_stopped_stays_in_the_ledger_with_its_disks(
    kind: str, state: str, kept: Mapping[tuple[str, str], float]
) -> None:
    """As long as it is not deleted it is there, and its disks draw; it used to vanish with them."""
    seen = resource(kind, state)
    assert seen is not None
    assert held(seen) == kept


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("inference/deployment", "error"),
        ("lb/lb", "error"),
        ("lb/lb", "pending"),
        ("rdb/instance", "disk_full"),
        ("vpc_gw/gateway", "failed"),
        ("instance/server", "locked"),
        ("apple_silicon/server", "reinstalling"),
    ],
)
def test_what_failed_or_changes_still_holds_its_hardware(kind: str, state: str) -> None:
    seen = resource(kind, state)
    assert seen is not None
    assert seen.components
    assert not any(part.assumed.startswith("unknown state") for part in seen.components)


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("kafka/cluster", "creating"),
        ("rdb/instance", "provisioning"),
        ("baremetal/server", "ordered"),
        ("baremetal/server", "deleting"),
        ("dedibox/server", "delivering"),
        ("lb/lb", "to_create"),
        ("k8s/cluster", "deleted"),
        ("block/volume", "deleting"),
        ("vpc_gw/gateway", "allocating"),
    ],
)
def test_what_is_not_there_yet_or_no_more_is_no_resource(kind: str, state: str) -> None:
    assert resource(kind, state) is None


@pytest.mark.parametrize("started", [True, False])
def test_a_serverless_database_asleep_holds_nothing(started: bool) -> None:
    spec = SPECS["serverless_sqldb/database"]
    raw = {**in_state(spec, recorded(spec), "ready"), "started": started, "cpu_current": 2}
    seen = spec.resource(raw, PARIS)
    assert seen is not None
    assert bool(seen.components) == started
    assert spec.resource({**raw, "status": "deleting"}, PARIS) is None
