"""Conventions of OpenTelemetry: resources of clouds, and names of hardware, read by its library."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from cloud_carbon_exporter.exposition import OF_EXPORTER
from cloud_carbon_exporter.push.settings import PushSettings, ResourceOf
from tests.push.pushing import Tally, delivery_to, push, rendered
from tests.push.receiver import Receiver, receiver

PLACE = {
    "cloud.provider": "cloud_provider",
    "cloud.account.id": "cloud_account_id",
    "cloud.region": "cloud_region",
    "cloud.availability_zone": "cloud_availability_zone",
}
PROMISED: dict[ResourceOf, dict[str, str]] = {
    "exporter": {},
    "place": PLACE,
    "each": {**PLACE, "cloud.resource_id": "cloud_resource_id"},
}


class Point(NamedTuple):
    """One data point, and what stands around it."""

    metric: Any
    resource: dict[str, str]
    attributes: dict[str, str]
    point: Any


def points(at: Receiver) -> Iterator[Point]:
    for _, _, body in at.requests:
        request = ExportMetricsServiceRequest.FromString(gzip.decompress(body))
        for told in request.resource_metrics:
            resource = pairs(told.resource.attributes)
            for metric in told.scope_metrics[0].metrics:
                counter = metric.WhichOneof("data") == "sum"
                for point in (metric.sum if counter else metric.gauge).data_points:
                    yield Point(metric, resource, pairs(point.attributes), point)


def pairs(attributes: Any) -> dict[str, str]:
    told = {pair.key: pair.value.string_value for pair in attributes}
    assert len(told) == len(attributes)
    return told


@pytest.mark.parametrize("resource_of", list(PROMISED))
async def test_a_resource_says_which_cloud_its_points_are_about(resource_of: ResourceOf) -> None:
    async with receiver() as at:
        settings = PushSettings(otlp_endpoint=at.url, otlp_resource_of=resource_of)
        await push(settings, rendered(2), Tally())
    own = {family.name for family in OF_EXPORTER}
    seen: set[str] = set()
    for item in points(at):
        cloud = {name: value for name, value in item.resource.items() if "cloud." in name}
        due = {}
        for name, label in PROMISED[resource_of].items():
            if label in item.attributes and item.metric.name not in own:
                due[name] = item.attributes[label]
        assert cloud == due, item.metric.name
        seen |= cloud.keys()
    assert seen == PROMISED[resource_of].keys()


async def test_resources_are_told_once_a_request() -> None:
    async with receiver() as at:
        await push(PushSettings(otlp_endpoint=at.url), rendered(2), Tally())
    ((_, _, body),) = at.requests
    request = ExportMetricsServiceRequest.FromString(gzip.decompress(body))
    told = [pairs(resource.resource.attributes) for resource in request.resource_metrics]
    assert len(told) > 1
    # A receiver that makes labels of the scope must not begin all series anew with each release.
    scopes = [scope for resource in request.resource_metrics for scope in resource.scope_metrics]
    assert not any(scope.scope.version for scope in scopes)
    assert len({frozenset(one.items()) for one in told}) == len(told)


async def test_hardware_names_come_beside_ours_when_asked_for() -> None:
    """hw.power and hw.energy of the conventions: W as a gauge, J as a monotonic sum."""
    async with receiver() as at:
        settings = PushSettings(otlp_endpoint=at.url, otlp_hardware_names=True)
        await push(settings, rendered(2), Tally())
    held: dict[str, dict[str, Point]] = {}
    for item in points(at):
        if "cloud_resource_id" in item.attributes:
            held.setdefault(item.metric.name, {})[item.attributes["cloud_resource_id"]] = item
    for name, unit, kind, ours in (
        ("hw.power", "W", "gauge", "cloud_carbon_power_watts"),
        ("hw.energy", "J", "sum", "cloud_carbon_energy_joules_total"),
    ):
        assert held[name].keys() == held[ours].keys()
        for id_, item in held[name].items():
            assert (item.metric.unit, item.metric.WhichOneof("data")) == (unit, kind)
            assert item.point.as_double == held[ours][id_].point.as_double
            assert item.attributes["hw.id"] == id_
            assert item.attributes["hw.type"] == item.attributes["kind"]
            assert item.attributes.get("hw.name") == item.attributes.get("cloud_resource_name")


async def test_hardware_names_are_not_sent_unasked() -> None:
    async with receiver() as at:
        await push(PushSettings(otlp_endpoint=at.url), rendered(), Tally())
    assert not {item.metric.name for item in points(at)} & {"hw.power", "hw.energy"}


async def test_counters_that_go_on_from_an_earlier_process_tell_no_start() -> None:
    async with receiver() as at:
        delivery = delivery_to(PushSettings(otlp_endpoint=at.url), since=None)
        await delivery.push(rendered())
        await delivery.close()
    assert {item.point.start_time_unix_nano for item in points(at)} == {0}
