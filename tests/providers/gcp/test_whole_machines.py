"""Machines that are one customer's alone: VMware Engine's, and Oracle's in halls of Google."""

from __future__ import annotations

import pytest
from tests.fakes.gcp import GoogleCloud
from tests.providers.gcp.conftest import Explore
from tests.providers.gcp.sweeps import Estate, changed, held, swept

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.gcp.services.vmwareengine_cluster import machine_name

VMWARE = "vmwareengine.googleapis.com/Cluster"
EXADATA = "oracledatabase.googleapis.com/CloudExadataInfrastructure"
DATABASE = "oracledatabase.googleapis.com/AutonomousDatabase"


def vmware(**configs: dict[str, int]) -> Resource:
    types = {name.replace("_", "-"): config for name, config in configs.items()}
    resource = changed(VMWARE, nodeTypeConfigs=types)
    assert resource is not None
    return resource


async def test_a_cluster_is_the_machines_of_its_node_types(estate: Estate) -> None:
    cluster = estate["vmwareengine/cluster", "management"]
    assert (held(cluster, "vcpu").amount, held(cluster, "memory").amount) == (3 * 72, 3 * 768)
    assert cluster.info["host_type"] == "ve1-standard-72"
    assert cluster.location.zone == "europe-west3-a"
    mixed = estate["vmwareengine/cluster", "workloads"]
    threads = sum(part.amount for part in mixed.components if part.kind == "vcpu")
    assert threads == 6 * 128, "those that only store are whole machines as well"


@pytest.mark.parametrize("cores", [0, 16, 32])
def test_a_machine_is_whole_however_many_of_its_cores_are_in_use(cores: int) -> None:
    fewer = vmware(ve2_mega_64={"nodeCount": 3, "customCoreCount": cores})
    assert fewer.components == vmware(ve2_mega_128={"nodeCount": 3}).components


# https://docs.cloud.google.com/vmware-engine/docs/concepts-node-types, raw storage in TB.
@pytest.mark.parametrize(
    ("node_type", "memory_gib", "terabytes"),
    [
        ("standard-72", 768, 19.2),
        ("ve1-standard-so", 768, 19.2),
        ("ve2-small-80", 2048, 12.8),
        ("ve2-standard-112", 2048, 25.5),
        ("ve2-large-so", 2048, 38.4),
        ("ve2-mega-128", 2048, 51.2),
    ],
)
def test_node_types_hold_what_google_says(
    node_type: str, memory_gib: float, terabytes: float
) -> None:
    resource = changed(VMWARE, nodeTypeConfigs={node_type: {"nodeCount": 1}})
    assert resource is not None
    assert held(resource, "memory").amount == memory_gib
    assert held(resource, "ssd").amount * 2**30 == pytest.approx(terabytes * 1e12, rel=1e-4)
    assert not any(part.assumed for part in resource.components)


def test_a_node_type_of_a_series_to_come_is_guessed_from_its_name() -> None:
    newer = vmware(ve3_mega_192={"nodeCount": 2})
    assert held(newer, "vcpu").amount == 2 * 192
    assert "unknown" in held(newer, "vcpu").assumed
    assert machine_name("ve3-mega-192") == "ve3-mega-192"


@pytest.mark.slow
async def test_clusters_of_every_private_cloud_are_listed_where_asset_inventory_is_closed(
    explore: Explore, cloud: GoogleCloud
) -> None:
    cloud.break_("cloudasset", "disabled")
    result = await swept(explore())
    assert {r.name for r in result.resources if r.kind == "vmwareengine/cluster"} == {
        "management",
        "workloads",
    }
    cloud.break_(
        "vmwareengine",
        "permission",
        method="vmwareengine.projects.locations.privateClouds.list",
    )
    failed = (await swept(explore())).failures
    assert failed["vmwareengine/cluster"].reason == "permission_missing"
    assert "vmwareengine.privateClouds.list" in str(failed["vmwareengine/cluster"])


