"""Basis of an estimate: no better than the weakest row it names, and it says why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from tests.model.machines import footprint, holding, resource

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.doubts import is_assumed
from cloud_carbon_exporter.model.estimate import NOWHERE, estimate
from cloud_carbon_exporter.model.facts import place, regions, zones
from cloud_carbon_exporter.model.types import BASES, Component, ComponentKind, Footprint

READ: Mapping[str, float] = {"cpu_ratio": 0.2, "gpu_ratio": 0.2}
STANDS_IN = ("prior.", "model.default.")
"""Rows for a load that was not read: that is what the basis `default` says."""

PREFIXES: Mapping[ComponentKind, tuple[str, ...]] = {
    "fixed": ("fixed.", ".watts"),
    "requests": ("requests.", ".joules_per_request"),
    "network": ("network.", ".joules_per_byte"),
    "gpu": ("gpu.", ".max_watts"),
    "memory": ("memory.", ".watts_per_gib"),
}


def parts() -> Iterator[Component]:
    """One of every part there is a row of."""
    for kind, (prefix, suffix) in PREFIXES.items():
        for name in facts.figures():
            if name.startswith(prefix) and name.endswith(suffix):
                signal = "gpu_ratio" if kind == "gpu" else ""
                yield Component(kind, name[len(prefix) : -len(suffix)], 1, signal)
    for row in facts.rows("storage_classes"):
        yield Component("block", row["class"], 1)
    for row in facts.rows("processors"):
        yield Component("vcpu", row["name"], 1, "cpu_ratio")


def weakest_row(priced: Footprint) -> str:
    """What the rows that an estimate names leave of its basis."""
    weak = [name for name in priced.facts if is_assumed(name) and not name.startswith(STANDS_IN)]
    return "assumed" if weak else "measured"


def assert_no_better(priced: Footprint) -> None:
    assert BASES.index(priced.basis) >= BASES.index(weakest_row(priced)), priced.facts
    assert priced.power_watts.basis == priced.embodied_grams_per_second.basis == priced.basis
    assert (priced.reason == "") == (priced.basis == "measured")


def test_every_part_is_no_better_than_its_rows() -> None:
    found = list(parts())
    assert len({component.kind for component in found}) == len(PREFIXES) + 2
    for component in found:
        priced = estimate(holding(component), READ, NOWHERE, None)
        assert_no_better(priced)
        assert priced.hardware_basis == priced.basis == weakest_row(priced), component


@pytest.mark.parametrize("provider", ["aws", "gcp", "scaleway"])
def test_every_family_is_no_better_than_its_rows(provider: str) -> None:
    types = {row["type"] for row in facts.rows("machine_types") if row["provider"] == provider}
    assert types
    for name in types:
        assert_no_better(footprint(resource(provider, name), READ))


@pytest.mark.parametrize("provider", ["aws", "gcp", "scaleway"])
def test_every_place_is_no_better_than_its_rows(provider: str) -> None:
    disk = Component("hdd", "hdd", 1)
    assert estimate(holding(disk), {}, NOWHERE, None).basis == "measured"
    for name in (*regions(provider), *zones(provider), "global", "mars-north-1"):
        there = place(provider, name)
        priced = estimate(holding(disk), {}, there, there.intensities[0])
        assert_no_better(priced)
        assert priced.hardware_basis == "measured"


@pytest.mark.parametrize(
    ("component", "reason"),
    [
        (Component("fixed", "aws/load-balancer", 1), "assumed watts of aws/load-balancer"),
        (Component("vcpu", "Axion (Neoverse V2)", 1, "cpu_ratio"), "assumed watts of Axion"),
        (Component("requests", "http", 1), "assumed watts of http"),
    ],
)
def test_a_guessed_row_is_told(component: Component, reason: str) -> None:
    priced = estimate(holding(component), READ, NOWHERE, None)
    assert priced.basis == "assumed"
    assert priced.reason.startswith(reason)


def test_a_guess_that_is_told_needs_no_second_word() -> None:
    balancer = Component("fixed", "aws/load-balancer", 1, assumed="not shown")
    assert estimate(holding(balancer), READ, NOWHERE, None).reason == "not shown"


def test_hardware_is_known_though_its_load_was_not_read() -> None:
    known = estimate(holding(Component("vcpu", "Skylake", 1, "cpu_ratio")), {}, NOWHERE, None)
    assert (known.basis, known.hardware_basis) == ("default", "measured")
    guessed = Component("vcpu", "Skylake", 1, "cpu_ratio", assumed="unknown machine m99.large")
    both = estimate(holding(guessed), {}, NOWHERE, None)
    assert (both.basis, both.hardware_basis) == ("assumed", "assumed")


def test_a_row_that_is_a_guess_is_not_doubted_twice() -> None:
    """Its interval is that of a guess already: no half or double on top."""
    row = facts.figure("requests.http.joules_per_request")
    priced = estimate(holding(Component("requests", "http", 1)), {}, NOWHERE, None)
    assert priced.power_watts.upper == pytest.approx(row.high)
    assert "model.assumed_ratio" not in priced.facts
