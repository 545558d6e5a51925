from dataclasses import replace

import pytest
from tests.model.machines import footprint, holding, resource

from cloud_carbon_exporter.model.estimate import (
    NOWHERE,
    embodied_grams_per_second,
    estimate,
    power_watts,
)
from cloud_carbon_exporter.model.facts import figure, place
from cloud_carbon_exporter.model.nodes import node_watts
from cloud_carbon_exporter.model.types import Component, Estimate

VCPU = Component("vcpu", "Skylake", 4, "cpu_ratio")
MEMORY = Component("memory", "dram", 16)
BOARDS = Component("gpu", "A100 SXM4 40GB", 8, "gpu_ratio")
BUCKET = Component("object", "aws/s3", 1, per="stored_gib")


def test_all_read_is_measured_and_gives_no_reason() -> None:
    priced = footprint(holding(VCPU, MEMORY), {"cpu_ratio": 0.5})
    assert (priced.basis, priced.reason) == ("measured", "")


def test_a_missing_load_is_the_default_one_wider_and_says_so() -> None:
    usual = figure("model.default.cpu_ratio").value
    blind, seen = footprint(holding(VCPU), {}), footprint(holding(VCPU), {"cpu_ratio": usual})
    assert (blind.basis, blind.reason) == ("default", "no cpu_ratio")
    assert blind.power_watts.value == seen.power_watts.value
    assert blind.power_watts.lower < seen.power_watts.lower
    assert blind.power_watts.upper > seen.power_watts.upper
    assert "model.default.cpu_ratio" in blind.facts
    assert "model.default.cpu_ratio" not in seen.facts


def test_the_weakest_component_wins_and_every_reason_is_told_once() -> None:
    guess = Component("ssd", "ssd", 100, assumed="unknown machine m99.large")
    twice = Component("hdd", "hdd", 100, assumed="unknown machine m99.large")
    priced = footprint(holding(VCPU, guess, twice), {})
    assert priced.basis == "assumed"
    assert priced.reason == "no cpu_ratio; unknown machine m99.large"
    assert "model.assumed_ratio" in priced.facts


def test_a_fixed_draw_is_a_guess_that_has_its_interval_in_its_row() -> None:
    """It would be doubted twice, down to nothing where something runs."""
    row = figure("fixed.gcp/apigee.watts")
    runtimes = holding(Component("fixed", "gcp/apigee", 2, assumed="not shown"))
    priced = estimate(runtimes, {}, NOWHERE, None)
    assert (priced.basis, priced.reason) == ("assumed", "not shown")
    assert priced.power_watts.lower == pytest.approx(2 * row.low)
    assert priced.power_watts.upper == pytest.approx(2 * row.high)
    assert "model.assumed_ratio" not in priced.facts


@pytest.mark.parametrize(
    ("component", "reason"),
    [
        (Component("block", "aws/gp9", 100), "unknown block aws/gp9"),
        (Component("vcpu", "Zilog Z80", 4, "cpu_ratio"), "unknown processor Zilog Z80"),
        (Component("gpu", "H900", 1, "gpu_ratio"), "unknown accelerator H900"),
        (Component("fixed", "aws/dream", 1), "unknown fixed aws/dream"),
        (Component("requests", "dreams", 1, per="requests"), "unknown requests dreams"),
        (Component("network", "ether", 1, per="bytes"), "unknown network ether"),
        (Component("memory", "sram", 1), "unknown memory sram"),
    ],
)
def test_an_unknown_part_is_the_default_of_its_kind(component: Component, reason: str) -> None:
    read = {"cpu_ratio": 0.5, "gpu_ratio": 0.5, "requests": 10.0, "bytes": 1e6}
    priced = footprint(holding(component), read)
    assert (priced.basis, priced.reason) == ("assumed", reason)
    assert priced.power_watts.value > 0
    assert priced.power_watts.upper >= 1.5 * priced.power_watts.value


