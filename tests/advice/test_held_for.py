"""What a kind is held for: kinds there are, and calls that stop them as the clouds have them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from botocore.session import get_session

from cloud_carbon_exporter.advice.held_for import IN_MEMORY, NOT_BY_PROCESSORS, STOPPABLE
from cloud_carbon_exporter.advice.rules import of_row
from cloud_carbon_exporter.advice.saving import Look
from cloud_carbon_exporter.model.advice import Advice
from cloud_carbon_exporter.service.loading import provider
from tests.advice.estates import machine_row, seen

CALLS = {
    "ec2/instance": "StopInstances",
    "rds/db_instance": "StopDBInstance",
    "docdb/db_instance": "StopDBCluster",
    "docdbelastic/cluster": "StopCluster",
    "lightsail/database": "StopRelationalDatabase",
    "lightsail/instance": "StopInstance",
    "neptune/db_instance": "StopDBCluster",
    "redshift/cluster": "PauseCluster",
    "sagemaker/notebook_instance": "StopNotebookInstance",
    "workspaces/workspace": "StopWorkspaces",
}
"""Calls of AWS that stop a kind."""


def told(kind: str, p95: float = 0.01) -> list[Advice]:
    row = machine_row(cpu=0.01)
    there = replace(row, resource=replace(row.resource, kind=kind))
    return list(of_row(there, seen(p95=p95, mean=0.01), Look("location")))


def kinds_of(cloud: str) -> set[str]:
    return {service.kind for service in provider(cloud).services}


def test_all_kinds_are_kinds_there_are() -> None:
    kinds = kinds_of("aws") | kinds_of("gcp") | kinds_of("scw")
    assert kinds >= NOT_BY_PROCESSORS | STOPPABLE


def test_what_is_told_to_be_stopped_can_be() -> None:
    assert set(CALLS) == STOPPABLE & kinds_of("aws")
    session = get_session()
    for kind, call in CALLS.items():
        service = {"docdbelastic": "docdb-elastic"}.get(kind.split("/")[0], kind.split("/")[0])
        assert call in session.get_service_model(service).operation_names


@pytest.mark.parametrize("kind", sorted(NOT_BY_PROCESSORS))
def test_idle_processors_tell_nothing_of_a_cache_or_a_broker(kind: str) -> None:
    assert "idle" not in {each.kind for each in told(kind)}


@pytest.mark.parametrize("kind", sorted(IN_MEMORY))
def test_what_is_held_for_its_memory_loses_none_of_it(kind: str) -> None:
    assert "oversized" not in {each.kind for each in told(kind, 0.2)}
    assert "oversized" in {each.kind for each in told("ec2/instance", 0.2)}


def test_a_machine_of_a_group_is_told_with_what_runs_it() -> None:
    row = machine_row(cpu=0.01)
    info = {**row.resource.info, "managed_by": "autoscaling/auto_scaling_group"}
    of_group = replace(row, resource=replace(row.resource, info=info))
    (idle, *_) = of_row(of_group, seen(p95=0.01, mean=0.01), Look("location"))
    assert idle.action.startswith("make its autoscaling/auto_scaling_group smaller by one")
    others = list(of_row(of_group, seen(), Look("location")))
    assert "oversized" in {each.kind for each in others}
    for each in others:
        assert "its autoscaling/auto_scaling_group runs it" in each.caveat
    node = replace(row, resource=replace(row.resource, tags={"goog-gke-node": ""}))
    (idle, *_) = of_row(node, seen(p95=0.01, mean=0.01), Look("location"))
    assert "container/node_pool" in idle.action
    assert not [each for each in of_row(row, seen(), Look("location")) if "runs it" in each.caveat]


@pytest.mark.parametrize(
    ("kind", "action", "caveat"),
    [
        ("ec2/instance", "stop it", "rare job may need it"),
        ("rds/db_instance", "stop it", "started again by its cloud after seven days"),
        ("opensearchservice/domain", "delete it", "rare job may need it"),
        ("baremetal/server", "delete it", "rare job may need it"),
    ],
)
def test_what_cannot_be_stopped_is_not_told_to_be(kind: str, action: str, caveat: str) -> None:
    (idle,) = [each for each in told(kind) if each.kind == "idle"]
    assert idle.action.startswith(action)
    assert idle.caveat.endswith(caveat)
