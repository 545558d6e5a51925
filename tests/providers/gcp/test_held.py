"""What is held, used or not: reservations, storage pools; backups of what is counted by itself."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
from tests.fakes.gcp import GoogleCloud
from tests.fakes.gcp_estate import replay
from tests.providers.gcp.conftest import Explore
from tests.providers.gcp.sweeps import Estate, by_kind_and_name, held

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.spec import Scope

SCOPE = Scope("gcp", "shop-prod")
SPECS = {spec.kind: spec for spec in PROVIDER.services}


def read(kind: str, raw: dict[str, Any]) -> Resource:
    resource = SPECS[kind].resource(raw, SCOPE)
    assert resource is not None
    return resource


def first(recording: str) -> dict[str, Any]:
    return copy.deepcopy(dict(replay(recording)["assets"][0]))


@pytest.mark.slow
async def test_a_reservation_holds_what_no_instance_uses(estate: Estate) -> None:
    reservation = estate["compute/reservation", "checkout"]
    assert (reservation.info["reserved"], reservation.info["unused"]) == ("10", "4")
    assert held(reservation, "vcpu").amount == 4 * 8
    assert held(reservation, "vcpu").load == "", "at rest"
    assert held(reservation, "memory").amount == 4 * 32
    assert held(reservation, "ssd").amount == 4 * 375


async def test_a_reservation_of_accelerators_holds_their_boards(estate: Estate) -> None:
    boards = held(estate["compute/reservation", "training"], "gpu")
    assert (boards.part, boards.amount, boards.load) == ("A100 SXM4 40GB", 3, "")


async def test_a_reservation_of_chips_is_for_slices_of_any_shape(estate: Estate) -> None:
    reservation = estate["compute/reservation", "slices"]
    assert (reservation.info["reserved"], reservation.info["unused"]) == ("16", "8")
    assert (held(reservation, "gpu").part, held(reservation, "gpu").amount) == ("TPU v5e", 8)
    assert held(reservation, "vcpu").amount == 2 * 112, "two hosts of four chips"


def test_a_reservation_that_is_all_in_use_holds_nothing_beside_its_instances() -> None:
    raw = first("compute_reservation")
    raw["resource"]["data"]["specificReservation"]["inUseCount"] = "10"
    assert read("compute/reservation", raw).components == ()


@pytest.mark.slow
async def test_a_node_group_is_what_its_instances_leave(estate: Estate) -> None:
    group = estate["compute/node_group", "licensed"]
    assert group.info["host_type"] == "n2-node-80-640"
    assert (held(group, "vcpu").amount, held(group, "vcpu").load) == (20, "")
    assert held(group, "memory").amount == pytest.approx(160)
    assert not held(group, "memory").assumed


@pytest.mark.slow
async def test_nodes_that_may_not_be_listed_are_guessed(
    explore: Explore, cloud: GoogleCloud, caplog: pytest.LogCaptureFixture
) -> None:
    cloud.break_("compute", "permission", method="compute.nodeGroups.listNodes", times=9)
    group = (await by_kind_and_name(explore()))["compute/node_group", "licensed"]
    assert held(group, "vcpu").amount == 80, "half of two nodes"
    assert "half of them free" in held(group, "vcpu").assumed
    assert "compute.nodeGroups.get" in caplog.text


def test_vcpus_that_are_sold_twice_leave_none_over() -> None:
    raw, nodes = first("compute_node_group"), copy.deepcopy(replay("node_group_nodes")["items"])
    nodes[0]["consumedResources"]["guestCpus"] = 160
    at = replace(SCOPE, catalogue={"node_groups": {raw["name"].removeprefix("//"): nodes}})
    group = SPECS["compute/node_group"].resource(raw, at)
    assert group is not None
    assert {part.kind for part in group.components} == {"memory"}


@pytest.mark.slow
async def test_a_pool_counts_its_capacity_and_its_disks_count_there(estate: Estate) -> None:
    pool = estate["compute/storage_pool", "fast"]
    assert held(pool, "block").amount == 20480, "not the 40960 that its disk promises"
    assert held(pool, "block").part == "gcp/hyperdisk-balanced"
    assert ("compute/disk", "thin") not in estate


def test_an_exapool_is_all_its_capacities() -> None:
    raw = first("compute_storage_pool")
    data = raw["resource"]["data"]
    del data["poolProvisionedCapacityGb"]
    data["exapoolProvisionedCapacityGb"] = {"capacityOptimized": "1000", "readOptimized": "24"}
    assert held(read("compute/storage_pool", raw), "block").amount == 1024


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "name", "size_gib"),
    [
        ("alloydb/backup", "orders-1", 200),
        ("backupdr/backup_vault", "vault", 1024),
        ("bigtableadmin/backup", "daily", 50),
        ("compute/instant_snapshot", "web-1-before", 2),
        ("file/backup", "media-1", 100),
        ("firestore/backup", "9a1b", 10),
        ("gkebackup/backup", "n-1", 30),
        ("spanner/backup", "ledger-2", 5),
        ("sql/backup", "c1d2", 40),
    ],
)
async def test_a_backup_is_the_bytes_it_stores(
    estate: Estate, kind: str, name: str, size_gib: float
) -> None:
    backup = estate[kind, name]
    [stored] = backup.components
    assert (stored.kind, stored.amount) == ("snapshot", size_gib)
    assert backup.location.region != "global"
    assert backup.started is not None


async def test_a_backup_of_a_database_is_the_most_it_may_cost(estate: Estate) -> None:
    assert "may charge" in held(estate["sql/backup", "c1d2"], "snapshot").assumed
    assert not held(estate["spanner/backup", "ledger-2"], "snapshot").assumed


def test_a_backup_whose_size_is_not_told_says_so() -> None:
    raw = first("backups")
    del raw["resource"]["data"]["sizeBytes"]
    assert held(read("alloydb/backup", raw), "snapshot").assumed == "its size is not told"


@pytest.mark.slow
async def test_slots_held_are_where_the_reservation_stands(estate: Estate) -> None:
    reservation = estate["bigqueryreservation/reservation", "prod"]
    assert reservation.location.region == "eu"
    assert (held(reservation, "vcpu").amount, held(reservation, "vcpu").load) == (200, "")
    assert "taken as half" in held(reservation, "vcpu").assumed


@pytest.mark.slow
async def test_slots_of_queries_are_where_most_datasets_stand(
    estate: Estate, explore: Explore, cloud: GoogleCloud
) -> None:
    name = "bigquery.googleapis.com/projects/shop-prod"
    [project] = [at for (kind, _), at in estate.items() if kind == "bigquery/project"]
    [dataset] = [at for (kind, _), at in estate.items() if kind == "bigquery/dataset"]
    assert project.id == name
    assert project.location.region == dataset.location.region
    cloud.page_size = 1
    client = explore()
    first_regions = {at.location.region for at in (await by_kind_and_name(client)).values()}
    assert first_regions
    again = await by_kind_and_name(client)
    [project] = [at for (kind, _), at in again.items() if kind == "bigquery/project"]
    assert project.location.region == dataset.location.region, "as the listing before told"
