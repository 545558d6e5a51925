"""Boards wherever they are, nodes of GKE and Autopilot and Cloud Run: their watts and load."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes.gcp import GoogleCloud
from tests.fakes.gcp_monitoring import Series
from tests.providers.gcp.conftest import Explore
from tests.providers.gcp.sweeps import Estate, amounts, changed, held, parts
from tests.providers.gcp.test_monitoring import measure, until

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.gcp.describing.containers import boards_per_vcpu

__all__ = ["until"]

INSTANCE, NODE = "compute.googleapis.com/Instance", "gk3-auto-nap-h100-1c-q7"
NUMBER = "4751091017865185090"
L4 = {"resources": {"limits": {"cpu": "4000m", "nvidia.com/gpu": "1"}}}


def power(board: int, watts: float) -> Series:
    return Series(
        "compute.googleapis.com/instance/gpu/power_consumption",
        {"project_id": "shop-prod", "instance_id": NUMBER, "zone": "us-central1-ai1a"},
        watts,
        {"gpu_id": str(board), "gpu_uuid": f"GPU-{board}"},
    )


def busy_container(board: int, percent: float, node: str = NODE) -> Series:
    labels = {"project_id": "shop-prod", "location": "us-central1", "cluster_name": "auto"}
    return Series(
        "kubernetes.io/container/accelerator/duty_cycle",
        {**labels, "namespace_name": "ml", "pod_name": "train-0", "container_name": "main"},
        percent,
        {"make": "nvidia", "accelerator_id": str(board), "model": "nvidia-h100-80gb"},
        system_labels={"node_name": node},
    )


def busy_node(board: int, percent: float) -> Series:
    labels = {"project_id": "shop-prod", "location": "us-central1", "cluster_name": "auto"}
    return Series(
        "kubernetes.io/node/accelerator/duty_cycle",
        {**labels, "node_name": NODE},
        percent,
        {"make": "nvidia", "accelerator_id": str(board), "model": "nvidia-h100-80gb"},
    )


async def test_boards_and_ssd_of_autopilot_stay_its_nodes(estate: Estate) -> None:
    node = estate["compute/instance", NODE]
    assert parts(node) == {"gpu": ("H100 SXM5 80GB", 8), "ssd": ("ssd", 16 * 375)}
    assert (node.location.region, node.location.zone) == ("us-central1", "us-central1-ai1a")
    assert ("compute/instance", "gk3-auto-pool-1-9f-x2") not in estate


@pytest.mark.slow
async def test_watts_of_boards_are_added_up(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    cloud.series = [power(board, 500) for board in range(8)]
    measured = await measure(explore(), until, kinds="compute/instance")
    assert measured.value("compute/instance", NODE, "gpu_watts") == 4000
    # Not seen for 540 seconds, as the list of metrics has it.
    assert measured.points("compute/instance", NODE, "gpu_watts")[-1].end <= until - 300


@pytest.mark.slow
async def test_boards_in_no_container_do_not_work(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    cloud.series = [busy_container(0, 80), busy_container(1, 40), busy_container(0, 99, "other")]
    measured = await measure(explore(), until, kinds="compute/instance")
    ratio = measured.value("compute/instance", NODE, "gpu_ratio")
    assert ratio == pytest.approx((0.8 + 0.4) / 8)


@pytest.mark.slow
async def test_boards_that_containers_share_are_told_by_node(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    cloud.series = [busy_node(board, 50) for board in range(8)]
    measured = await measure(explore(), until, kinds="compute/instance")
    assert measured.value("compute/instance", NODE, "gpu_ratio") == 0.5


@pytest.mark.parametrize(
    ("machine_type", "labels", "asked_by"),
    [
        ("a2-highgpu-1g", {}, {"gpu_instance_id", "agent_instance_id"}),
        ("a2-highgpu-1g", {"goog-gke-node": ""}, {"gpu_instance_id", "node_name", "gpu_node_name"}),
        ("ct6e-standard-4t", {"goog-gke-node": ""}, {"gpu_instance_id", "node_name"}),
        ("n2-standard-8", {"goog-gke-node": ""}, set()),
    ],
)
def test_of_one_board_one_source_tells_the_load(
    machine_type: str, labels: dict[str, str], asked_by: set[str]
) -> None:
    instance = _instance(machineType=f"zones/z/machineTypes/{machine_type}", labels=labels)
    names = {"gpu_instance_id", "agent_instance_id", "node_name", "gpu_node_name"}
    assert instance.monitor.keys() & names == asked_by


def _instance(**data: Any) -> Resource:
    instance = changed(INSTANCE, **data)
    assert instance is not None
    return instance


@pytest.mark.parametrize(
    ("machine_type", "disks", "ssd_gib"),
    [
        ("z3-highmem-88-highlssd", [{"type": "SCRATCH"}] * 12, 36000),
        ("z3-highmem-88-highlssd", [{"type": "SCRATCH", "diskSizeGb": "3000"}] * 12, 36000),
        ("c4-standard-8-lssd", [], 375),
        ("n1-standard-4", [{"type": "SCRATCH"}] * 2, 750),
    ],
)
def test_local_ssd_by_the_disks_or_by_the_type(
    machine_type: str, disks: list[dict[str, str]], ssd_gib: float
) -> None:
    instance = _instance(machineType=f"zones/z/machineTypes/{machine_type}", disks=disks)
    assert amounts(instance)["ssd"] == ssd_gib


@pytest.mark.parametrize(("vcpus", "part"), [(6, 1 / 8), (12, 1 / 4), (24, 1 / 2), (48, 1)])
def test_a_part_of_a_board_is_counted_as_one_and_is_none(vcpus: int, part: float) -> None:
    board = {"acceleratorType": "acceleratorTypes/nvidia-rtx-pro-6000", "acceleratorCount": 1}
    machine_type = f"zones/z/machineTypes/g4-standard-{vcpus}"
    labels = {"goog-gke-node": ""}
    instance = _instance(machineType=machine_type, guestAccelerators=[board], labels=labels)
    assert parts(instance)["gpu"] == ("RTX PRO 6000 Blackwell Server", part)
    assert instance.monitor["boards"] == "1.0"


@pytest.mark.slow
async def test_a_service_with_boards_has_as_many_as_instances(estate: Estate) -> None:
    speech = held(estate["run/service", "speech"], "gpu")
    assert (speech.part, speech.amount, speech.per) == ("L4", 1 / 8, "capacity_units")
    assert speech.load == "gpu_ratio"
    assert "gpu" not in amounts(estate["run/service", "api"])


@pytest.mark.slow
async def test_boards_of_cloud_run_work_as_their_distribution_has_it(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    labels = {"project_id": "shop-prod", "service_name": "speech", "location": "europe-west1"}
    name = "run.googleapis.com/container/gpu/utilizations"
    # Two boards, each with as many samples a second.
    for board, mean in (("0", 0.9), ("1", 0.3)):
        cloud.series.append(Series(name, labels, (1 / 60, mean), {"gpu_number": board}))
    measured = await measure(explore(), until, kinds="run/service")
    assert measured.value("run/service", "speech", "gpu_ratio") == pytest.approx(0.6)


@pytest.mark.parametrize(
    "data",
    [
        {"template": {"nodeSelector": {"accelerator": "nvidia-l4"}, "containers": [L4]}},
        {
            "template": {
                "template": {"nodeSelector": {"accelerator": "nvidia-l4"}, "containers": [L4]}
            }
        },
        {
            "spec": {
                "template": {
                    "spec": {
                        "nodeSelector": {"run.googleapis.com/accelerator": "nvidia-l4"},
                        "containers": [L4],
                    }
                }
            }
        },
    ],
    ids=["service", "job", "knative"],
)
def test_boards_in_every_shape_of_cloud_run(data: dict[str, Any]) -> None:
    [board] = boards_per_vcpu(data)
    assert (board.part, board.amount) == ("L4", 1 / 4)
