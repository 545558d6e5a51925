"""What must hold of every sum: however it is put together, it is one number and one interval."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloud_carbon_exporter.model.estimate import NOWHERE, estimate
from cloud_carbon_exporter.model.sums import FootprintSum, Sum, footprint_sum, together
from cloud_carbon_exporter.model.types import CarbonIntensity, Footprint, Place, Resource
from tests.examples import examples
from tests.laws.strategies import grids, loads, places, resources

pytestmark = pytest.mark.slow

law = settings(
    max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
Loads = dict[str, float]
TINY = 1e-100
"""Squares of what is smaller are lost in a float."""
AMOUNTS = ("power_watts", "operational_grams_per_second", "embodied_grams_per_second")


@st.composite
def footprints(draw: st.DrawFn, least: int = 1) -> list[Footprint]:
    """Footprints of a few resources in one or two places, some of them without a grid."""
    grounds = draw(st.lists(st.tuples(places, st.none() | grids), min_size=1, max_size=2))
    drawn: list[Footprint] = []
    for _ in range(draw(st.integers(least, 6))):
        place, grid = draw(st.sampled_from(grounds))
        drawn.append(estimate(draw(resources), draw(loads), place, grid))
    return drawn


def amounts(of: FootprintSum) -> list[Sum]:
    """All sums in it."""
    return [getattr(of, name) for name in AMOUNTS]


def assert_same(one: FootprintSum, other: FootprintSum) -> None:
    """The same to rounding."""
    assert one.resources == other.resources
    for left, right in zip(amounts(one), amounts(other), strict=True):
        size = max(left.estimate.upper, TINY)
        assert left.value == pytest.approx(right.value, abs=1e-9 * size)
        assert left.estimate.lower == pytest.approx(right.estimate.lower, abs=1e-9 * size)
        assert left.estimate.upper == pytest.approx(right.estimate.upper, rel=1e-9, abs=TINY)
        assert left.basis == right.basis


def halves(parts: Sequence[Footprint], at: int) -> FootprintSum:
    """Sum of the sums of both sides of a cut."""
    return footprint_sum(parts[:at]) + footprint_sum(parts[at:])


@law
@given(footprints(), st.data())
def test_a_sum_is_the_same_however_it_is_put_together(
    parts: list[Footprint], data: st.DataObject
) -> None:
    whole = footprint_sum(parts)
    at = data.draw(st.integers(0, len(parts)))
    assert_same(whole, halves(parts, at))
    mixed = data.draw(st.permutations(parts))
    assert_same(whole, together([footprint_sum([part]) for part in mixed]))
    a, b, c = (footprint_sum(some) for some in (parts[:1], parts[1:2], parts[2:]))
    assert_same((a + b) + c, a + (b + c))
    assert_same(a + b, b + a)


@law
@given(resources, loads, places, grids)
def test_the_sum_of_one_is_its_own_estimate(
    resource: Resource, read: Loads, place: Place, grid: CarbonIntensity
) -> None:
    single = estimate(resource, read, place, grid)
    alone = footprint_sum([single])
    for name in AMOUNTS:
        own, summed = getattr(single, name), getattr(alone, name).estimate
        assert summed.value == pytest.approx(own.value, rel=1e-9, abs=TINY)
        assert summed.lower == pytest.approx(own.lower, abs=1e-9 * own.upper + TINY)
        assert summed.upper == pytest.approx(own.upper, rel=1e-9, abs=TINY)


@law
@given(footprints())
def test_bounds_hold_the_value_and_lie_within_those_of_wholly_alike_errors(
    parts: list[Footprint],
) -> None:
    whole = footprint_sum(parts)
    for total in amounts(whole):
        drawn = total.estimate
        assert 0 <= drawn.lower <= drawn.value <= drawn.upper
    for name in AMOUNTS:
        uppers = [getattr(part, name).upper for part in parts if getattr(part, name)]
        assert getattr(whole, name).estimate.upper <= sum(uppers) * (1 + 1e-9)


@law
@given(footprints())
def test_a_sum_is_never_known_better_than_if_its_terms_were_independent(
    parts: list[Footprint],
) -> None:
    whole = footprint_sum(parts)
    for name in AMOUNTS:
        estimates = [getattr(part, name) for part in parts if getattr(part, name)]
        independent = math.hypot(*(term.upper - term.value for term in estimates))
        drawn = getattr(whole, name).estimate
        assert drawn.upper - drawn.value >= independent * (1 - 1e-9) - TINY


@law
@given(resources, loads, places, grids, st.integers(2, 1000))
def test_resources_alike_whose_figures_are_read_are_no_better_known_than_one(
    resource: Resource, read: Loads, place: Place, grid: CarbonIntensity, count: int
) -> None:
    single = estimate(resource, read, place, grid)
    if single.basis != "measured":
        return  # what was guessed or not read is in part each one's own
    many = footprint_sum([single] * count)
    for name in AMOUNTS:
        own, summed = getattr(single, name), getattr(many, name).estimate
        assert summed.value == pytest.approx(count * own.value, rel=1e-9, abs=TINY)
        assert summed.upper == pytest.approx(count * own.upper, rel=1e-9, abs=TINY)
        assert summed.lower == pytest.approx(count * own.lower, abs=1e-9 * count * own.upper + TINY)


@law
@given(resources, loads, st.integers(2, 1000))
def test_what_is_each_ones_own_evens_out_and_what_they_share_does_not(
    resource: Resource, read: Loads, count: int
) -> None:
    single = estimate(resource, read, NOWHERE, None)
    drawn = footprint_sum([single] * count).power_watts.estimate
    own = single.power_watts
    reach, most = drawn.upper - drawn.value, count * (own.upper - own.value)
    assert reach <= most * (1 + 1e-9)
    assert reach >= most / math.sqrt(count) * (1 - 1e-9) - TINY
