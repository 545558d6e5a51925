"""What arrives: read by others' libraries, it is what a scrape reads."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)

from cloud_carbon_exporter import __version__
from cloud_carbon_exporter.push import delivery
from cloud_carbon_exporter.push.samples import samples
from cloud_carbon_exporter.push.settings import PushSettings, RemoteWriteVersion
from tests.push.pushing import NOW, SINCE, Tally, WrittenSeries, push, rendered, write_request
from tests.push.receiver import receiver

JOB = ("job", "cloud-carbon-exporter")


VERSIONS = {
    "2.0": ("application/x-protobuf;proto=io.prometheus.write.v2.Request", "2.0.0"),
    "1.0": ("application/x-protobuf", "0.1.0"),
}


@pytest.mark.slow
@pytest.mark.parametrize("version", ["2.0", "1.0"])
async def test_remote_write_brings_every_series_once_sorted_and_in_bounded_requests(
    version: RemoteWriteVersion,
) -> None:
    exposition, tally = rendered(500), Tally()
    async with receiver() as at:
        url = f"{at.url}/api/v1/write"
        settings = PushSettings(remote_write_url=url, remote_write_version=version)
        await push(settings, exposition, tally)
    assert len(at.requests) == -(-exposition.series // delivery.SERIES_A_REQUEST) > 1
    written: list[WrittenSeries] = []
    for _, _, body in at.requests:
        written += write_request(body)
    for series in written:
        assert series.labels == sorted(series.labels) and JOB in series.labels
        assert series.sample[2] == round(NOW * 1000)
    ours = set()
    for item in samples(exposition.text.plain()):
        ours.add(tuple(sorted([*item.labels, ("__name__", item.family.name), JOB])))
    assert {tuple(series.labels) for series in written} == ours
    assert len(written) == len(ours) == exposition.series
    path, headers, _ = at.requests[0]
    said = (headers["Content-Type"], headers["X-Prometheus-Remote-Write-Version"])
    assert (path, said) == ("/api/v1/write", VERSIONS[version])
    assert headers["Content-Encoding"] == "snappy"
    assert headers["User-Agent"].startswith("cloud-carbon-exporter/")
    assert tally.calls == {("remote-write", "write", "success"): len(at.requests)}
    assert not tally.errors


@pytest.mark.slow
async def test_otlp_is_what_opentelemetry_reads_and_knows_no_limit_of_series() -> None:
    exposition, tally = rendered(500), Tally()
    async with receiver() as at:
        settings = PushSettings(
            otlp_endpoint=at.url, labels=("job=carbon", "instance=a", "env=prod")
        )
        environment = {"OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%20b,other=c"}
        await push(settings, exposition, tally, environment)
    assert {path for path, _, _ in at.requests} == {"/v1/metrics"}
    assert (at.requests[0][1]["api-key"], at.requests[0][1]["other"]) == ("a b", "c")
    received = Received()
    for _, _, body in at.requests:
        received.take(body)
    ours = {}
    for item in samples(exposition.text.plain()):
        ours[item.family.name, frozenset(item.labels)] = item.value
    assert received.points == ours
    assert len(received.points) == exposition.series > 2000
    assert received.kinds["cloud_carbon_power_watts"] == ("gauge", "W")
    assert received.kinds["cloud_carbon_energy_joules_total"] == ("sum", "J")


@dataclass
class Received:
    """What OpenTelemetry's own library reads. points: metric and attributes -> value."""

    points: dict[tuple[str, frozenset[tuple[str, str]]], float] = field(default_factory=dict)
    kinds: dict[str, tuple[str | None, str]] = field(default_factory=dict)

    def take(self, body: bytes) -> None:
        request = ExportMetricsServiceRequest.FromString(gzip.decompress(body))
        for resource in request.resource_metrics:
            said = dict(attributes(resource.resource.attributes))
            sender = {"service.name": "carbon", "service.instance.id": "a", "env": "prod"}
            assert said.items() >= {**sender, "service.version": __version__}.items()
            for metric in resource.scope_metrics[0].metrics:
                self._take(metric)

    def _take(self, metric: Any) -> None:
        kind = metric.WhichOneof("data")
        self.kinds[metric.name] = (kind, metric.unit)
        if kind == "sum":
            assert metric.sum.is_monotonic and metric.sum.aggregation_temporality == 2
        for point in (metric.sum if kind == "sum" else metric.gauge).data_points:
            assert point.time_unix_nano == round(NOW * 1e9)
            assert point.start_time_unix_nano == (round(SINCE * 1e9) if kind == "sum" else 0)
            assert (metric.name, frozenset(attributes(point.attributes))) not in self.points
            self.points[metric.name, frozenset(attributes(point.attributes))] = point.as_double


def attributes(of: Iterable[Any]) -> list[tuple[str, str]]:
    return [(attribute.key, attribute.value.string_value) for attribute in of]
