"""TPU nodes and Vertex AI endpoints as hardware: chips, boards and the hosts they sit in."""

from __future__ import annotations

import pytest
from tests.providers.gcp.sweeps import Estate, amounts, changed, held, parts

from cloud_carbon_exporter.providers.gcp.services.tpu_node import chips


async def test_accelerators_that_are_rented_whole(estate: Estate) -> None:
    assert parts(estate["tpu/node", "v4"])["gpu"] == ("TPU v4", 8)
    assert estate["tpu/node", "lite"].components == ()
    ranker = estate["aiplatform/endpoint", "ranker"]
    assert (parts(ranker)["gpu"], held(ranker, "vcpu").amount) == (("T4", 2), 8)  # two replicas
    assert ranker.location.account_id == "shop-prod"  # its name holds the number


@pytest.mark.parametrize(
    ("accelerator", "expected"),
    [
        ("v4-8", ("v4", 4)),
        ("v5litepod-16", ("v5litepod", 16)),
        ("v6e-1", ("v6e", 1)),
        ("v2-8", ("v2", 4)),
    ],
)
def test_tpu_types(accelerator: str, expected: tuple[str, int]) -> None:
    assert chips(accelerator) == expected


def test_a_tpu_type_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="not a TPU type: v9"):
        chips("v9")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"automaticResources": {"minReplicaCount": 3}}, {"vcpu": 6, "memory": 24}),
        ({"sharedResources": "projects/1/locations/l/deploymentResourcePools/p"}, {}),
    ],
)
def test_endpoints_without_machines_of_their_own(
    changes: dict[str, object], expected: dict[str, float]
) -> None:
    endpoint = changed(
        "aiplatform.googleapis.com/Endpoint", deployedModels=[{"id": "1", **changes}]
    )
    assert endpoint is not None
    assert amounts(endpoint) == expected
