"""Disks of a plan: one that a machine holds and that is a resource by itself counts once."""

from __future__ import annotations

from typing import Any

import pytest

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.plan.parts import rows_of
from tests.plan.plans import change, plan_of, referring, watts_of

MACHINE: dict[str, dict[str, Any]] = {
    "aws_instance": {"instance_type": "m5.large", "availability_zone": "eu-west-3a"},
    "aws_spot_instance_request": {"instance_type": "m5.large", "availability_zone": "eu-west-3a"},
    "google_compute_instance": {"machine_type": "e2-medium", "zone": "europe-west1-b"},
    "google_compute_instance_group_manager": {
        "zone": "europe-west1-b",
        "target_size": 1,
        "version": [{"instance_template": "projects/p/global/instanceTemplates/t"}],
    },
    "google_compute_region_instance_group_manager": {
        "region": "europe-west1",
        "target_size": 1,
        "version": [{"instance_template": "projects/p/global/instanceTemplates/t"}],
    },
    "scaleway_instance_server": {"type": "PRO2-S", "zone": "fr-par-1"},
}
UUID = "11111111-1111-1111-1111-111111111111"
GOOGLE = "projects/p/zones/europe-west1-b/disks/d"
DISKS: dict[str, tuple[str, dict[str, Any]]] = {
    "aws": ("aws_ebs_volume.d", {"id": "vol-1", "size": 900, "availability_zone": "eu-west-3a"}),
    "google": (
        "google_compute_disk.d",
        {"id": GOOGLE, "name": "d", "size": 900, "zone": "europe-west1-b"},
    ),
    "scaleway": (
        "scaleway_block_volume.d",
        {"id": f"fr-par-1/{UUID}", "size_in_gb": 900, "zone": "fr-par-1"},
    ),
}
TOLD = {
    "aws": ["vol-1"],
    "google": [GOOGLE, f"https://www.googleapis.com/compute/v1/{GOOGLE}", "d"],
    "scaleway": [UUID, f"fr-par-1/{UUID}"],
}
ROWS = [row for row in facts.rows("plan_parts") if row["held_by"]]
CASES = [(row, named) for row in ROWS for named in TOLD[row["type"].partition("_")[0]]]


def held(row: facts.Row, named: str | None) -> dict[str, Any]:
    """Block a row tells a disk by, of 900 and naming another resource."""
    around, _, name = row["held_by"].rpartition(".")
    inner = row["at"].partition("|")[0].removeprefix(around).lstrip(".")
    told: dict[str, Any] = {row["size"]: 900}
    block = {inner: [told]} if inner else told
    return {around: [{**block, name: named} if named else block]}


def machine_of(row: facts.Row, block: dict[str, Any]) -> list[dict[str, Any]]:
    """Machine of a row with a block, which stands in its template where it has one."""
    values = MACHINE[row["type"]]
    if not row["through"].endswith("instance_template"):
        return [change(f"{row['type']}.a", {**values, **block}, {**values, **block})]
    template = {"id": "projects/p/global/instanceTemplates/t", "machine_type": "e2-medium", **block}
    return [
        change(f"{row['type']}.a", values, values),
        change("google_compute_instance_template.t", template, template),
    ]


@pytest.mark.parametrize(
    ("row", "named"), CASES, ids=[f"{row['type']}-{row['at']}-{named}" for row, named in CASES]
)
def test_a_disk_that_is_a_resource_of_the_plan_counts_once(row: facts.Row, named: str) -> None:
    address, values = DISKS[row["type"].partition("_")[0]]
    disk = change(address, values, values)
    alone = plan_of(*machine_of(row, held(row, named)))
    among = plan_of(*machine_of(row, held(row, named)), disk)
    other = plan_of(*machine_of(row, held(row, "another")), disk)
    kept = plan_of(*machine_of(row, held(row, None)), disk)
    address = f"{row['type']}.a"
    for side in ("before", "after"):
        assert watts_of(among, address, side) < watts_of(alone, address, side) - 0.1
        assert watts_of(other, address, side) == watts_of(alone, address, side)
        assert watts_of(kept, address, side) == watts_of(alone, address, side)


