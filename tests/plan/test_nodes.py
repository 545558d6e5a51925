"""Nodes of a plan: their disks from launch templates, and those of GKE and Memorystore."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cloud_carbon_exporter import estimate
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.plan.plan import Plan
from cloud_carbon_exporter.providers.gcp.describing.hardware import hidden
from tests.plan.plans import change, plan_of, watts_of


def watts(region: str, *parts: Component) -> float:
    cloud = "aws" if region.startswith("eu-") else "gcp"
    return estimate.components(parts, cloud, region, kind="compute/instance").power_watts.value


def many(count: float, *parts: Component) -> list[Component]:
    return [replace(part, amount=part.amount * count) for part in parts]


def block(part: str, gib: float) -> Component:
    return Component("block", part, gib)


def ssd(gib: float) -> Component:
    return Component("ssd", "ssd", gib)


def mapped(**ebs: Any) -> dict[str, Any]:
    return {"device_name": "/dev/xvda", "ebs": [ebs]}


TEMPLATE = {
    "id": "lt-1",
    "name": "web",
    "instance_type": "m5.large",
    "block_device_mappings": [
        mapped(volume_size=500, volume_type="io2"),
        {"device_name": "/dev/sdb", "virtual_name": "ephemeral0"},
        mapped(volume_size=40),
    ],
}
BY_TEMPLATE = {"launch_template": [{"id": "lt-1", "name": "web", "version": "1"}]}
DISKS = (block("aws/io2", 500), block("aws/gp3", 40))


def launched(address: str, values: dict[str, Any], template: dict[str, Any] = TEMPLATE) -> float:
    values = {**values, "region": "eu-west-1"}
    plan = plan_of(change(address, None, values), change("aws_launch_template.t", None, template))
    return watts_of(plan, address)


def test_nodes_of_eks_have_the_disks_of_their_template() -> None:
    values = {"instance_types": ["m5.large"], "scaling_config": [{"desired_size": 3}]}
    node = components(machine("aws", "m5.large"))
    group = "aws_eks_node_group.n"
    expected = watts("eu-west-1", *many(3, *node, *DISKS))
    assert launched(group, {**values, **BY_TEMPLATE}) == pytest.approx(expected)
    own = watts("eu-west-1", *many(3, *node, block("aws/gp3", 60)))
    assert launched(group, {**values, "disk_size": 60}) == pytest.approx(own)
    bare = {"id": "lt-1", "user_data": "x"}
    usual = watts("eu-west-1", *many(3, *node, block("aws/gp3", 20)))
    assert launched(group, {**values, **BY_TEMPLATE}, bare) == pytest.approx(usual)


@pytest.mark.parametrize("address", ["aws_instance.a", "aws_spot_instance_request.a"])
def test_an_instance_has_from_its_template_what_it_does_not_say(address: str) -> None:
    expected = watts("eu-west-1", *components(machine("aws", "m5.large")), *DISKS)
    assert launched(address, BY_TEMPLATE) == pytest.approx(expected)
    # as it stands, its own blocks say all that the template made
    root = {"root_block_device": [{"volume_size": 500, "volume_type": "io2"}]}
    more = {"ebs_block_device": [{"volume_size": 40, "volume_type": "gp3"}]}
    stands = {"instance_type": "m5.large", **root, **more, **BY_TEMPLATE}
    assert launched(address, stands) == pytest.approx(expected)


SCRATCH = {"type": "SCRATCH", "disk_type": "local-ssd", "interface": "NVME"}


@pytest.mark.parametrize(
    ("machine_type", "gib"),
    [("n1-standard-4", 375 + 3000), ("c3-standard-8-lssd", 750)],  # 750 come with the type
)
@pytest.mark.parametrize(
    "address",
    [
        "google_compute_instance_group_manager.m",
        "google_compute_region_instance_group_manager.m",
    ],
)
def test_a_scratch_disk_of_a_template_is_a_local_ssd(
    address: str, machine_type: str, gib: float
) -> None:
    disks = [
        {"boot": True, "type": "PERSISTENT", "disk_type": "pd-balanced", "disk_size_gb": 50},
        SCRATCH,
        {**SCRATCH, "disk_size_gb": 3000},
    ]
    template = {"id": "projects/p/t", "machine_type": machine_type, "disk": disks}
    values = {"zone": "europe-west1-b", "region": "europe-west1", "target_size": 2}
    group = {**values, "version": [{"instance_template": "projects/p/t"}]}
    plan = plan_of(
        change(address, None, group), change("google_compute_instance_template.t", None, template)
    )
    held = [part for part in components(machine("gcp", machine_type)) if part.kind != "ssd"]
    expected = watts("europe-west1-b", *many(2, *held, block("gcp/pd-balanced", 50), ssd(gib)))
    assert watts_of(plan, address) == pytest.approx(expected)


def test_local_disks_of_a_type_stand_in_its_instance_once_more() -> None:
    values = {"machine_type": "c3-standard-8-lssd", "zone": "europe-west1-b"}
    listed = {**values, "scratch_disk": [{"interface": "NVME"}, {"interface": "NVME"}]}
    address = "google_compute_instance.a"
    once, twice = (plan_of(change(address, None, each)) for each in (values, listed))
    assert watts_of(twice, address) == watts_of(once, address)


CLUSTER = "google_container_cluster.c"
E2 = components(machine("gcp", "e2-standard-4"))
CONFIG = {"machine_type": "e2-standard-4", "disk_size_gb": 50, "disk_type": "pd-ssd"}
NODE = (*E2, block("gcp/pd-ssd", 50))


def control_plane(count: int) -> Component:
    return Component("fixed", "gcp/gke-control-plane", count)


def cluster(**values: Any) -> Plan:
    return plan_of(change(CLUSTER, None, {"location": "europe-west1-b", **values}))


@pytest.mark.parametrize(
    ("values", "nodes", "control_planes"),
    [
        ({"initial_node_count": 2, "node_config": [CONFIG]}, 2, 1),
        # a zonal cluster names its other zones
        ({"initial_node_count": 2, "node_config": [CONFIG], "node_locations": ["x", "y"]}, 6, 1),
        ({"location": "europe-west1", "initial_node_count": 2, "node_config": [CONFIG]}, 6, 3),
        (
            {
                "location": "europe-west1",
                "initial_node_count": 2,
                "node_config": [CONFIG],
                "node_locations": ["a", "b"],
            },
            4,
            3,
        ),
        ({"initial_node_count": 1, "remove_default_node_pool": True}, 0, 1),
        ({"enable_autopilot": True, "initial_node_count": 1}, 0, 1),
        # as it stands: pools that are resources, and those of Autopilot, are told here once more
        ({"remove_default_node_pool": True, "node_pool": [{"node_count": 5}]}, 0, 1),
        ({"enable_autopilot": True, "node_pool": [{"node_count": 5}]}, 0, 1),
        (
            {
                "initial_node_count": 2,
                "node_config": [CONFIG],
                "node_pool": [{"name": "default-pool", "node_config": [CONFIG], "node_count": 2}],
            },
            2,
            1,
        ),
        # pools that are written in the cluster
        (
            {
                "node_pool": [
                    {"initial_node_count": 2, "node_config": [CONFIG]},
                    {"node_count": 4, "initial_node_count": 1, "node_config": [CONFIG]},
                    {"autoscaling": [{"min_node_count": 3}], "node_config": [CONFIG]},
                    {"node_count": 1, "node_locations": ["a", "b"], "node_config": [CONFIG]},
                ]
            },
            11,
            1,
        ),
    ],
)
def test_a_cluster_of_gke_is_its_control_plane_and_the_nodes_it_makes_itself(
    values: dict[str, Any], nodes: int, control_planes: int
) -> None:
    place = values.get("location", "europe-west1-b")
    expected = watts(place, *many(nodes, *NODE), control_plane(control_planes))
    assert watts_of(cluster(**values), CLUSTER) == pytest.approx(expected)


def test_a_cluster_of_autopilot_says_what_is_left_out() -> None:
    (planned,) = cluster(enable_autopilot=True).resources
    assert planned.after is not None
    assert "pods of Autopilot" in planned.after.reason


def test_a_count_of_nodes_that_is_not_known_yet_is_one_and_said() -> None:
    open_count = change(CLUSTER, None, {"location": "europe-west1-b"}, {"initial_node_count": True})
    plan, one = plan_of(open_count), cluster(initial_node_count=1)
    assert watts_of(plan, CLUSTER) == pytest.approx(watts_of(one, CLUSTER))


@pytest.mark.parametrize(
    "written",
    [
        {"local_ssd_count": 2},
        {"local_ssd_count": 0, "ephemeral_storage_local_ssd_config": [{"local_ssd_count": 2}]},
        {"local_nvme_ssd_block_config": [{"local_ssd_count": 2}]},
    ],
)
@pytest.mark.parametrize(
    ("address", "around"),
    [
        ("google_container_node_pool.p", lambda pool: pool),
        (CLUSTER, lambda pool: {"initial_node_count": 3, "node_config": pool["node_config"]}),
        (CLUSTER, lambda pool: {"node_pool": [pool, {"node_count": 0}]}),
    ],
)
def test_local_ssds_of_nodes_are_counted(
    address: str, around: Any, written: dict[str, Any]
) -> None:
    drawn: list[float] = []
    for more in ({}, written):
        node = {**CONFIG, "machine_type": "n2-standard-4", **more}
        pool = {"node_count": 3, "node_config": [node]}
        values = {"location": "europe-west1-b", **around(pool)}
        drawn.append(watts_of(plan_of(change(address, None, values)), address))
    assert drawn[1] - drawn[0] == pytest.approx(watts("europe-west1-b", ssd(3 * 2 * 375)))


@pytest.mark.parametrize(
    ("values", "nodes"),
    [
        ({"tier": "BASIC"}, 1),
        ({"tier": "BASIC", "replica_count": 0}, 1),
        ({}, 1),
        ({"tier": "STANDARD_HA"}, 2),
        ({"tier": "STANDARD_HA", "replica_count": 1}, 2),
        ({"tier": "STANDARD_HA", "replica_count": 4, "read_replicas_mode": "x"}, 5),
    ],
)
def test_redis_of_google_is_the_nodes_that_the_exporter_takes(
    values: dict[str, Any], nodes: int
) -> None:
    address = "google_redis_instance.r"
    given = {"memory_size_gb": 26, "region": "europe-west1", **values}
    plan = plan_of(change(address, None, given))
    parts = many(nodes, *hidden(2, 26, "as it is"))
    expected = estimate.components(parts, "gcp", "europe-west1", kind="redis/instance")
    assert watts_of(plan, address) == pytest.approx(expected.power_watts.value)


def test_redis_whose_memory_is_not_known_yet_is_no_small_one() -> None:
    plan = plan_of(change("google_redis_instance.r", None, {"tier": "BASIC"}))
    assert plan.unknown_after == ("google_redis_instance.r",)
