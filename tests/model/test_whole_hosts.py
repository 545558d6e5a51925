"""Bare metal: all threads of a cloud's host, or a server of its own that stands in a cloud."""

from __future__ import annotations

import pytest
from tests.over_all import over_all

from cloud_carbon_exporter.model import production_gap, server
from cloud_carbon_exporter.model.embodied import SITE_PARTS, made, site_grams
from cloud_carbon_exporter.model.facts import figure, rows
from cloud_carbon_exporter.model.machine_tables import type_names
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.power import draw, is_whole_machine

SITE = {f"embodied.site.{name}_grams" for name in SITE_PARTS}
SPARE = "model.spare_capacity.ratio"

HOSTED = [
    row["family"]
    for row in rows("families")
    if row["provider"] == "aws" and "." not in row["family"] and row["host_vcpus"]
]


@over_all("family", [name for name in HOSTED if "serverless" not in name])
def test_metal_that_no_table_lists_is_a_share_of_its_familys_host(family: str) -> None:
    """As the types of the table are: the same parts, and all threads of the host."""
    listed, ruled = (machine("aws", f"{family}{end}") for end in (".4xlarge", ".metal"))
    assert ruled.sockets == 0
    shared, whole = (components(held)[0].part for held in (listed, ruled))
    assert whole in shared
    assert server.parse(whole) is None


@pytest.mark.parametrize("provider", ["aws", "gcp", "scaleway"])
def test_every_machine_of_a_cloud_bears_its_rack_and_what_waits_beside_it(provider: str) -> None:
    names = [*type_names(provider), "c5a.metal", "m7g.metal", "EM-Z999-HDD", "EM-B999E-NVME"]
    for name in names:
        held = machine(provider, name)
        if not is_whole_machine(held.microarchitecture):
            part = components(held)[0].part
            assert set(made("vcpu", part).facts) >= SITE, name
            assert SPARE in draw("vcpu", part).facts, name
            assert set(draw("vcpu", part).facts) >= set(production_gap.IDS), name


@pytest.mark.parametrize("row", rows("whole_servers"), ids=lambda row: row["type"])
def test_a_server_that_is_rented_whole_draws_as_it_measures_and_up_to_a_host(
    row: dict[str, str],
) -> None:
    part = components(machine("scaleway", row["type"]))[0].part
    described = server.parse(part)
    if described is None:
        assert row["cpu"] == "TH1520", "a board, not a server"
        return
    rented, alone = draw("vcpu", part), draw("vcpu", server.part(described))
    hosted = draw("vcpu", server.host_part(described))
    assert rented.watts == alone.watts
    for load in (0, 0.1, 0.5, 1):
        down, up = rented.errors_at(load).reach()
        assert down == pytest.approx(alone.errors_at(load).reach()[0])
        assert rented.at(load) + up >= hosted.at(load)
        assert up > alone.errors_at(load).reach()[1]


def test_making_a_rented_server_is_that_of_the_server_and_its_share_of_the_site() -> None:
    described = server.describe("EPYC 8224P", sockets=1, memory_gib=192)
    rented, alone = (made("vcpu", of(described)) for of in (server.rented_part, server.part))
    seconds = figure("embodied.lifetime_years").value * 365.25 * 24 * 3600
    more = (rented.grams_per_second - alone.grams_per_second) * described.threads * seconds
    assert more == pytest.approx(site_grams().value, rel=1e-3)


def test_a_server_that_is_described_alone_stands_in_no_cloud() -> None:
    part = server.part(server.describe("EPYC 8224P"))
    assert not set(made("vcpu", part).facts) & SITE
    assert not {SPARE, *production_gap.IDS} & set(draw("vcpu", part).facts)
