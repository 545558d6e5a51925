"""Rules over every resource that was ever recorded of a cloud: none fails, all keep their laws."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest

from cloud_carbon_exporter.advice.no_traffic import KINDS as PASSING
from cloud_carbon_exporter.advice.rules import advise
from cloud_carbon_exporter.advice.saving import Look
from cloud_carbon_exporter.collect.load_statistics import LoadStatistics
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.advice import Advice
from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.machines import machine
from cloud_carbon_exporter.model.snapshot import Row
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.service.loading import provider
from tests.advice.estates import DAY, NOW
from tests.providers.test_ownership import aws_estate, gcp_estate, scaleway_estate


def recorded(cloud: str) -> list[Resource]:
    if cloud == "aws":
        return asyncio.run(aws_estate())
    return list(gcp_estate() if cloud == "gcp" else scaleway_estate())


def told(resources: Iterable[Resource], load: float, rate: float) -> tuple[Advice, ...]:
    """Advice on three weeks at one load of all processors, and so much through everything."""
    loads = {"cpu_ratio": load, "gpu_ratio": load, "bytes": rate, "requests": rate}
    statistics, rows = LoadStatistics(), []
    for resource in resources:
        place = facts.place(resource.location.provider, resource.location.region)
        rows.append(Row(resource, estimate(resource, loads, place, place.intensities[0]), loads))
        for day in range(20):
            at = NOW - (20 - day) * DAY
            statistics.add(resource, loads, at, at + DAY)
    return advise(rows, lambda name: statistics.evidence(name, NOW), Look("location"), NOW)


@pytest.mark.slow
@pytest.mark.parametrize("cloud", ["aws", "gcp", "scaleway"])
def test_every_piece_keeps_the_laws(cloud: str) -> None:
    resources = recorded(cloud)
    kinds: set[str] = set()
    for load in (0.0, 0.01, 0.1, 0.3, 1.0):
        for each in told(resources, load, 0.0):
            kinds.add(each.kind)
            saved = each.saved_grams_per_second
            assert 0 < saved.lower <= saved.value <= saved.upper
            assert each.action and each.decided_on and each.way_back and each.name
            assert (load <= 0.05) or each.kind != "idle"
            assert (load <= 0.4) or each.kind != "oversized"
    assert {"idle", "unattached"} <= kinds


@pytest.mark.parametrize("cloud", ["aws", "gcp", "scaleway"])
def test_what_is_oversized_becomes_a_smaller_machine_of_the_same_line(cloud: str) -> None:
    for each in told(recorded(cloud), 0.1, 1.0):
        if each.kind == "oversized":
            before, _, after = each.action.partition(" to ")
            now, then = machine(each.provider, before), machine(each.provider, after)
            assert then.vcpus < now.vcpus or then.share < now.share
            assert then.microarchitecture == now.microarchitecture


@pytest.mark.parametrize("cloud", ["aws", "gcp", "scaleway"])
def test_what_passes_something_on_stays(cloud: str) -> None:
    assert not [each for each in told(recorded(cloud), 0.3, 5.0) if each.kind == "no_traffic"]


def test_the_kinds_that_pass_on_are_kinds_there_are_and_are_measured() -> None:
    measured: set[str] = set()
    for name in ("aws", "gcp"):
        for service in provider(name).services:
            if {metric.into for metric in service.metrics} & {"bytes", "requests"}:
                measured.add(service.kind)
    assert measured >= PASSING
