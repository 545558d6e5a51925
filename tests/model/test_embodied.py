import pytest
from bench.fit.footprints import coverage, footprints, size
from bench.fit.platforms import platforms

from cloud_carbon_exporter.model.embodied import (
    HOST_PARTS,
    SITE_PARTS,
    made,
    server_grams,
    site_grams,
)
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
    host = server_grams(int(row["host_sockets"]), 0)
    assert whole == pytest.approx(host.value + site_grams().value)


def test_what_a_host_stands_in_is_counted_once_and_is_less_than_the_host() -> None:
    """Rack, switches and building: a tenth of a host, of which each row says its own."""
    site, host = site_grams(), server_grams(2, 0)
    assert site.value == sum(figure(f"embodied.site.{name}_grams").value for name in SITE_PARTS)
    assert 0.03 < site.value / host.value < 0.3
    named = made("vcpu", "Skylake").facts
    assert [id_ for id_ in named if id_.startswith("embodied.site.")] == list(site.facts)
    assert not set(site.facts) & set(made("vcpu", part(describe("EPYC 7742"))).facts)
    assert not set(site.facts) & set(made("vcpu", "Apple M2").facts)


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
    """Most within half as much again, and inside the interval.

    The others sum parts, and leave out what footprints of whole servers have besides.
    """
    hosts = platforms()
    assert len(hosts) >= 15
    assert sum(abs(host.deviation) < 50 for host in hosts) >= 0.8 * len(hosts)
    inside = sum(host.lower <= host.published <= host.upper for host in hosts)
    assert inside >= 0.9 * len(hosts)


def test_whole_servers_are_near_what_their_vendors_publish() -> None:
    """Footprints by PAIA and a whole assessment; vendors differ from one another by a factor 3."""
    servers = footprints()
    assert len(servers) >= 60
    assert size(servers) <= 30
    assert coverage(servers) >= 85
    large = [server for server in servers if server.published > 2000]
    assert len(large) >= 5 and size(large) <= 35


def test_a_mac_is_not_made_as_a_rack_server() -> None:
    """Apple states 32 to 121 kg for a Mac mini of 2024, and 226 kg for the life of an older one."""
    threads = next(
        int(row["host_threads"]) for row in rows("processors") if row["name"] == "Apple M2"
    )
    lifetime = figure("embodied.lifetime_years").value * SECONDS_PER_YEAR
    whole = made("vcpu", "Apple M2").grams_per_second * threads * lifetime
    assert 32_000 < whole < 121_000
    assert made("vcpu", "Apple M2").facts[0] == "embodied.machine.Apple M2.grams"
