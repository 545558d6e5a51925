import pytest
from bench.fit.platforms import platforms

from cloud_carbon_exporter.model.embodied import HOST_PARTS, made, server_grams
from cloud_carbon_exporter.model.facts import figure, rows
from cloud_carbon_exporter.model.quantities import SECONDS_PER_YEAR
from cloud_carbon_exporter.model.server import describe, part
from cloud_carbon_exporter.model.types import ComponentKind


def test_a_host_is_the_sum_of_its_parts() -> None:
    parts = sum(figure(f"embodied.host.{name}_grams").value for name in HOST_PARTS)
    value, errors, ids = server_grams(2, 0)
    down, up = errors.reach()
    assert value == pytest.approx(parts + 2 * figure("embodied.cpu.grams").value)
    assert 0 < down < value and up > 0
    assert "memory.dram.embodied_grams_per_gib" not in ids
    assert server_grams(2, 100)[0] - value == pytest.approx(
        100 * figure("memory.dram.embodied_grams_per_gib").value
    )


def test_a_thread_bears_its_share_of_the_host_for_its_lifetime() -> None:
    row = next(row for row in rows("processors") if row["name"] == "Skylake")
    lifetime = figure("embodied.lifetime_years").value * SECONDS_PER_YEAR
    whole = made("vcpu", "Skylake").grams_per_second * int(row["host_threads"]) * lifetime
    assert whole == pytest.approx(server_grams(int(row["host_sockets"]), 0)[0])


def test_a_described_server_bears_itself_and_its_memory() -> None:
    server = describe("EPYC 7742", sockets=2, memory_gib=512)
    lifetime = figure("embodied.lifetime_years").value * SECONDS_PER_YEAR
    assert made("vcpu", part(server)).grams_per_second * server.threads * lifetime == pytest.approx(
        server_grams(2, 512)[0]
    )


def test_bytes_and_requests_bear_none() -> None:
    assert made("network", "internet").grams_per_second == 0
    assert made("requests", "default").facts == ()


@pytest.mark.parametrize(
    ("kind", "default"),
    [
        ("block", "storage.default/block.embodied_grams_per_gib"),
        ("gpu", "gpu.default.embodied_grams"),
    ],
)
def test_an_unknown_part_bears_the_default_of_its_kind(kind: ComponentKind, default: str) -> None:
    assert default in made(kind, "no such").facts


def test_whole_hosts_are_near_what_others_publish() -> None:
    """Most within half as much again, all inside the interval.

    Storage-heavy hosts are where the sources disagree.
    """
    hosts = platforms()
    assert len(hosts) >= 15
    assert sum(abs(host.deviation) < 50 for host in hosts) >= 0.8 * len(hosts)
    assert all(host.lower <= host.published <= host.upper for host in hosts)


def test_a_mac_is_not_made_as_a_rack_server() -> None:
    """Apple states 32 to 121 kg for a Mac mini of 2024, and 226 kg for the life of an older one."""
    threads = next(
        int(row["host_threads"]) for row in rows("processors") if row["name"] == "Apple M2"
    )
    lifetime = figure("embodied.lifetime_years").value * SECONDS_PER_YEAR
    whole = made("vcpu", "Apple M2").grams_per_second * threads * lifetime
    assert 32_000 < whole < 121_000
    assert made("vcpu", "Apple M2").facts[0] == "embodied.machine.Apple M2.grams"
