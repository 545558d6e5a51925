"""What must hold of every estimate, whatever the facts say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloud_carbon_exporter.model.estimate import NOWHERE, estimate, power_watts
from cloud_carbon_exporter.model.explain import explain
from cloud_carbon_exporter.model.priced_components import usual_load
from cloud_carbon_exporter.model.quantities import JOULES_PER_KILOWATT_HOUR
from cloud_carbon_exporter.model.types import CarbonIntensity, Component, Place, Resource
from tests.examples import examples
from tests.laws.strategies import (
    components,
    grids,
    loads,
    places,
    resource_of,
    resources,
    widened,
)

pytestmark = pytest.mark.slow

law = settings(
    max_examples=examples(75), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
ratios = st.floats(0, 1)
Loads = dict[str, float]


@law
@given(resources, loads, places, grids)
def test_lower_value_upper(
    resource: Resource, read: Loads, place: Place, grid: CarbonIntensity
) -> None:
    estimated = estimate(resource, read, place, grid)
    assert estimated.operational_grams_per_second is not None
    for amount in (
        estimated.power_watts,
        estimated.operational_grams_per_second,
        estimated.embodied_grams_per_second,
    ):
        assert 0 <= amount.lower <= amount.value <= amount.upper
        assert amount.basis == estimated.basis
    assert (estimated.reason == "") == (estimated.basis == "measured")


@law
@given(
    resources,
    loads,
    st.sampled_from(["cpu_ratio", "gpu_ratio", "stored_gib", "bytes", "requests"]),
    ratios,
    ratios,
)
def test_more_load_never_draws_less(
    resource: Resource, read: Loads, signal: str, load: float, other_load: float
) -> None:
    less, more = sorted((load, other_load))
    calm = estimate(resource, read | {signal: less}, NOWHERE, None).power_watts
    busy = estimate(resource, read | {signal: more}, NOWHERE, None).power_watts
    assert busy.value >= calm.value * (1 - 1e-12)


@law
@given(
    st.sampled_from(["Skylake", "Graviton3", "no such"]),
    st.floats(0.1, 500),
    ratios,
    st.floats(0.05, 1),
)
def test_doubling_the_vcpus_doubles_the_cpu_part(
    part: str, threads: float, load: float, share: float
) -> None:
    read = {"cpu_ratio": load}
    vcpu = Component("vcpu", part, threads, "cpu_ratio", share=share)
    single = estimate(resource_of(vcpu), read, NOWHERE, None)
    double = estimate(resource_of(replace(vcpu, amount=2 * threads)), read, NOWHERE, None)
    for half, whole in (
        (single.power_watts, double.power_watts),
        (single.embodied_grams_per_second, double.embodied_grams_per_second),
    ):
        assert whole.value == pytest.approx(2 * half.value)
        assert whole.lower == pytest.approx(2 * half.lower)
        assert whole.upper == pytest.approx(2 * half.upper)
        assert half.value > 0


@law
@given(resources, loads, places, grids)
def test_the_parts_sum_to_the_whole(
    resource: Resource, read: Loads, place: Place, grid: CarbonIntensity
) -> None:
    whole = estimate(resource, read, place, grid)
    parts = [
        estimate(replace(resource, components=(component,)), read, place, grid)
        for component in resource.components
    ]
    assert sum(part.power_watts.value for part in parts) == pytest.approx(whole.power_watts.value)
    assert sum(part.embodied_grams_per_second.value for part in parts) == pytest.approx(
        whole.embodied_grams_per_second.value
    )


@law
@given(resources, loads)
def test_bounds_of_the_whole_lie_within_the_sums_of_bounds(resource: Resource, read: Loads) -> None:
    whole = estimate(resource, read, NOWHERE, None)
    parts = [
        estimate(replace(resource, components=(component,)), read, NOWHERE, None)
        for component in resource.components
    ]
    for name in ("power_watts", "embodied_grams_per_second"):
        bounds = [getattr(part, name) for part in parts]
        assert (
            getattr(whole, name).upper <= sum(bound.upper for bound in bounds) * (1 + 1e-9) + 1e-9
        )
        assert (
            getattr(whole, name).lower >= sum(bound.lower for bound in bounds) * (1 - 1e-9) - 1e-9
        )


@law
@given(resources, loads, places, grids)
def test_the_terms_sum_to_the_estimate(
    resource: Resource, read: Loads, place: Place, grid: CarbonIntensity
) -> None:
    estimated = estimate(resource, read, place, grid)
    terms = explain(resource, read, place, grid)
    for name in ("power_watts", "operational_grams_per_second", "embodied_grams_per_second"):
        whole = getattr(estimated, name).value
        assert sum(term.value for term in terms if term.sum == name) == pytest.approx(whole)
    for term in terms:
        assert term.low <= term.figure * (1 + 1e-9) and term.figure <= term.high * (1 + 1e-9)


@law
@given(resources, loads, places)
def test_the_fast_power_is_that_of_the_estimate(
    resource: Resource, read: Loads, place: Place
) -> None:
    assert power_watts(resource, read, place) == pytest.approx(
        estimate(resource, read, place, None).power_watts.value
    )


@law
@given(resources, loads, places, grids)
def test_power_times_time_is_the_energy_the_grid_is_paid_for(
    resource: Resource, read: Loads, place: Place, grid: CarbonIntensity
) -> None:
    estimated = estimate(resource, read, place, grid)
    assert estimated.operational_grams_per_second is not None
    joules = estimated.power_watts.value * 3600
    kilowatt_hours = joules / JOULES_PER_KILOWATT_HOUR
    assert estimated.operational_grams_per_second.value * 3600 == pytest.approx(
        kilowatt_hours * grid.grams_per_kilowatt_hour.value
    )


@law
@given(resources, loads, places, grids, st.floats(0, 0.9), st.floats(0, 0.9))
def test_a_wider_input_is_never_a_narrower_output(
    resource: Resource,
    read: Loads,
    place: Place,
    grid: CarbonIntensity,
    by_pue: float,
    by_grid: float,
) -> None:
    sure = estimate(resource, read, place, grid)
    unsure = estimate(
        resource,
        read,
        replace(place, pue_ratio=widened(place.pue_ratio, by_pue)),
        replace(grid, grams_per_kilowatt_hour=widened(grid.grams_per_kilowatt_hour, by_grid)),
    )
    for name in ("power_watts", "operational_grams_per_second"):
        narrow, wide = getattr(sure, name), getattr(unsure, name)
        assert wide.value == narrow.value
        assert wide.lower <= narrow.lower + 1e-9 * narrow.value
        assert wide.upper >= narrow.upper - 1e-9 * narrow.value


@law
@given(
    components,
    loads,
    st.sampled_from(["cpu_ratio", "gpu_ratio", "stored_gib", "bytes", "requests", "memory_gib"]),
)
def test_a_load_not_read_is_never_known_better_than_its_default_read(
    component: Component, read: Loads, signal: str
) -> None:
    resource = resource_of(component)
    rest = {name: value for name, value in read.items() if name != signal}
    known = estimate(
        resource, rest | {signal: usual_load(resource.kind, signal).value}, NOWHERE, None
    ).power_watts
    blind = estimate(resource, rest, NOWHERE, None).power_watts
    assert blind.value == pytest.approx(known.value)
    assert blind.lower <= known.lower + 1e-12 * known.value
    assert blind.upper >= known.upper * (1 - 1e-9)


@law
@given(components, loads)
def test_guessed_hardware_is_never_known_better(component: Component, read: Loads) -> None:
    sure = estimate(resource_of(replace(component, assumed="")), read, NOWHERE, None)
    guessed = estimate(resource_of(replace(component, assumed="a guess")), read, NOWHERE, None)
    assert guessed.basis == "assumed"
    for name in ("power_watts", "embodied_grams_per_second"):
        known, wide = getattr(sure, name), getattr(guessed, name)
        assert wide.value == known.value
        assert wide.lower <= known.lower + 1e-12 * known.value
        assert wide.upper >= known.upper * (1 - 1e-12)
