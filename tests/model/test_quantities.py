import math

import pytest

from cloud_carbon_exporter.model.quantities import product_deviation, ratio


@pytest.mark.parametrize(
    ("said", "meant"),
    [(0.5, 0.5), (-1, 0), (7, 1), (math.inf, 1), (-math.inf, 0), (math.nan, 0), (0, 0), (1, 1)],
)
def test_a_ratio_is_held_within_0_and_1(said: float, meant: float) -> None:
    assert ratio(said) == meant


def test_relative_errors_of_a_product_add_as_squares() -> None:
    assert product_deviation(100, 3, 10, 0.4) == pytest.approx(
        1000 * math.hypot(0.03, 0.04), rel=1e-3
    )


def test_a_product_with_zero_is_as_unsure_as_its_factors() -> None:
    assert product_deviation(0, 2, 10, 0) == 20
    assert product_deviation(0, 2, 0, 3) == 6
