"""Estimates for programs: `from cloud_carbon_exporter import estimate`, as docs/library.md says."""

from __future__ import annotations

import inspect
import math
import subprocess
import sys
from collections.abc import Callable
from typing import cast

import pytest

from cloud_carbon_exporter import estimate
from cloud_carbon_exporter.estimate import Component, Estimate, Result
from cloud_carbon_exporter.model import facts

LOADS = {"cpu_ratio": 0.5}
SERVER = "Xeon Gold 6248"


def m5(region: str = "eu-west-3", hours: float = 1) -> Result:
    return estimate.machine("aws", "m5.large", region, LOADS, hours)


def test_hours_turn_watts_into_energy_and_grams() -> None:
    hour, month = m5(), m5(hours=730)
    watts = hour.power_watts
    assert hour.energy_kilowatt_hours.value == pytest.approx(watts.value / 1000)
    assert month.energy_kilowatt_hours.upper == pytest.approx(watts.upper * 730 / 1000)
    assert month.operational_grams is not None
    assert hour.operational_grams is not None
    assert month.operational_grams.value == pytest.approx(730 * hour.operational_grams.value)
    grid = facts.place("aws", "eu-west-3").intensities[0].grams_per_kilowatt_hour.value
    assert month.operational_grams.value == pytest.approx(month.energy_kilowatt_hours.value * grid)
    assert month.power_watts == watts  # a mean, however long


def test_the_total_is_the_sum_and_its_interval_is_narrower_than_that_of_its_parts() -> None:
    result = m5()
    total, power, made = result.total_grams, result.operational_grams, result.embodied_grams
    assert total is not None
    assert power is not None
    assert total.value == pytest.approx(power.value + made.value)
    assert power.lower + made.lower < total.lower < total.value < total.upper
    assert total.upper < power.upper + made.upper


def test_without_a_region_no_grams_of_power_are_known() -> None:
    nowhere = estimate.machine("aws", "m5.large", loads=LOADS)
    assert nowhere.operational_grams is None
    assert nowhere.total_grams is None
    assert nowhere.embodied_grams.value > 0
    assert nowhere.power_watts.value < m5().power_watts.value  # PUE is 1


def test_a_cloud_answers_to_both_of_its_names() -> None:
    one, other = (estimate.machine(name, "PRO2-S", "fr-par") for name in ("scw", "scaleway"))
    assert one == other


def test_a_server_stands_where_it_is_put() -> None:
    bare = estimate.server(SERVER, sockets=2, loads=LOADS)
    there = estimate.server(
        SERVER, sockets=2, provider="scaleway", region="fr-par", loads=LOADS, hours=2
    )
    pue = facts.place("scaleway", "fr-par").pue_ratio.value
    assert bare.operational_grams is None
    assert there.power_watts.value == pytest.approx(bare.power_watts.value * pue)
    assert there.operational_grams is not None
    assert there.basis == bare.basis == "measured"


def test_parts_add_up_and_take_the_usual_load_of_their_kind() -> None:
    parts = (Component("block", "aws/gp3", 100), Component("memory", "dram", 16, "cpu_ratio"))
    alone = [estimate.components([part], "aws", "eu-west-3", LOADS) for part in parts]
    both = estimate.components(parts, "aws", "eu-west-3", LOADS)
    assert both.power_watts.value == pytest.approx(sum(each.power_watts.value for each in alone))
    cpu = [Component("vcpu", "Skylake", 2, "cpu_ratio")]
    usual = estimate.components(cpu, kind="rds/db_instance")
    assert usual.power_watts.basis == "default"
    assert "no cpu_ratio" in usual.reason


def test_the_explanation_adds_up_to_the_power() -> None:
    result = m5()
    terms = [term for term in result.explain() if term.sum == "power_watts"]
    assert sum(term.value for term in terms) == pytest.approx(result.power_watts.value)
    assert {term.fact for term in terms} <= set(result.facts)


def test_what_nobody_knows_is_assumed_and_never_raises() -> None:
    for result in (
        estimate.machine("gcp", "warp-core-7", "europe-west1", LOADS),
        estimate.machine("aws", "m5.large", "moon-1", LOADS),
        estimate.server("Abacus 9000"),
    ):
        assert result.basis == "assumed"
        assert result.reason


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: estimate.machine("azure", "D4"), "azure"),
        (lambda: estimate.machine("", "m5.large"), "provider"),
        (lambda: estimate.machine("demo", "m5.large"), "provider"),
        (lambda: estimate.machine("aws", ""), "machine_type"),
        (lambda: estimate.machine("aws", "m5.large", hours=-1), "hours"),
        (lambda: estimate.machine("aws", "m5.large", hours=math.nan), "hours"),
        (lambda: estimate.machine("aws", "m5.large", hours=math.inf), "hours"),
        (lambda: estimate.machine("aws", "m5.large", loads={"cpu": 0.5}), "cpu_ratio"),
        (lambda: estimate.machine("aws", "m5.large", loads={"cpu_ratio": 50}), "0 to 1"),
        (lambda: estimate.machine("aws", "m5.large", loads={"cpu_ratio": math.nan}), "0 to 1"),
        (estimate.server, "processor"),
        (lambda: estimate.server(SERVER, region="fr-par"), "provider"),
        (lambda: estimate.components([], region="fr-par"), "provider"),
    ],
)
def test_what_no_estimate_can_mean_is_refused(call: Callable[[], Result], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        call()


def test_a_method_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="grid_method"):
        estimate.machine("aws", "m5.large", grid_method=cast(estimate.Method, "best"))


STABLE = {
    "machine": "provider machine_type region loads hours grid_method",
    "server": "processor microarchitecture tdp_watts sockets threads memory_gib provider region"
    " loads hours grid_method",
    "components": "parts provider region loads hours grid_method kind",
    "Result": "power_watts energy_kilowatt_hours operational_grams embodied_grams total_grams"
    " basis reason facts explain hours",
}
"""Names the docs promise. One that goes, or changes its place, breaks somebody's program."""


@pytest.mark.parametrize("function", ["machine", "server", "components"])
def test_parameters_stay_where_they_are(function: str) -> None:
    assert (
        list(inspect.signature(getattr(estimate, function)).parameters) == STABLE[function].split()
    )


def test_a_result_keeps_its_names() -> None:
    assert set(STABLE["Result"].split()) <= {name for name in dir(m5()) if name[0] != "_"}
    assert isinstance(m5().power_watts, Estimate)


def test_all_that_is_offered_is_there() -> None:
    assert all(hasattr(estimate, name) for name in estimate.__all__)


def test_importing_it_brings_no_web_server_and_no_cloud() -> None:
    code = "from cloud_carbon_exporter import estimate; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"aiohttp", "botocore", "yaml", "asyncio", "logging"} & set(done.stdout.split())
