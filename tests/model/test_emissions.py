import pytest

from cloud_carbon_exporter.model.emissions import operational_grams_per_second, product, weakest
from cloud_carbon_exporter.model.types import Estimate


def test_a_kilowatt_for_an_hour_emits_the_grids_grams() -> None:
    grams = operational_grams_per_second(Estimate(1000, 1000, 1000), Estimate(360, 300, 480))
    assert grams.value * 3600 == pytest.approx(360)
    assert grams.lower * 3600 == pytest.approx(300)
    assert grams.upper * 3600 == pytest.approx(480)


def test_the_weaker_basis_of_power_and_grid_wins() -> None:
    known, guessed = Estimate(1, 1, 1, "default"), Estimate(1, 1, 1, "assumed")
    assert operational_grams_per_second(known, guessed).basis == "assumed"
    assert operational_grams_per_second(known, Estimate(1, 1, 1)).basis == "default"
    assert weakest("measured", "measured") == "measured"


def test_a_product_is_never_below_zero() -> None:
    assert product(1, 1, 1, Estimate(1, 0, 2), "measured").lower == 0
