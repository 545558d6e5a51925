"""Lengths of time are read as Go writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.config.quantities import duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5m", 300),
        ("30s", 30),
        ("1h30m", 5400),
        ("2500ms", 2.5),
        ("90", 90),
        ("1.5h", 5400),
        ("1h0m1s", 3601),
        ("1d", 86400),
    ],
)
def test_durations_are_gos(text: str, seconds: float) -> None:
    assert duration().parse(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "m", "5 m", "5mm", "5x", "1h-5m", "1e3", "٣s", "inf", "nan"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        duration().parse(text)


@given(st.integers(1, 10**9), st.sampled_from([("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)]))
def test_durations_add_up(count: int, unit: tuple[str, float]) -> None:
    name, seconds = unit
    assert duration().parse(f"1s{count}{name}") == pytest.approx(1 + count * seconds)