def test_an_unknown_region_is_assumed() -> None:
    priced = footprint(holding(VCPU, region="xx-nowhere-1"), {"cpu_ratio": 0.5})
    assert priced.basis == "assumed"
    assert priced.reason == "unknown region xx-nowhere-1"
    assert priced.operational_grams_per_second is not None
    assert priced.operational_grams_per_second.basis == "assumed"


def test_without_a_grid_there_are_no_operational_emissions() -> None:
    priced = estimate(holding(VCPU), {"cpu_ratio": 0.5}, NOWHERE, None)
    assert priced.operational_grams_per_second is None
    assert priced.power_watts.value > 0
    assert not [name for name in priced.facts if name.startswith("pue.")]


def test_pue_multiplies_power_and_not_manufacture() -> None:
    here = place("aws", "eu-west-3")
    bare, housed = (
        estimate(holding(VCPU), {"cpu_ratio": 0.5}, where, None) for where in (NOWHERE, here)
    )
    assert housed.power_watts.value == pytest.approx(bare.power_watts.value * here.pue_ratio.value)
    assert housed.embodied_grams_per_second == bare.embodied_grams_per_second
    assert "pue.aws/eu-west-3" in housed.facts


def test_boards_that_say_what_they_draw_are_believed() -> None:
    priced = estimate(holding(BOARDS), {"gpu_watts": 1234, "gpu_ratio": 0}, NOWHERE, None)
    told = node_watts(BOARDS.part, BOARDS.amount, 1234)
    assert priced.power_watts.value == pytest.approx(told)
    assert 1234 < told < priced.power_watts.upper < told * 1.3
    assert (priced.basis, priced.reason) == ("measured", "")
    assert priced.embodied_grams_per_second.value > 0
    assert power_watts(holding(BOARDS), {"gpu_watts": 1234}, NOWHERE) == told


@pytest.mark.parametrize(
    "held",
    [
        (VCPU, MEMORY, BOARDS),
        (replace(VCPU, share=0.3, full_load=2.0), replace(MEMORY, per="capacity_units")),
        (BUCKET, replace(BUCKET, amount=3)),
        (Component("vcpu", "no such thing", 3, "cpu_ratio", assumed="nobody told"),),
    ],
    ids=["machine", "burstable", "bucket", "guessed"],
)
@pytest.mark.parametrize(
    "loads",
    [
        {},
        {"cpu_ratio": 0.37, "gpu_ratio": 0.61, "capacity_units": 7.3, "stored_gib": 812.7},
        {"stored_gib:Standard": 31.7, "stored_gib:Glacier": 4711.3},
        {"gpu_watts": 1234.5, "gpu_boards": 3.0},
    ],
    ids=["blind", "read", "by class", "boards"],
)
def test_central_values_alone_are_those_of_the_estimate(
    held: tuple[Component, ...], loads: dict[str, float]
) -> None:
    here = place("aws", "eu-west-3")
    whole = estimate(holding(*held), loads, here, None)
    assert power_watts(holding(*held), loads, here) == pytest.approx(whole.power_watts.value)
    grams = whole.embodied_grams_per_second.value
    assert embodied_grams_per_second(holding(*held), loads) == pytest.approx(grams)
    if "gpu_watts" not in loads:
        assert power_watts(holding(*held), loads, here) == whole.power_watts.value
        assert embodied_grams_per_second(holding(*held), loads) == grams


def test_boards_that_are_silent_have_their_default_beside_one_that_tells() -> None:
    loads = {"gpu_watts": 300.0, "gpu_boards": 2.0, "gpu_ratio": 1.0}
    found = estimate(holding(BOARDS), loads, NOWHERE, None)
    silent = power_watts(holding(replace(BOARDS, amount=6)), {}, NOWHERE)
    told = node_watts(BOARDS.part, 2, 300)
    assert found.power_watts.value == pytest.approx(told + silent)
    assert power_watts(holding(BOARDS), loads, NOWHERE) == pytest.approx(told + silent)
    assert (found.basis, found.reason) == ("default", "no gpu_ratio")
    everything = estimate(holding(BOARDS), {"gpu_watts": 300.0}, NOWHERE, None)
    assert found.embodied_grams_per_second.value == pytest.approx(
        everything.embodied_grams_per_second.value
    )
    of_all = {"gpu_watts": 300.0, "gpu_boards": 8.0}
    assert estimate(holding(BOARDS), of_all, NOWHERE, None) == everything


