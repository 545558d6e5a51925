"""Spanner's configurations: how many replicas, where, and what is scaled apart."""

from __future__ import annotations

from typing import Any

import pytest
from tests.providers.gcp.sweeps import Estate, amounts, changed

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.providers.gcp.describing.replicas import place, replicas

ROWS = facts.rows("spanner_configurations")


def _told(*locations: str) -> dict[str, Any]:
    capacities = [{"replicaSelection": {"location": at}, "nodeCount": 1} for at in locations]
    return {"replicaComputeCapacity": capacities}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["configuration"])
def test_every_configuration_lies_in_regions_we_know(row: facts.Row) -> None:
    found = replicas(row["configuration"], {})
    assert set(found.by_region) | set(found.witnesses) <= set(facts.regions("gcp"))
    assert found.holding >= 4
    where = facts.place("gcp", place(row["configuration"], {}))
    assert where.pue_ratio.basis == "measured"
    assert where.intensities[0].grams_per_kilowatt_hour.basis == "measured"


@pytest.mark.parametrize(
    ("config", "holding", "witnesses", "where"),
    [
        ("regional-europe-west1", 3, 0, "europe-west1"),
        ("nam3", 4, 1, "nam3"),
        ("nam6", 6, 1, "nam6"),
        ("nam-eur-asia3", 8, 1, "nam-eur-asia3"),
        ("dual-region-germany1", 4, 2, "dual-region-germany1"),
        ("eur7", 4, 1, "europe-west3+europe-west8+europe-west12"),
        ("custom-nam3-mine", 4, 1, "us-central1+us-east1+us-east4"),
        ("custom-us-central1-asia-south1", 4, 0, "asia-south1+us-central1"),
        ("custom-of-ours", 4, 1, ""),
    ],
)
def test_replicas_by_the_name(config: str, holding: int, witnesses: int, where: str) -> None:
    found = replicas(config, {})
    assert (found.holding, len(found.witnesses)) == (holding, witnesses)
    assert place(config, {}) == where


def test_a_users_own_configuration_by_the_regions_the_instance_tells() -> None:
    assert replicas("custom-x", _told("us-east1")).by_region == {"us-east1": 3}
    assert replicas("custom-x", _told("us-east1", "us-west1")).holding == 4
    added = replicas("custom-nam3-x", _told("us-east1", "us-east4", "us-west2"))
    assert added.by_region == {"us-east4": 2, "us-east1": 2, "us-west2": 1}


@pytest.mark.slow
async def test_instances_of_all_sorts_of_configurations(estate: Estate) -> None:
    planet, bund = estate["spanner/instance", "planet"], estate["spanner/instance", "bund"]
    # Two by two of a node, a witness, and a read-only replica of two nodes; a node is 4 vCPUs.
    assert amounts(planet) == {"vcpu": 4 * 7, "memory": 16 * 7, "object": 5}
    assert planet.location.region == "europe-west1+us-central1+us-east1+us-east4"
    assert amounts(bund)["vcpu"] == pytest.approx(0.1 * 4 * 6)
    assert bund.location.region == "dual-region-germany1"


def test_where_nothing_tells_it_is_nowhere_in_particular() -> None:
    lost = changed(
        "spanner.googleapis.com/Instance", config="projects/p/instanceConfigs/custom-of-ours"
    )
    assert lost is not None
    assert lost.location.region == "global"
    assert amounts(lost)["object"] == 4
