"""What is built alike is estimated as each of it alone, to the last bit."""

from __future__ import annotations

from array import array
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.built import built
from cloud_carbon_exporter.model.errors import Errors, PackedUnits, Units
from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.sums import footprint_sum
from cloud_carbon_exporter.model.types import Component, Footprint, Location, Resource

PLACE = facts.place("aws", "eu-west-3")
GRID = PLACE.intensities[0]
AT = Location("aws", "111111111111", "eu-west-3")
ALIKE = ("m5.large", "m5d.large", "t3.micro", "c7g.xlarge", "r6a.4xlarge", "m7i.metal-24xl")


def of_type(name: str) -> Resource:
    return Resource(name, "ec2/instance", name, AT, components(machine("aws", name)))


def loosened(packed: PackedUnits) -> Units:
    numbers, count = array("d"), len(packed.facts)
    numbers.frombytes(packed.deviations)
    down, up = tuple(numbers[:count]), tuple(numbers[count:])
    return Units(Errors(packed.facts, down, up), packed.units)


@pytest.mark.parametrize("name", ALIKE)
@pytest.mark.parametrize("grid", [GRID, None])
@given(loads=st.lists(st.floats(0, 3), min_size=1, max_size=5))
def test_a_machine_is_estimated_as_if_it_were_alone(
    name: str, grid: object, loads: list[float]
) -> None:
    resource, intensity = of_type(name), None if grid is None else GRID
    alike = built(resource, {"cpu_ratio": 0.5}, PLACE, intensity)
    assert alike is not None
    for load in (0.0, 0.1, 0.5, 1.0, *loads):
        alone = estimate(resource, {"cpu_ratio": load}, PLACE, intensity)
        found = alike.footprint({"cpu_ratio": load})
        assert found == alone
        assert found.errors == alone.errors
        assert isinstance(found.errors and found.errors.watts, PackedUnits)


@pytest.mark.parametrize(
    "held",
    [
        (Component("object", "aws", 1, per="stored_gib"), Component("fixed", "default", 1)),
        (Component("vcpu", "Skylake", 4, load="cpu_ratio"),),
        (
            Component("vcpu", "Skylake", 4, load="cpu_ratio", assumed="nobody told"),
            Component("memory", "dram/192", 8, load="cpu_ratio"),
        ),
    ],
    ids=["grows", "one part", "guessed"],
)
def test_what_hangs_on_more_than_a_load_is_estimated_each_alone(
    held: tuple[Component, ...],
) -> None:
    resource = replace(of_type("m5.large"), components=held)
    assert built(resource, {"cpu_ratio": 0.5, "stored_gib": 3.0}, PLACE, GRID) is None


def test_boards_that_tell_their_watts_are_estimated_each_alone() -> None:
    loads = {"cpu_ratio": 0.5, "gpu_ratio": 0.5, "gpu_watts": 900.0}
    assert built(of_type("p4d.24xlarge"), loads, PLACE, GRID) is None


def test_a_load_that_is_not_read_stays_the_stated_one() -> None:
    resource = of_type("p4d.24xlarge")
    alike = built(resource, {"cpu_ratio": 0.5}, PLACE, GRID)
    assert alike is not None
    assert alike.footprint({"cpu_ratio": 0.25}) == estimate(
        resource, {"cpu_ratio": 0.25}, PLACE, GRID
    )


def test_a_sum_of_packed_errors_is_that_of_the_errors_themselves() -> None:
    loose: list[Footprint] = []
    packed: list[Footprint] = []
    for number in range(20):
        footprint = estimate(of_type(ALIKE[number % 4]), {"cpu_ratio": number / 19}, PLACE, GRID)
        assert footprint.errors is not None
        assert isinstance(footprint.errors.watts, PackedUnits)
        watts = loosened(footprint.errors.watts)
        loose.append(replace(footprint, errors=footprint.errors._replace(watts=watts)))
        packed.append(footprint)
    assert footprint_sum(loose) == footprint_sum(packed)
    mixed = [*packed[::2], *loose[1::2]]
    ordered = [*packed[::2], *packed[1::2]]
    assert footprint_sum(mixed) == footprint_sum(ordered)