BOOT: dict[str, Any] = {"boot_disk": [{"auto_delete": True}]}
BOOT_OPEN = {"boot_disk": [{"source": True, "initialize_params": True}]}
OF_GOOGLE = MACHINE["google_compute_instance"]


def google_watts(
    block: dict[str, Any], unknown: dict[str, Any], written: dict[str, Any] | None
) -> float:
    configuration = referring("google_compute_instance.a", written) if written else {}
    plan = plan_of(
        change("google_compute_instance.a", None, {**OF_GOOGLE, **block}, unknown),
        change("google_compute_disk.d", None, {"size": 900, "zone": "europe-west1-b"}),
        configuration=configuration,
    )
    return watts_of(plan, "google_compute_instance.a")


def test_a_disk_that_is_only_known_once_applied_counts_once_too() -> None:
    source = {"references": ["google_compute_disk.d.self_link", "google_compute_disk.d"]}
    bare = google_watts({}, {}, {"boot_disk": [{"source": source}]})
    made = {"boot_disk": [{"initialize_params": [{"size": 900}]}]}
    made_open = {"boot_disk": [{"source": True}]}
    image = {"initialize_params": [{"size": {"constant_value": 900}}]}
    held_disk = google_watts(BOOT, BOOT_OPEN, {"boot_disk": [{"source": source}]})
    assert held_disk == pytest.approx(bare)
    assert google_watts(BOOT, BOOT_OPEN, None) == pytest.approx(bare)
    new = google_watts(made, made_open, {"boot_disk": [image]})
    assert new > bare + 0.1
    # a dynamic block is not in the configuration
    assert google_watts(made, made_open, {}) == pytest.approx(new)


def test_a_new_volume_of_an_instance_is_its_own_though_its_id_is_open() -> None:
    volume = {"ebs_block_device": [{"volume_size": 900, "device_name": "/dev/sdf"}]}
    unknown = {"ebs_block_device": [{"volume_id": True, "snapshot_id": True}]}
    written = {"ebs_block_device": [{"volume_size": {"constant_value": 900}}]}
    values = MACHINE["aws_instance"]
    for configuration in ({}, referring("aws_instance.a", written)):
        with_it = plan_of(
            change("aws_instance.a", None, {**values, **volume}, unknown),
            configuration=configuration,
        )
        without = plan_of(change("aws_instance.a", None, values), configuration=configuration)
        assert watts_of(with_it, "aws_instance.a") > watts_of(without, "aws_instance.a") + 0.1


def test_what_holds_a_disk_elsewhere_has_a_row_for_the_disk() -> None:
    for row in ROWS:
        assert row["part"] == "block"
        assert rows_of(DISKS[row["type"].partition("_")[0]][0].partition(".")[0])


@pytest.mark.parametrize("new", [None, {"size": 900, "availability_zone": "eu-west-3a"}])
def test_a_disk_that_goes_goes_from_the_machine_that_still_names_it(
    new: dict[str, Any] | None,
) -> None:
    """The machine stays as it is: what it holds is read anew once the plan is applied."""
    address, values = DISKS["aws"]
    root = MACHINE["aws_instance"]
    holding = {**root, "ebs_block_device": [{"volume_id": "vol-1", "volume_size": 900}]}
    goes = change(address, values, new, {"id": True} if new else None)
    plan = plan_of(change("aws_instance.a", holding, holding), goes)
    alone = plan_of(change("aws_instance.a", root, root))
    assert watts_of(plan, "aws_instance.a") == watts_of(alone, "aws_instance.a")


def test_a_disk_that_is_taken_up_was_the_machines_before() -> None:
    address, values = DISKS["aws"]
    holding = {
        **MACHINE["aws_instance"],
        "ebs_block_device": [{"volume_id": "vol-1", "volume_size": 900}],
    }
    plan = plan_of(change("aws_instance.a", holding, holding), change(address, None, values))
    before, after = (watts_of(plan, "aws_instance.a", side) for side in ("before", "after"))
    assert before > after + 0.1
