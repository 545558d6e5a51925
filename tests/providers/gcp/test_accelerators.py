"""TPU nodes and Vertex AI endpoints as hardware: chips, boards and the hosts they sit in."""

from __future__ import annotations

import pytest
from tests.providers.gcp.sweeps import Estate, amounts, changed, held, parts

from cloud_carbon_exporter.model.power import draw
from cloud_carbon_exporter.providers.gcp.services.tpu_node import chips


@pytest.mark.slow
async def test_accelerators_that_are_rented_whole(estate: Estate) -> None:
    assert parts(estate["tpu/node", "v4"])["gpu"] == ("TPU v4", 8)
    assert estate["tpu/node", "lite"].components == ()
    ranker = estate["aiplatform/endpoint", "ranker"]
    assert (parts(ranker)["gpu"], held(ranker, "vcpu").amount) == (("T4", 2), 8)  # two replicas
    assert ranker.location.account_id == "shop-prod"  # its name holds the number


@pytest.mark.parametrize(
    ("accelerator", "expected"),
    [
        ("v4-8", ("4", 4)),
        ("v5litepod-16", ("5litepod", 16)),
        ("v5p-128", ("5p", 64)),
        ("v6e-1", ("6e", 1)),
        ("v2-8", ("2", 4)),
        ("tpu7x-8", ("7x", 4)),
        ("v7x-16", ("7x", 8)),
        ("tpu7x-2x2x1", ("7x", 4)),
        ("v9z-16", ("9z", 8)),
    ],
)
def test_tpu_types(accelerator: str, expected: tuple[str, int]) -> None:
    assert chips(accelerator) == expected


@pytest.mark.slow
async def test_the_newest_tpu_is_one_of_its_own(estate: Estate) -> None:
    ironwood = estate["tpu/node", "ironwood"]
    assert parts(ironwood)["gpu"] == ("TPU v7x", 8)
    assert held(ironwood, "vcpu").amount == 2 * 224
    assert ironwood.location.zone == "us-central1-ai1a"


def test_a_node_may_tell_its_chips_by_their_topology() -> None:
    config = {"type": "V5P", "topology": "2x2x2"}
    node = changed("tpu.googleapis.com/Node", "acceleratorType", acceleratorConfig=config)
    assert node is not None
    assert parts(node)["gpu"] == ("TPU v5p", 8)


def test_a_tpu_type_nobody_knows_is_one_host_and_says_so() -> None:
    node = changed("tpu.googleapis.com/Node", acceleratorType="v9")
    assert node is not None
    assert parts(node)["gpu"] == ("TPU v9", 4)
    assert draw("gpu", parts(node)["gpu"][0]).assumed


T4 = {"machineType": "n1-standard-4", "acceleratorType": "NVIDIA_TESLA_T4", "acceleratorCount": 1}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"automaticResources": {"minReplicaCount": 3}}, {"vcpu": 6, "memory": 24}),
        ({"automaticResources": {}}, {"vcpu": 2, "memory": 8}),
        (
            {
                "automaticResources": {"minReplicaCount": 1, "maxReplicaCount": 9},
                "status": {"availableReplicaCount": 5},
            },
            {"vcpu": 10, "memory": 40},
        ),
        ({"dedicatedResources": {"machineSpec": T4, "minReplicaCount": 0}}, {}),
        ({"dedicatedResources": {"machineSpec": T4, "scaleToZeroSpec": {}}}, {}),
        (
            {
                "dedicatedResources": {"machineSpec": T4, "minReplicaCount": 1},
                "status": {"availableReplicaCount": 0},
            },
            {},
        ),
        (
            {
                "dedicatedResources": {"machineSpec": T4, "minReplicaCount": 1},
                "status": {"availableReplicaCount": 8},
            },
            {"vcpu": 32, "memory": 120, "gpu": 8},
        ),
    ],
)
def test_endpoints_hold_the_replicas_there_are(
    changes: dict[str, object], expected: dict[str, float]
) -> None:
    endpoint = changed(
        "aiplatform.googleapis.com/Endpoint", deployedModels=[{"id": "1", **changes}]
    )
    assert endpoint is not None
    assert amounts(endpoint) == expected


@pytest.mark.slow
async def test_models_that_share_machines_are_counted_at_their_pool(estate: Estate) -> None:
    """Endpoints of shared pools drew 0 W, measured, and no pool was listed."""
    assert ("aiplatform/endpoint", "shared") not in estate
    pool = estate["aiplatform/deployment_resource_pool", "rankers"]
    assert amounts(pool) == {"vcpu": 8, "memory": 32, "gpu": 1}
    assert {(part.per, part.least, part.most) for part in pool.components} == {
        ("capacity_units", 2, 4)
    }
    assert pool.monitor["gpu_pool_id"] == "rankers"


@pytest.mark.slow
async def test_vector_search_and_notebooks_hold_machines(estate: Estate) -> None:
    catalogue = estate["aiplatform/index_endpoint", "catalogue"]
    assert amounts(catalogue) == {"vcpu": 32, "memory": 128}
    notebook = estate["aiplatform/notebook_runtime", "eda"]
    assert parts(notebook)["block"] == ("gcp/pd-standard", 200)
    assert held(notebook, "vcpu").amount == 4
    assert amounts(estate["aiplatform/notebook_runtime", "gpu"]) == {"block": 100}
    tuning = estate["aiplatform/tuning_job", "support-tone"]
    assert held(tuning, "fixed").assumed


async def test_an_agent_keeps_its_least_instances_until_it_is_read(estate: Estate) -> None:
    agent = estate["aiplatform/reasoning_engine", "concierge"]
    least = {part.kind: (part.per, part.least) for part in agent.components}
    assert least == {"vcpu": ("capacity_units", 4), "memory": ("memory_gib", 8)}


def test_a_persistent_resource_holds_what_no_job_uses() -> None:
    resource = changed("aiplatform.googleapis.com/PersistentResource")
    assert resource is not None
    assert amounts(resource) == {"vcpu": 24, "memory": 90, "gpu": 3, "block": 300}
