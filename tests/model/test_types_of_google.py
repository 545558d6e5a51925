"""Google's machine types: every row of the table is a machine of its own, and no guess."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest
from tests.model.machines import footprint, resource
from tests.over_all import over_all

from cloud_carbon_exporter.model import facts, machine_tables
from cloud_carbon_exporter.model.embodied import made
from cloud_carbon_exporter.model.machines import machine
from cloud_carbon_exporter.model.power import draw, is_whole_machine

pytestmark = pytest.mark.slow

TYPES = [row for row in facts.rows("machine_types") if row["provider"] == "gcp"]

# Other names of the same hardware: X4 was renamed, N1's large types became M1; what a device and a
# slice of chips hold is the same machine, and so is one that shares its processor by fewer threads.
ALIKE = (
    {"m1-megamem-96", "n1-megamem-96"},
    {"m1-ultramem-40", "n1-ultramem-40"},
    {"m1-ultramem-80", "n1-ultramem-80"},
    {"m1-ultramem-160", "n1-ultramem-160"},
    {"x4-960-16t-metal", "x4-megamem-960-metal"},
    {"x4-1440-24t-metal", "x4-megamem-1440-metal"},
    {"x4-1920-32t-metal", "x4-megamem-1920-metal"},
    {"ct5p-hightpu-1t", "ct5p-hightpu-2t", "ct5p-hightpu-4t"},
    {"tpu7x-standard-4t", "tpu7x-ultranet-4t"},
    {"a3-highgpu-8g", "a3-megagpu-8g", "a3-edgegpu-8g"},
    {"a3-highgpu-8g-nolssd", "a3-megagpu-8g-nolssd", "a3-edgegpu-8g-nolssd"},
)


def _size(row: facts.Row) -> tuple[str, ...]:
    family = row["type"].partition("-")[0]
    held = ("vcpus", "memory_gib", "share", "gpu", "gpus", "ssd_gib")
    return (family, *(row[column] for column in held))


def test_the_table_has_what_google_offers() -> None:
    families = {row["type"].partition("-")[0] for row in TYPES}
    assert len(TYPES) >= 660
    assert families >= {"c4n", "m4n", "z4d", "z3", "ct3p", "ct5l", "tpu7x", "a4x", "g4", "x4"}
    assert all(row["source"] and row["year"] for row in TYPES)


def test_no_two_sizes_of_a_family_are_alike() -> None:
    by_size = defaultdict(set)
    for row in TYPES:
        by_size[_size(row)].add(row["type"])
    alike = [names for names in by_size.values() if len(names) > 1]
    for names in alike:
        known = any(names <= others for others in ALIKE)
        # Z3's sizes had no suffix at first, Z4D's are alike but for the threads they work with, and
        # the whole of a host is the same with and without a hypervisor on it.
        bare = {re.sub(r"-(?:high|standard)lssd|-metal|-[48]t(?=-)", "", name) for name in names}
        assert known or len(bare) == 1, names


@over_all("row", TYPES, ids=lambda row: row["type"])
def test_a_type_is_estimated_as_what_it_is_and_nothing_of_it_is_guessed(row: facts.Row) -> None:
    held = machine("gcp", row["type"])
    family = machine_tables.known("gcp", row["type"], "").family
    assert f"{row['type']}-".startswith(f"{family['family']}-")
    assert not family["pattern"]
    assert (held.vcpus, held.memory_gib) == (float(row["vcpus"]), float(row["memory_gib"]))
    assert (held.gpu, held.gpus) == (row["gpu"], float(row["gpus"] or 0))
    assert held.ssd_gib == float(row["ssd_gib"] or 0)
    assert held.assumed == ""
    assert not is_whole_machine(held.microarchitecture)
    there = resource("gcp", row["type"], "us-central1")
    idle = footprint(there, {"cpu_ratio": 0, "gpu_ratio": 0})
    busy = footprint(there, {"cpu_ratio": 1, "gpu_ratio": 1})
    doubts: list[str] = []
    for each in there.components:
        doubts += filter(None, (draw(each.kind, each.part).doubt, made(each.kind, each.part).doubt))
    assert idle.basis == busy.basis == ("assumed" if doubts else "measured"), busy.reason
    assert busy.reason == "; ".join(doubts)
    assert 0 < idle.power_watts.value < busy.power_watts.value


@over_all("row", TYPES, ids=lambda row: row["type"])
def test_local_ssd_is_there_where_the_name_says_so(row: facts.Row) -> None:
    name = row["type"]
    if "nolssd" in name:
        assert not row["ssd_gib"]
    elif "lssd" in name or name.startswith(("z3-", "z4d-")):
        assert float(row["ssd_gib"]) >= 375
        assert float(row["ssd_gib"]) % 375 == 0 or name.startswith("z4d-")


@pytest.mark.parametrize(
    ("name", "vcpus", "memory_gib", "ssd_gib"),
    [
        ("c4-highmem-288-lssd-metal", 288, 2232, 18000),
        ("n2-highmem-128", 128, 864, 0),
        ("m4-hypermem-64", 64, 992, 0),
        ("z3-highmem-88-highlssd", 88, 704, 36000),
        ("z3-highmem-88-standardlssd", 88, 704, 18000),
        ("z3-highmem-192-highlssd-metal", 192, 1536, 72000),
        ("c4n-highmem-48-lssd", 48, 372, 3000),
        ("m4n-megamem-28", 28, 372, 0),
        ("c3-standard-8-lssd", 8, 32, 750),
        ("db-memory-optimized-N-4", 4, 128, 0),
        ("db-perf-optimized-N-128", 128, 864, 0),
        ("db-c4a-highmem-4", 4, 32, 0),
    ],
)
def test_sizes_as_google_has_them(
    name: str, vcpus: float, memory_gib: float, ssd_gib: float
) -> None:
    held = machine("gcp", name)
    assert (held.vcpus, held.memory_gib, held.ssd_gib) == (vcpus, memory_gib, ssd_gib)
    assert held.assumed == ""


def test_local_ssd_of_a_type_nobody_knows_is_guessed_and_says_so() -> None:
    held = machine("gcp", "c4-standard-300-lssd")
    assert held.ssd_gib == pytest.approx(300 * 62.5)
    assert "local SSD" in held.assumed
