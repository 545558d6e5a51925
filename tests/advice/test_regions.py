"""Advice to move to another region: near, greener, of the year's means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloud_carbon_exporter.advice.regions import latency_zone, region_advice
from cloud_carbon_exporter.advice.saving import Look
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.advice import Advice, Evidence
from cloud_carbon_exporter.model.snapshot import Row
from tests.advice.estates import NOW, WEEKS_2, machine_row, seen

LONG = Evidence(NOW - WEEKS_2, NOW)


def told(rows: list[Row], evidence: Evidence = LONG) -> list[Advice]:
    return [each for each in region_advice(rows, lambda _: evidence, Look("location")) if each]


@pytest.mark.parametrize("provider", ["aws", "gcp", "scaleway"])
def test_every_region_lies_in_a_latency_zone(provider: str) -> None:
    without = [region for region in facts.regions(provider) if not latency_zone(provider, region)]
    assert not without


def test_it_stays_in_its_zone_and_says_where_data_would_go() -> None:
    rows = [machine_row("PRO2-S", "scaleway", "pl-waw", "instance/server")]
    (found,) = told(rows)
    assert found.action == "run it in fr-par"
    assert "POL" in found.caveat and "FRA" in found.caveat
    assert "Europe" in found.decided_on


def test_a_partition_is_never_left() -> None:
    rows = [machine_row(region="us-gov-west-1"), machine_row(region="cn-north-1")]
    for found in told(rows):
        assert found.action.startswith(("run it in us-gov-", "run it in cn-"))


def test_the_greenest_place_has_no_advice() -> None:
    rows = [machine_row(region="eu-north-1")]
    assert not told(rows)


def test_its_saving_is_that_of_the_same_machines_estimated_there() -> None:
    here, there = machine_row(region="eu-central-1"), machine_row(region="eu-north-1")
    (found,) = told([here])
    grams = [row.footprint.operational_grams_per_second for row in (here, there)]
    assert grams[0] is not None and grams[1] is not None
    saved = grams[0].value - grams[1].value
    assert found.saved_grams_per_second.value == pytest.approx(saved)


def test_the_loads_of_two_weeks_count_and_not_that_of_now() -> None:
    quiet, busy = seen(mean=0.05), seen(mean=0.8)
    rows = [machine_row(region="eu-central-1", cpu=0.3)]
    (less,), (more,) = told(rows, quiet), told(rows, busy)
    assert less.saved_grams_per_second.value < more.saved_grams_per_second.value
    assert not told(rows, replace(quiet, since=NOW - WEEKS_2 + 1))
