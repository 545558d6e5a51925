"""Refusals of what is optional: which stand, and that no cloud keeps one to itself."""

from __future__ import annotations

import pytest

from cloud_carbon_exporter.errors import PermissionMissing, Unreachable
from cloud_carbon_exporter.model.snapshot import Refusal
from cloud_carbon_exporter.providers.refusals import Refusals, refused_to

DENIED = PermissionMissing("denied", hint="grant Read")


def ask(refusals: Refusals, error: Exception | None = None, place: str = "") -> None:
    """A call that ends so."""
    with refusals.asking("1", "Read", place):
        if error is not None:
            raise error


@pytest.fixture
def refusals() -> Refusals:
    return Refusals("aws", {"Read": "a figure"})


def test_a_refusal_stands_until_the_call_goes_well(refusals: Refusals) -> None:
    with pytest.raises(PermissionMissing):
        ask(refusals, DENIED)
    refusal = Refusal("aws", "1", "Read", "a figure", "denied (grant Read)")
    assert refusals.standing() == (refusal,)
    with pytest.raises(Unreachable):
        ask(refusals, Unreachable("no answer"))
    assert refusals.standing() == (refusal,), "who does not answer allows nothing"
    ask(refusals)
    assert refusals.standing() == ()


def test_what_one_place_allows_another_may_refuse(refusals: Refusals) -> None:
    for place in ("here", "there"):
        with pytest.raises(PermissionMissing):
            ask(refusals, DENIED, place)
    assert len(refusals.standing()) == 1
    ask(refusals, place="here")
    assert len(refusals.standing()) == 1
    ask(refusals, place="there")
    assert refusals.standing() == ()


def test_a_client_that_asks_for_nothing_optional_is_refused_nothing() -> None:
    assert refused_to(object()) == ()