def test_what_boards_say_is_shared_by_the_boards_of_a_resource() -> None:
    other = Component("gpu", "L4", 2, "gpu_ratio", assumed="a guess")
    priced = estimate(holding(BOARDS, other), {"gpu_watts": 1000}, NOWHERE, None)
    shared = node_watts(BOARDS.part, 8, 800) + node_watts("L4", 2, 200)
    assert priced.power_watts.value == pytest.approx(shared)
    assert (priced.basis, priced.reason) == ("assumed", "a guess")
    assert (
        estimate(
            holding(Component("gpu", "L4", 0, "gpu_ratio")), {"gpu_watts": 9}, NOWHERE, None
        ).power_watts.value
        == 0
    )


def test_bytes_held_by_class_count_each_by_its_class() -> None:
    whole = estimate(
        holding(BUCKET),
        {"stored_gib:StandardStorage": 100, "stored_gib:GlacierStorage": 50},
        NOWHERE,
        None,
    )
    parts = [
        estimate(holding(Component("object", f"aws/s3/{name}", amount)), {}, NOWHERE, None)
        for name, amount in (("StandardStorage", 100), ("GlacierStorage", 50))
    ]
    assert whole.power_watts.value == pytest.approx(sum(part.power_watts.value for part in parts))
    assert parts[0].power_watts.value > 2 * parts[1].power_watts.value
    # how much drives of archives rest is a guess
    assert (parts[0].basis, whole.basis) == ("measured", "assumed")
    assert whole.reason == "assumed watts of aws/s3/GlacierStorage"


def test_a_class_nobody_knows_still_counts() -> None:
    priced = estimate(holding(BUCKET), {"stored_gib:BrandNewStorage": 100}, NOWHERE, None)
    assert (priced.basis, priced.reason) == ("assumed", "unknown object aws/s3/BrandNewStorage")
    assert priced.power_watts.value > 0


def test_a_class_is_not_counted_again_with_the_whole() -> None:
    by_class = {"stored_gib:StandardStorage": 100.0}
    priced = estimate(holding(BUCKET), by_class, NOWHERE, None)
    both = estimate(holding(BUCKET), by_class | {"stored_gib": 100.0}, NOWHERE, None)
    assert priced.power_watts == both.power_watts


def test_bytes_held_that_were_not_read_are_a_default_and_wide() -> None:
    priced = estimate(holding(BUCKET), {}, NOWHERE, None)
    assert (priced.basis, priced.reason) == ("default", "no stored_gib")
    assert priced.power_watts.upper > 50 * priced.power_watts.value > 0
    assert priced.embodied_grams_per_second.upper > 50 * priced.embodied_grams_per_second.value > 0


def test_traffic_that_was_not_read_is_what_such_things_usually_carry() -> None:
    path = Component("network", "internet", 1, per="bytes")
    blind = estimate(holding(path), {}, NOWHERE, None)
    usual = figure("model.default.bytes").value
    read = estimate(holding(path), {"bytes": usual}, NOWHERE, None)
    assert blind.power_watts.value == read.power_watts.value > 0
    assert blind.basis == "default"


def test_what_a_kind_usually_does_goes_before_what_all_things_do() -> None:
    path = Component("network", "internet", 1, per="bytes")
    gateway = replace(holding(path), kind="ec2/nat_gateway")
    prior = figure("prior.ec2/nat_gateway.bytes")
    blind = estimate(gateway, {}, NOWHERE, None)
    read = estimate(gateway, {"bytes": prior.value}, NOWHERE, None)
    assert blind.power_watts.value == read.power_watts.value
    assert power_watts(gateway, {}, NOWHERE) == blind.power_watts.value
    assert prior.id in blind.facts and "model.default.bytes" not in blind.facts


