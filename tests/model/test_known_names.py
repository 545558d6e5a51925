"""Names nobody knows: which are told, and the known ones that are offered in their place."""

from __future__ import annotations

import pytest

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.known_names import (
    PROVIDERS,
    did_you_mean,
    doubt_of_machine,
    doubt_of_microarchitecture,
    doubt_of_processor,
    doubt_of_region,
)
from cloud_carbon_exporter.model.machine_tables import type_names


@pytest.mark.parametrize("provider", PROVIDERS)
def test_whatever_the_tables_hold_is_known(provider: str) -> None:
    for place in (*facts.regions(provider), *facts.zones(provider), "global"):
        assert doubt_of_region(provider, place) == ""
    for machine in type_names(provider):
        assert doubt_of_machine(provider, machine) == ""
    for row in facts.rows("processors"):
        told = doubt_of_processor if row["kind"] == "cpu model" else doubt_of_microarchitecture
        assert row["name"] == "default" or told(row["name"]) == ""


@pytest.mark.slow
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_slip_in_a_region_is_told_with_what_was_meant(provider: str) -> None:
    """A key struck twice offers the region itself; one not struck offers a region."""
    regions = facts.regions(provider)
    for region in regions:
        for at in range(len(region)):
            twice = region[:at] + region[at] + region[at:]
            assert facts.knows(provider, twice) or region in doubt_of_region(provider, twice)
            missed = region[:at] + region[at + 1 :]
            doubt = doubt_of_region(provider, missed)
            assert (
                facts.knows(provider, missed) or "did you mean" in doubt or "a region of" in doubt
            )


@pytest.mark.parametrize(
    ("provider", "region", "near"),
    [
        ("aws", "eu-west-33", "; did you mean eu-west-3?"),
        ("aws", "EU-WSET-3", "; did you mean eu-west-3?"),
        ("aws", "eu-west-4", "; did you mean eu-west-1, eu-west-2 or eu-west-3?"),
        ("aws", "Paris", "; did you mean eu-west-3?"),
        ("aws", "moon-1", ""),
        ("scaleway", "fr-prs", "; did you mean fr-par?"),
    ],
)
def test_a_region_nobody_knows(provider: str, region: str, near: str) -> None:
    assert doubt_of_region(provider, region) == f'"{region}" is no known region of {provider}{near}'


def test_a_region_of_another_cloud_says_whose_it_is() -> None:
    assert doubt_of_region("aws", "europe-west9").endswith("is a region of gcp, not of aws")


def test_the_member_of_a_multi_region_that_is_not_known_is_named() -> None:
    assert doubt_of_region("gcp", "us-central1+us-east1") == ""
    doubt = doubt_of_region("gcp", "us-central1+us-eastt1")
    assert doubt == '"us-eastt1" is no known region of gcp; did you mean us-east1?'


@pytest.mark.parametrize(
    ("provider", "name", "meant"),
    [
        ("aws", "m5.lrge", "m5.large"),
        ("aws", "db.m5.lrge", "db.m5.large"),
        ("gcp", "n2-standrd-4", "n2-standard-4"),
        ("scaleway", "PR02-M", "PRO2-M"),
    ],
)
def test_a_machine_nobody_knows(provider: str, name: str, meant: str) -> None:
    told = f'"{name}" is no known machine type of {provider}; did you mean {meant}?'
    assert doubt_of_machine(provider, name) == told


@pytest.mark.parametrize(
    ("provider", "name"),
    [("gcp", "n2-custom-4-8192"), ("gcp", "db-custom-2-7680"), ("aws", "cache.t3.micro")],
)
def test_a_name_that_follows_a_rule_is_known(provider: str, name: str) -> None:
    assert doubt_of_machine(provider, name) == ""


def test_processors() -> None:
    assert doubt_of_processor("Intel(R) Xeon(R) Platinum 8480+ @ 2.0GHz") == ""
    assert doubt_of_processor("EPIC 7763").endswith("; did you mean EPYC 7763?")
    assert doubt_of_processor("AMD Milan").startswith('"AMD Milan" is no processor, but')
    assert doubt_of_processor("Abacus 3000") == '"Abacus 3000" is no known processor'
    assert doubt_of_processor("Abacus 3000", "Skylake") == ""  # what it is has been said
    assert doubt_of_microarchitecture("Skylke").endswith("; did you mean Skylake?")


def test_at_most_three_names_are_offered_and_none_that_is_far() -> None:
    assert did_you_mean("ab", ["a1", "a2", "a3", "a4"]) == ""
    assert did_you_mean("abc", ["abc1", "abc2", "abc3", "abc4"]).count(",") == 1
