"""File systems that are provisioned: Lustre, Parallelstore, and pools of NetApp."""

from __future__ import annotations

import pytest
from tests.providers.gcp.sweeps import Estate, changed, held

from cloud_carbon_exporter.model.types import Resource

LUSTRE = "lustre.googleapis.com/Instance"
POOL = "netapp.googleapis.com/StoragePool"


# https://docs.cloud.google.com/managed-lustre/docs/performance-tiers: GiB by which each tier grows.
@pytest.mark.parametrize(
    ("throughput", "step_gib"), [("1000", 9000), ("500", 18000), ("250", 36000), ("125", 72000)]
)
def test_a_step_of_every_tier_of_lustre_is_one_server(throughput: str, step_gib: int) -> None:
    instance = changed(LUSTRE, perUnitStorageThroughput=throughput, capacityGib=str(4 * step_gib))
    assert instance is not None
    assert held(instance, "fixed").amount == 4
    assert held(instance, "file").amount == 4 * step_gib


async def test_lustre_stands_in_its_zone_and_without_servers_when_it_is_stopped(
    estate: Estate,
) -> None:
    training = estate["lustre/instance", "training"]
    assert training.location.zone == "us-central1-a"
    assert training.started is not None
    stopped = changed(LUSTRE, state="STOPPED")
    assert stopped is not None
    assert [part.kind for part in stopped.components] == ["file"]
    varying = estate["lustre/instance", "archive"]
    assert held(varying, "fixed").amount == pytest.approx(472000 * 25 / 9e6)


async def test_parallelstore_is_what_is_provisioned(estate: Estate) -> None:
    genomes = estate["parallelstore/instance", "genomes"]
    assert (held(genomes, "file").amount, held(genomes, "fixed").amount) == (20000, 5)
    assert genomes.info["host_type"] == "SCRATCH"


def pool(**data: str) -> Resource:
    resource = changed(POOL, **data)
    assert resource is not None
    return resource


async def test_a_pool_is_what_is_provisioned_whatever_its_volumes_take(estate: Estate) -> None:
    homes = estate["netapp/storage_pool", "homes"]
    assert (held(homes, "file").part, held(homes, "file").amount) == ("gcp/netapp/PREMIUM", 6144)
    assert held(homes, "object").amount == 2048, "what is tiered lies in object storage"
    assert held(homes, "fixed").amount == 8 * 64 / 1024, "8 TiB of 64 MiB/s each"


@pytest.mark.slow
async def test_a_pool_with_a_replica_stands_in_two_zones(estate: Estate) -> None:
    shared = estate["netapp/storage_pool", "shared"]
    assert held(shared, "file").amount == 2 * 2048
    assert held(shared, "fixed").amount == 2 * 512 / 1024, "its throughput is its own"


def test_a_flex_pool_that_tiers_holds_its_hot_tier_on_flash() -> None:
    tiering = pool(serviceLevel="FLEX", hotTierSizeGib="1024", coldTierSizeUsedGib="3000")
    assert (held(tiering, "file").amount, held(tiering, "object").amount) == (1024, 3000)
    assert held(pool(hotTierSizeGib="90000"), "file").amount == 8192, "no more than there is"


def test_a_pool_never_has_more_tiered_than_it_is_large() -> None:
    assert held(pool(coldTierSizeUsedGib="9000"), "file").amount == 0
    assert held(pool(serviceLevel="ULTRA"), "file").part == "gcp/netapp/ULTRA"