@pytest.mark.slow
async def test_a_private_cloud_without_a_name_fails_its_clusters_alone(
    explore: Explore, cloud: GoogleCloud
) -> None:
    cloud.checked = False
    cloud.break_("cloudasset", "disabled")
    cloud.answers["vmwareengine.projects.locations.privateClouds.list"] = {"privateClouds": [{}]}
    result = await swept(explore())
    assert result.failures["vmwareengine/cluster"].reason == "malformed"
    assert list(result.failures) == ["vmwareengine/cluster"]


def test_a_cluster_without_node_types_is_skipped_and_not_nothing() -> None:
    with pytest.raises(KeyError):
        changed(VMWARE, "nodeTypeConfigs")


def exadata(**told: object) -> Resource:
    resource = changed(EXADATA, properties=told)
    assert resource is not None
    return resource


def amount(resource: Resource, kind: str) -> float:
    return sum(part.amount for part in resource.components if part.kind == kind)


async def test_an_infrastructure_is_all_of_its_servers(estate: Estate) -> None:
    """Oracle: 192 cores a database server of X11M, 64 a storage server, with 12 disks of 22 TB."""
    ledger = estate["oracledatabase/cloud_exadata_infrastructure", "ledger"]
    assert amount(ledger, "vcpu") == 2 * 2 * 192 + 3 * 2 * 64
    assert amount(ledger, "hdd") * 2**30 == pytest.approx(3 * 12 * 22e12, rel=1e-4)
    assert ledger.info["host_type"] == "Exadata.X11M"
    assert not any(part.assumed for part in ledger.components)


def test_a_quarter_rack_draws_about_what_oracle_says_of_one() -> None:
    """2.7 kW typically and 3.9 at most: data sheet of Exadata X8-2, two servers and three."""
    quarter = exadata(shape="Exadata.X9M", computeCount=2, storageCount=3, state="AVAILABLE")
    here = facts.place("gcp", "europe-west3")
    watts = estimate(quarter, {"cpu_ratio": 0.3}, here, None).power_watts
    assert 0.85 * 2700 < watts.value / here.pue_ratio.value < 3900


def test_servers_with_more_memory_than_the_usual_have_it() -> None:
    larger = exadata(shape="Exadata.X11M", computeCount=2, storageCount=3, maxMemoryGb=5600)
    usual = exadata(shape="Exadata.X11M", computeCount=2, storageCount=3, maxMemoryGb=2780)
    assert amount(larger, "memory") - amount(usual, "memory") == 5600 - 2 * 1536


@pytest.mark.parametrize(
    ("told", "doubt"),
    [
        ({"shape": "Exadata.X13M", "computeCount": 2, "storageCount": 3}, "unknown shape"),
        ({"shape": "Exadata.X11M"}, "its servers are not told"),
    ],
)
def test_what_is_not_known_of_an_infrastructure_is_guessed(
    told: dict[str, object], doubt: str
) -> None:
    guessed = exadata(**told)
    assert amount(guessed, "vcpu") == 2 * 2 * 192 + 3 * 2 * 64
    assert all(doubt in part.assumed for part in guessed.components)


def test_an_autonomous_database_is_as_large_as_its_ecpus_and_has_a_standby_again() -> None:
    alone = changed(DATABASE, properties={"computeCount": 760.0, "dataStorageSizeGb": 100})
    twice = changed(
        DATABASE,
        properties={"computeCount": 760.0, "dataStorageSizeGb": 100, "localDataGuardEnabled": True},
    )
    assert alone is not None
    assert twice is not None
    assert amount(alone, "vcpu") == 380  # 190 of the 192 cores of a server
    assert amount(twice, "vcpu") == 760
    assert (amount(alone, "block"), amount(twice, "block")) == (100, 200)
    older = changed(DATABASE, properties={"cpuCoreCount": 2})
    assert older is not None
    assert (amount(older, "vcpu"), amount(older, "memory")) == (4, 16)
