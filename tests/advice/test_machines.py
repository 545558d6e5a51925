"""Sizes and moves of machines: what is offered exists, is smaller, newer, or of Arm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloud_carbon_exporter.advice.moves import all_moves, target
from cloud_carbon_exporter.advice.offered import AURORA, may_move, offers, service_of
from cloud_carbon_exporter.advice.oversized import oversized, scaled
from cloud_carbon_exporter.advice.rules import of_row
from cloud_carbon_exporter.advice.saving import Look
from cloud_carbon_exporter.advice.sizes import smaller
from cloud_carbon_exporter.advice.subject import subject_of
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.machine_tables import is_guessed, type_names
from cloud_carbon_exporter.model.machines import components, machine
from tests.advice.estates import machine_row, seen
from tests.over_all import over_all

PROVIDERS = ("aws", "gcp", "scaleway")
MACHINES = {"aws": "ec2/instance", "gcp": "compute/instance", "scaleway": "instance/server"}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_smaller_types_are_known_and_smaller_in_all(provider: str) -> None:
    lines = 0
    for name in type_names(provider):
        now = machine(provider, name)
        for other in smaller(provider, name):
            lines += 1
            then = machine(provider, other)
            assert not is_guessed(provider, other), (name, other)
            assert then.memory_gib < now.memory_gib, (name, other)
            assert then.vcpus <= now.vcpus, (name, other)
            assert then.architecture == now.architecture, (name, other)
    assert lines > 20


@pytest.mark.parametrize(
    ("provider", "name", "offered"),
    [
        ("aws", "m5.xlarge", {"m5.large"}),
        ("aws", "db.m5.xlarge", {"db.m5.large"}),
        ("aws", "db.m6g.large", set()),  # RDS has no m6g.medium, EC2 has
        ("aws", "m6g.large", {"m6g.medium"}),
        ("aws", "m5.metal", set()),
        ("aws", "x99z.4xlarge", set()),
        ("gcp", "n2-standard-4", {"n2-standard-2"}),
        ("gcp", "db-custom-4-15360", {"db-custom-2-7680"}),
        ("gcp", "n2-custom-6-10240", set()),  # 3 vCPUs are no custom machine
        ("scaleway", "PRO2-XS", {"PRO2-XXS"}),
        ("scaleway", "POP2-4C-16G", {"POP2-2C-8G"}),
        ("scaleway", "POP2-2C-8G", set()),
        ("scaleway", "DB-PRO2-XS", {"DB-PRO2-XXS"}),
    ],
)
def test_names_are_read_as_each_cloud_builds_them(
    provider: str, name: str, offered: set[str]
) -> None:
    assert set(smaller(provider, name)) == offered


@over_all(("provider", "line", "move"), list(all_moves()))
def test_each_move_of_the_facts_makes_a_type_that_is_known(
    provider: str, line: str, move: object
) -> None:
    """Some type of the line has a target, of the architecture that the row says."""
    made: set[str] = set()
    for name in type_names(provider):
        for kind in ("older_generation", "arm"):
            if not name.lower().startswith(line):
                continue
            found = target(provider, name, kind, MACHINES[provider])
            if found is not None:
                made.add(found)
                now, then = machine(provider, name), machine(provider, found)
                assert then.vcpus == now.vcpus
                assert then.memory_gib >= now.memory_gib
                assert (then.architecture == "arm64") == (
                    kind == "arm" or now.architecture == "arm64"
                )
    assert made, move


def test_managed_services_are_offered_what_they_have() -> None:
    assert target("aws", "db.m5.large", "arm", "rds/db_instance") == "db.m7g.large"
    assert target("aws", "cache.m5.large", "arm", "elasticache/cache_cluster") == "cache.m7g.large"
    assert target("aws", "cache.m5.large", "older_generation", "elasticache/cache_cluster") is None
    assert target("aws", "kafka.m5.large", "older_generation", "msk/cluster") is None
    assert target("aws", "c5.large", "older_generation", "gamelift/fleet") is None
    assert target("gcp", "db-n1-standard-4", "older_generation", "sql/instance") is None
    assert set(smaller("aws", "db.t4g.medium", "rds/db_instance")) == {
        "db.t4g.small",
        "db.t4g.micro",
    }
    assert set(smaller("aws", "db.t4g.medium", "memorydb/cluster")) == {"db.t4g.small"}
    assert not smaller("aws", "db.t4g.medium", AURORA)
    assert smaller("scaleway", "db-pro2-xs", "rdb/instance") == ("db-pro2-xxs",)


@pytest.mark.parametrize("p95", [0.1, 0.2, 0.3, 0.4])
def test_the_smaller_size_keeps_its_headroom_and_half_of_the_memory(p95: float) -> None:
    row = machine_row("m5.4xlarge")
    found = oversized(subject_of(row, seen(p95=p95, mean=0.1), Look("location")))
    assert found is not None
    size = found.action.rpartition(" ")[2]
    now, then = machine("aws", "m5.4xlarge"), machine("aws", size)
    room = 1 - figure("advice.headroom_ratio").value
    assert p95 * now.vcpus / then.vcpus <= room
    assert then.memory_gib >= now.memory_gib * figure("advice.least_memory_ratio").value


def test_what_is_busy_stays_as_it_is() -> None:
    assert oversized(subject_of(machine_row(), seen(p95=0.5, mean=0.3), Look("location"))) is None


def test_a_burstable_machine_keeps_within_its_share() -> None:
    """t3.large has 30 % of two vCPUs for ever; of a t3.medium it is 20 %."""
    row = machine_row("t3.large")
    assert oversized(subject_of(row, seen(p95=0.3, mean=0.1), Look("location")))
    assert oversized(subject_of(row, seen(p95=0.3, mean=0.25), Look("location"))) is None


def test_memory_that_is_read_is_respected() -> None:
    row = machine_row("m5.4xlarge")
    read = subject_of(row, seen(p95=0.1, mean=0.05), Look("location"))
    full = read._replace(loads={**read.loads, "memory_gib": 40.0})
    assert oversized(full) is None
    empty = read._replace(loads={**read.loads, "memory_gib": 10.0})
    found = oversized(empty)
    assert found is not None
    assert found.action == "m5.4xlarge to m5.xlarge"
    assert not found.caveat


def test_a_standby_is_scaled_with_its_machine() -> None:
    now, then = machine("aws", "m5.xlarge"), machine("aws", "m5.large")
    twice = components(now) * 2
    parts = scaled(twice, now, then)
    assert parts is not None
    assert sum(part.amount for part in parts if part.kind == "vcpu") == 2 * then.threads
    assert scaled(components(then), now, then) is None


def test_what_is_ordered_no_more_is_not_told() -> None:
    """ENT1 has become POP2, which is not in every zone."""
    assert not smaller("scaleway", "ENT1-M", "instance/server")
    assert not smaller("scaleway", "COPARM1-8C-32G", "instance/server")
    in_zone = [
        target("scaleway", "ENT1-S", "older_generation", "instance/server", zone)
        for zone in ("fr-par-1", "pl-waw-1", "")
    ]
    assert in_zone == ["POP2-8C-32G", None, "POP2-8C-32G"]
    assert target("scaleway", "PLAY2-PICO", "arm", "instance/server") is None
    assert target("scaleway", "PLAY2-NANO", "arm", "instance/server") == "BASIC2-A2C-4G"


@pytest.mark.parametrize(
    ("engine", "kinds"),
    [("mysql", {"arm"}), ("sqlserver-se", set()), ("oracle-ee", set()), ("", set())],
)
def test_a_database_moves_where_its_engine_runs(engine: str, kinds: set[str]) -> None:
    row = machine_row("db.t3.large", kind="rds/db_instance")
    resource = replace(row.resource, info={**row.resource.info, "engine": engine})
    told = of_row(replace(row, resource=resource), seen(), Look("location"))
    assert {each.kind for each in told} & {"arm"} == kinds
    assert may_move(resource) == bool(kinds)


def test_aurora_has_classes_of_its_own() -> None:
    row = machine_row("db.t3.medium", kind="rds/db_instance")
    resource = replace(row.resource, info={"engine": "aurora-mysql", "host_type": "db.t3.medium"})
    assert service_of(resource) == AURORA
    assert target("aws", "db.t3.medium", "arm", AURORA) is None
    assert target("aws", "db.r5.large", "arm", AURORA) == "db.r7g.large"
    assert target("aws", "db.t3.medium", "arm", "rds/db_instance") == "db.t4g.medium"


def test_a_zone_is_asked_only_where_zones_are_known() -> None:
    assert offers("scaleway", "instance/server", "POP2-4C-16G", "pl-waw-1") is False
    assert offers("scaleway", "instance/server", "BASIC2-A4C-16G", "pl-waw-1") is True
    assert offers("scaleway", "instance/server", "PRO2-S") is None
    assert offers("aws", "ec2/instance", "m5.large") is None
