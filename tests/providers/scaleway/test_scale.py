"""Copies of serverless programs where Cockpit is not read: as many as they are configured for."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes.scaleway import ORGANIZATION
from tests.providers.scaleway.support import recorded

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.priced_components import usual_load
from cloud_carbon_exporter.model.types import Estimate
from cloud_carbon_exporter.providers.scaleway import PROVIDER
from cloud_carbon_exporter.providers.spec import Scope

PARIS = Scope("scaleway", ORGANIZATION, "fr-par")
KINDS = ("containers/container", "functions/function")
PLACE = facts.place("scaleway", "fr-par")


def power(kind: str, copies: float | None = None, **changes: Any) -> Estimate:
    """Power of a program at half load, and of so many copies where Cockpit counts them."""
    [spec] = [spec for spec in PROVIDER.services if spec.kind == kind]
    resource = spec.resource({**recorded(spec), **changes}, PARIS)
    assert resource is not None
    loads = {"cpu_ratio": 0.5} if copies is None else {"cpu_ratio": 0.5, "capacity_units": copies}
    return estimate(resource, loads, PLACE, None).power_watts


def within(outer: Estimate, inner: Estimate) -> bool:
    return outer.lower <= inner.value <= outer.upper


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_kept_warm_is_held_unread(kind: str) -> None:
    unread = power(kind, min_scale=3, max_scale=5)
    assert unread.value == pytest.approx(power(kind, copies=3).value)
    assert within(unread, power(kind, copies=5))
    assert unread.upper < power(kind, copies=8).upper


@pytest.mark.parametrize("kind", KINDS)
def test_no_more_than_its_largest_scale_is_thought_of(kind: str) -> None:
    """Three are kept warm and there are never more: as sure as if they had been counted."""
    narrow, wide = power(kind, min_scale=3, max_scale=3), power(kind, min_scale=3, max_scale=50)
    assert narrow.value == wide.value
    assert narrow.upper < wide.upper
    assert narrow.upper == pytest.approx(power(kind, copies=3).upper, rel=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_what_keeps_nothing_warm_holds_what_is_usual_and_no_more_than_it_may(kind: str) -> None:
    usual = usual_load(kind, "capacity_units")
    unread = power(kind, min_scale=0, max_scale=50)
    assert unread.value == pytest.approx(power(kind, copies=usual.value).value)
    assert within(unread, power(kind, copies=usual.high))
    assert power(kind, min_scale=0, max_scale=1).upper <= power(kind, copies=1).upper


@pytest.mark.parametrize("kind", KINDS)
def test_what_could_not_start_holds_nothing_but_what_cockpit_counts(kind: str) -> None:
    failed = power(kind, status="error", min_scale=3, max_scale=5)
    assert (failed.lower, failed.value, failed.upper) == (0, 0, 0)
    still = power(kind, copies=2, status="error", min_scale=3, max_scale=5)
    assert still.value == pytest.approx(power(kind, copies=2).value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scale", [{"min_scale": None, "max_scale": None}, {"max_scale": 0}, {}])
def test_a_scale_that_is_not_told_bounds_nothing(kind: str, scale: dict[str, Any]) -> None:
    assert power(kind, **{"min_scale": 0, "max_scale": 0, **scale}).value > 0


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_counted_is_taken_as_it_is(kind: str) -> None:
    assert power(kind, copies=7, min_scale=0, max_scale=5) == power(kind, copies=7)