def test_what_the_cloud_allows_bounds_what_is_usual() -> None:
    copy = Component("memory", "dram", 2, per="capacity_units")

    def blind(least: float, most: float) -> Estimate:
        bounded = holding(replace(copy, least=least, most=most))
        power = estimate(bounded, {}, NOWHERE, None).power_watts
        assert power_watts(bounded, {}, NOWHERE) == power.value
        return power

    usual = estimate(holding(copy), {}, NOWHERE, None).power_watts
    assert blind(0, 100) == usual
    four = estimate(holding(copy), {"capacity_units": 4}, NOWHERE, None).power_watts
    always = blind(4, 4)
    assert always.value == four.value
    assert always.upper == pytest.approx(four.upper)
    assert blind(0, 2).upper < usual.upper
    assert blind(4, 100).lower > usual.lower


def test_an_amount_a_unit_of_a_signal_follows_the_signal() -> None:
    serverless = holding(Component("memory", "dram", 2, per="capacity_units"))
    single, four = (
        estimate(serverless, {"capacity_units": units}, NOWHERE, None) for units in (1, 4)
    )
    assert four.power_watts.value == pytest.approx(4 * single.power_watts.value)
    assert four.power_watts.upper == pytest.approx(4 * single.power_watts.upper)


def test_more_components_are_known_better_than_one_of_their_size() -> None:
    mixed = estimate(holding(VCPU, MEMORY), {"cpu_ratio": 0.5}, NOWHERE, None).power_watts
    parts = [
        estimate(holding(component), {"cpu_ratio": 0.5}, NOWHERE, None).power_watts
        for component in (VCPU, MEMORY)
    ]
    assert mixed.upper < sum(part.upper for part in parts)
    assert mixed.lower > sum(part.lower for part in parts)


def test_a_machine_of_a_cloud_names_every_fact_it_stands_on() -> None:
    priced = footprint(resource("aws", "m5.large"), {"cpu_ratio": 0.5})
    assert {
        "processors.Xeon 8175M",
        "memory.dram.idle_watts_per_gib",
        "embodied.lifetime_years",
    } <= set(priced.facts)
    assert any(name.startswith("grid.") for name in priced.facts)
    assert len(set(priced.facts)) == len(priced.facts)


@pytest.mark.parametrize("burst", [0, 0.5, 1, 4, 8, 20])
def test_a_load_told_by_the_share_of_a_core_bursts_to_the_whole_of_it(burst: float) -> None:
    """An e2-micro: an eighth of each of two vCPUs, whose load Google tells by that eighth."""
    whole = replace(VCPU, amount=2, share=0.125)
    shared = replace(whole, full_load=8)
    told = footprint(holding(shared), {"cpu_ratio": burst})
    meant = footprint(holding(whole), {"cpu_ratio": burst / 8})
    assert told.power_watts == meant.power_watts
    by_part = power_watts(holding(shared), {"cpu_ratio": burst}, NOWHERE)
    assert by_part == pytest.approx(power_watts(holding(whole), {"cpu_ratio": burst / 8}, NOWHERE))


def test_a_share_that_is_not_read_is_taken_to_work_as_usual() -> None:
    whole = replace(VCPU, amount=2, share=0.125)
    usual = figure("model.default.cpu_ratio")
    blind = footprint(holding(replace(whole, full_load=8)), {})
    assert blind.basis == "default"
    seen = footprint(holding(whole), {"cpu_ratio": usual.value / 8})
    assert blind.power_watts.value == pytest.approx(seen.power_watts.value)
    assert blind.power_watts.lower < seen.power_watts.lower
    assert blind.power_watts.upper > seen.power_watts.upper
