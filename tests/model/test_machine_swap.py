"""Machines of another type: what is replaced, by what, and what the same work comes to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.machine_swap import Swap, swap_of, swapped
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.snapshot import AccountRow, Row, Snapshot
from cloud_carbon_exporter.model.sums import footprint_sum
from cloud_carbon_exporter.model.types import Component, Location, Resource
from cloud_carbon_exporter.model.what_if import what_if
from cloud_carbon_exporter.model.what_if_machines import (
    better_regions,
    what_if_machines,
    with_machines,
)

LOADS = {"cpu_ratio": 0.4}
VOLUME = Component("block", "aws/gp3", 100)


def resource(name: str, provider: str = "aws", region: str = "eu-central-1") -> Resource:
    held = (*components(machine(provider, name)), VOLUME)
    at = Location(provider, "1", region)
    return Resource(f"{provider}/{name}", "ec2/instance", name, at, held, info={"host_type": name})


def row(name: str, provider: str = "aws", region: str = "eu-central-1") -> Row:
    of, place = resource(name, provider, region), facts.place(provider, region)
    return Row(of, estimate(of, LOADS, place, place.intensities[0]), LOADS)


@pytest.mark.parametrize(
    ("swap", "name", "becomes"),
    [
        (Swap("m5.large", "m7g.large"), "m5.large", "m7g.large"),
        (Swap("m5.large", "m7g.large"), "m5.xlarge", ""),
        (Swap("m5.*", "m7g.*"), "m5.xlarge", "m7g.xlarge"),
        (Swap("m5.*", "m7g.*"), "m5a.xlarge", ""),
        (Swap("db.m5.*", "db.m7g.*"), "db.m5.large", "db.m7g.large"),
        (Swap("n2-standard-*", "n4-standard-*"), "n2-standard-8", "n4-standard-8"),
        (Swap("PRO2-*", "POP2-*"), "pro2-xs", "POP2-xs"),
    ],
)
def test_a_type_becomes_another(swap: Swap, name: str, becomes: str) -> None:
    assert swap.becomes("aws", name) == becomes


@pytest.mark.parametrize(
    ("provider", "wanted", "name", "becomes"),
    [
        ("aws", "m7g", "m5.xlarge", "m7g.xlarge"),
        ("aws", "m7g", "c5.xlarge", "m7g.xlarge"),  # with more memory than it had
        ("aws", "c7g", "m5.xlarge", "c7g.2xlarge"),  # as much memory takes one of twice the size
        ("aws", "M7G", "m5.large", "m7g.large"),
        ("aws", "m7g.large", "m5.large", "m7g.large"),
        ("aws", "m7g.large", "m5.xlarge", ""),
        ("aws", "m7g", "m7g.large", ""),
        ("aws", "m7g", "g4dn.xlarge", ""),  # it has an accelerator
        ("aws", "m7g", "db.m5.large", ""),
        ("aws", "m7g", "m5.24xlarge", ""),  # none is as large
        ("gcp", "n4-standard", "n2-standard-8", "n4-standard-8"),
        ("gcp", "m7g", "n2-standard-8", ""),
    ],
)
def test_of_a_family_the_smallest_as_large(
    provider: str, wanted: str, name: str, becomes: str
) -> None:
    assert swap_of(wanted).becomes(provider, name) == becomes


def test_what_would_lose_its_accelerators_is_not_replaced() -> None:
    assert swapped(resource("g4dn.xlarge"), LOADS, Swap("g4dn.*", "m5.*")) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "OLD:NEW"),
        (":m7g", "OLD:NEW"),
        ("m5:m6:m7", "OLD:NEW"),
        ("m7gg", "did you mean m7g"),
        ("m5.*:m7g.large", "one \\* in both"),
        ("m5.large:m7g.larg", "did you mean m7g.large"),
        ("m5.large:thing.of.nobody", "no known machine type"),
    ],
)
def test_what_is_no_swap(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        swap_of(text)


def test_hardware_changes_and_the_volume_stays() -> None:
    other = swapped(resource("m5.xlarge"), LOADS, Swap("m5.*", "m7g.*"))
    assert other is not None
    assert other.resource.components == (*components(machine("aws", "m7g.xlarge")), VOLUME)
    assert other.resource.info["host_type"] == "m7g.xlarge"
    assert other.loads == LOADS  # as many vCPUs do the same work as hard
    assert not other.less_memory and not other.overloaded


def test_the_same_work_on_more_and_on_fewer_vcpus() -> None:
    larger = swapped(resource("m5.large"), LOADS, Swap("m5.large", "m5.xlarge"))
    smaller = swapped(resource("m5.2xlarge"), LOADS, Swap("m5.2xlarge", "m5.large"))
    assert larger is not None and smaller is not None
    assert larger.loads["cpu_ratio"] == pytest.approx(0.2)
    assert (smaller.loads["cpu_ratio"], smaller.overloaded, smaller.less_memory) == (1, True, True)


def test_a_cluster_of_several_machines_stays_as_many() -> None:
    of = resource("m5.large")
    three = replace(
        of, components=tuple(replace(each, amount=3 * each.amount) for each in of.components)
    )
    other = swapped(three, LOADS, Swap("m5.large", "m7g.large"))
    assert other is not None
    (threads,) = [each.amount for each in other.resource.components if each.kind == "vcpu"]
    assert threads == pytest.approx(3 * machine("aws", "m7g.large").threads)


def test_what_stays_as_it_is() -> None:
    swap = Swap("m5.*", "m7g.*")
    stopped = replace(resource("m5.large"), components=(VOLUME,))
    assert swapped(stopped, {}, swap) is None
    assert swapped(resource("c5.large"), LOADS, swap) is None
    assert swapped(replace(resource("m5.large"), info={}), LOADS, swap) is None
    # m7g has no 24xlarge: a name that a pattern makes up is no machine
    assert swapped(resource("m5.24xlarge"), LOADS, swap) is None


def test_a_swap_for_the_same_type_changes_nothing() -> None:
    snapshot = Snapshot(0, (row("m5.large"), row("m5.xlarge"), row("c5.large")))
    same = what_if_machines(snapshot, Swap("m5.*", "m5.*"))
    assert sum(same.swaps.values()) == 2
    assert same.after == same.before
    change = same.grams_per_second
    assert (change.value, change.lower, change.upper) == (0, 0, 0)


def test_arm_in_place_of_intel() -> None:
    rows = (row("m5.large"), row("m5.large", region="us-east-1"), row("n2-standard-4", "gcp"))
    of = what_if_machines(Snapshot(0, rows), Swap("m5.*", "m7g.*"))
    assert of.swaps == {("m5.large", "m7g.large"): 2}
    assert of.after.power_watts.value < of.before.power_watts.value
    both = of.after.emissions_grams_per_second.value - of.before.emissions_grams_per_second.value
    assert of.grams_per_second.value == pytest.approx(both)
    assert of.grams_per_second.lower <= both <= of.grams_per_second.upper


def test_another_region_and_other_machines_together() -> None:
    snapshot = Snapshot(0, (row("m5.large"), row("c5.large")))
    swap = Swap("m5.*", "m7g.*")
    moved = what_if(with_machines(snapshot, swap), "aws", "eu-north-1")
    alone = what_if(snapshot, "aws", "eu-north-1")
    assert moved.grams_per_second == alone.grams_per_second  # here, as it is
    assert moved.power_watts_there.value < alone.power_watts_there.value


def test_the_best_regions_are_those_of_what_if() -> None:
    rows = (row("m5.large"), row("m5.large", region="us-east-1"), row("n2-standard-4", "gcp"))
    accounts = []
    for each in rows:
        at = each.resource.location
        accounts.append(
            AccountRow(at.provider, "1", at.region, "ec2/instance", footprint_sum([each.footprint]))
        )
    snapshot = Snapshot(0, rows, tuple(accounts), first_collection_done=True)
    found = better_regions(snapshot, 3)
    assert [region.provider for region in found].count("aws") == 3
    for region in found:
        there = what_if(snapshot, region.provider, region.region)
        assert region.grams_per_second.value == pytest.approx(there.grams_per_second_there.value)
        assert region.change.value < 0
        assert region.change.lower <= region.change.value <= region.change.upper
    of_aws = [region for region in found if region.provider == "aws"]
    best = min(
        (name for name in facts.regions("aws")),
        key=lambda name: what_if(snapshot, "aws", name).grams_per_second_there.value,
    )
    assert of_aws[0].region == best
