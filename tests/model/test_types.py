import math

import pytest

from cloud_carbon_exporter.model.types import Component, Estimate


@pytest.mark.parametrize(
    ("value", "lower", "upper"),
    [
        (1, 2, 3),
        (3, 1, 2),
        (1, -1, 2),
        (math.nan, 0, 1),
        (1, math.nan, 2),
        (1, 0, math.nan),
        (math.inf, 0, math.inf),
    ],
)
def test_an_estimate_lies_within_its_finite_bounds(
    value: float, lower: float, upper: float
) -> None:
    with pytest.raises(ValueError, match="not an estimate"):
        Estimate(value, lower, upper)


@pytest.mark.parametrize(
    ("amount", "share"), [(-1, 1), (math.nan, 1), (math.inf, 1), (1, 2), (1, -1), (1, math.nan)]
)
def test_a_component_is_of_an_amount(amount: float, share: float) -> None:
    with pytest.raises(ValueError, match="not an amount of vcpu"):
        Component("vcpu", "Skylake", amount, "cpu_ratio", share=share)


@pytest.mark.parametrize("full_load", [0, 0.5, math.nan, math.inf])
def test_all_of_a_component_works_at_1_or_above(full_load: float) -> None:
    with pytest.raises(ValueError, match="not a full load"):
        Component("vcpu", "Skylake", 2, "cpu_ratio", full_load=full_load)
