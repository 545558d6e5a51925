"""Pushing over a real wire: what arrives, what is tried again, what is counted, and what is never
shown.
"""

from __future__ import annotations

import asyncio
import gzip
import logging
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cramjam
import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsPartialSuccess,
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)

from cloud_carbon_exporter.exposition import Exposition, Renderer
from cloud_carbon_exporter.push import pusher, sending
from cloud_carbon_exporter.push.destinations import destinations
from cloud_carbon_exporter.push.protobuf import fields
from cloud_carbon_exporter.push.pusher import Pusher
from cloud_carbon_exporter.push.samples import samples
from cloud_carbon_exporter.push.settings import PushSettings
from tests.exposition import estate
from tests.push.receiver import Receiver, receiver

NOW = 1_700_000_700.0
SINCE = 1_700_000_000.0
SECRET = "hunter2-is-planted"


@dataclass
class Tally:
    calls: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    errors: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def call(
        self,
        provider: str,
        account_id: str,
        api: str,
        operation: str,
        outcome: str,
        units: int,
        target: str = "",
    ) -> None:
        self.calls[api, operation, outcome] += 1

    def error(self, provider: str, operation: str, reason: str) -> None:
        self.errors[provider, operation, reason] += 1


def rendered(rows: int = 0) -> Exposition:
    taken = estate.SNAPSHOT
    machine = taken.rows[0]
    more = tuple(
        replace(machine, resource=replace(machine.resource, id=f"i-{number}"))
        for number in range(rows)
    )
    return Renderer(estate.SETTINGS)(replace(taken, rows=taken.rows + more))


async def push(
    settings: PushSettings,
    exposition: Exposition,
    tally: Tally,
    environment: Mapping[str, str] | None = None,
) -> Pusher:
    places = destinations(settings, SINCE, environment or {})
    pushing = Pusher(settings, places, tally, lambda: exposition, lambda: NOW)
    session = sending.open_session()
    for place in places:
        await pushing.push(session, place, exposition)
    await session.close()
    return pushing


def write_request(body: bytes) -> list[tuple[list[tuple[str, str]], list[tuple[int, int | bytes]]]]:
    """The series of a remote-write body: labels in order, and the fields of its one sample."""
    series = []
    for number, one in fields(bytes(cramjam.snappy.decompress_raw(body))):
        assert number == 1 and isinstance(one, bytes)
        parts = list(fields(one))
        labels = [
            dict(fields(part)) for number, part in parts if number == 1 and isinstance(part, bytes)
        ]
        (sample,) = [
            list(fields(part)) for number, part in parts if number == 2 and isinstance(part, bytes)
        ]
        series.append(([(text(label[1]), text(label[2])) for label in labels], sample))
    return series


def text(value: int | bytes) -> str:
    assert isinstance(value, bytes)
    return value.decode()


async def test_remote_write_brings_every_series_once_sorted_and_in_bounded_requests() -> None:
    exposition, tally = rendered(500), Tally()
    async with receiver() as at:
        await push(PushSettings(remote_write_url=f"{at.url}/api/v1/write"), exposition, tally)
    assert len(at.requests) == -(-exposition.series // pusher.SERIES_A_REQUEST) > 1
    found = [series for _, _, body in at.requests for series in write_request(body)]
    assert all(
        labels == sorted(labels) and ("job", "cloud-carbon-exporter") in labels
        for labels, _ in found
    )
    assert all(sample[1] == (2, round(NOW * 1000)) for _, sample in found)
    ours = {
        tuple(sorted([*s.labels, ("__name__", s.family.name), ("job", "cloud-carbon-exporter")]))
        for s in samples(exposition.text.plain())
    }
    assert {tuple(labels) for labels, _ in found} == ours and len(found) == len(
        ours
    ) == exposition.series
    path, headers, _ = at.requests[0]
    assert (path, headers["X-Prometheus-Remote-Write-Version"]) == ("/api/v1/write", "0.1.0")
    assert (headers["Content-Encoding"], headers["Content-Type"]) == (
        "snappy",
        "application/x-protobuf",
    )
    assert (
        tally.calls == {("remote-write", "write", "success"): len(at.requests)} and not tally.errors
    )


async def test_otlp_is_what_opentelemetry_reads_and_knows_no_limit_of_series() -> None:
    exposition, tally = rendered(500), Tally()
    async with receiver() as at:
        settings = PushSettings(
            otlp_endpoint=at.url, labels=("job=carbon", "instance=a", "env=prod")
        )
        await push(
            settings, exposition, tally, {"OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%20b,other=c"}
        )
    assert {path for path, _, _ in at.requests} == {"/v1/metrics"}
    assert (at.requests[0][1]["api-key"], at.requests[0][1]["other"]) == ("a b", "c")
    points: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
    kinds = {}
    for _, _, body in at.requests:
        (resource,) = ExportMetricsServiceRequest.FromString(gzip.decompress(body)).resource_metrics
        said = {
            attribute.key: attribute.value.string_value
            for attribute in resource.resource.attributes
        }
        assert said == {"service.name": "carbon", "service.instance.id": "a", "env": "prod"}
        for metric in resource.scope_metrics[0].metrics:
            kinds[metric.name] = (metric.WhichOneof("data"), metric.unit)
            data: Any = metric.sum if metric.WhichOneof("data") == "sum" else metric.gauge
            if metric.WhichOneof("data") == "sum":
                assert metric.sum.is_monotonic and metric.sum.aggregation_temporality == 2
            for point in data.data_points:
                assert point.time_unix_nano == round(NOW * 1e9)
                assert point.start_time_unix_nano == (
                    round(SINCE * 1e9) if kinds[metric.name][0] == "sum" else 0
                )
                key = frozenset(
                    (attribute.key, attribute.value.string_value) for attribute in point.attributes
                )
                points[metric.name, key] = point.as_double
    assert points == {
        (s.family.name, frozenset(s.labels)): s.value for s in samples(exposition.text.plain())
    }
    assert len(points) == exposition.series > 2000
    assert kinds["cloud_carbon_power_watts"] == ("gauge", "W")
    assert kinds["cloud_carbon_energy_joules_total"] == ("sum", "J")


async def test_points_a_receiver_refuses_with_200_are_told() -> None:
    partial = ExportMetricsServiceResponse(
        partial_success=ExportMetricsPartialSuccess(rejected_data_points=7)
    )
    tally = Tally()
    async with receiver() as at:
        at.answers.append((200, partial.SerializeToString(), {}))
        await push(PushSettings(otlp_endpoint=f"{at.url}/v1/metrics"), rendered(), tally)
    assert tally.errors == {("push", "export", "malformed"): 1}
    assert tally.calls == {("otlp", "export", "success"): 1}


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    hasty = replace(sending.PATIENCE, first_pause_seconds=0.001)
    monkeypatch.setattr(sending, "PATIENCE", hasty)


@pytest.mark.usefixtures("hasty")
async def test_a_receiver_that_stumbles_is_tried_again_with_the_same_body() -> None:
    tally = Tally()
    async with receiver() as at:
        at.answers += [(503, b"", {}), (429, b"slow down", {"Retry-After": "0.01"})]
        await push(PushSettings(remote_write_url=at.url), rendered(), tally)
    assert len(at.requests) == 3 and len({body for _, _, body in at.requests}) == 1
    assert not tally.errors


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    ("status", "headers", "reason", "tries"),
    [
        (500, {}, "unreachable", sending.PATIENCE.tries),
        (429, {}, "throttled", sending.PATIENCE.tries),
        (429, {"Retry-After": "3600"}, "throttled", 1),
        (401, {}, "credentials_refused", 1),
        (302, {"Location": "http://elsewhere.example/"}, "malformed", 1),
    ],
)
async def test_what_fails_is_counted_and_tried_a_bounded_number_of_times(
    status: int, headers: dict[str, str], reason: str, tries: int
) -> None:
    tally = Tally()
    async with receiver() as at:
        at.answers += [(status, b"no", headers)] * 20
        await push(PushSettings(remote_write_url=at.url), rendered(), tally)
    assert len(at.requests) == tries
    assert tally.errors == {("push", "write", reason): 1}


async def test_one_request_refused_costs_that_request_alone() -> None:
    tally = Tally()
    async with receiver() as at:
        at.answers.append((400, b"out of order sample", {}))
        await push(PushSettings(remote_write_url=at.url), rendered(500), tally)
    assert tally.calls["remote-write", "write", "malformed"] == 1
    assert tally.calls["remote-write", "write", "success"] == len(at.requests) - 1 > 0
    assert tally.errors == {("push", "write", "malformed"): 1}


@pytest.mark.usefixtures("hasty")
async def test_nobody_there_is_counted() -> None:
    async with receiver() as at:
        gone = at.url
    tally = Tally()
    await push(PushSettings(remote_write_url=gone), rendered(), tally)
    assert tally.errors == {("push", "write", "unreachable"): 1}


async def test_a_receiver_that_never_answers_costs_no_more_than_the_interval() -> None:
    hanging = asyncio.Event()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hanging.wait()
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    tally, began = Tally(), time.monotonic()
    await push(PushSettings(remote_write_url=url, interval_seconds=0.3), rendered(), tally)
    assert time.monotonic() - began < 5
    assert tally.errors == {("push", "write", "deadline"): 1}
    assert tally.calls == {("remote-write", "write", "deadline"): 1}
    hanging.set()
    server.close()
    await server.wait_closed()


async def test_headers_are_read_before_each_push_and_never_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    file = tmp_path / "headers"
    file.write_text(f"# rotated\nAuthorization: Bearer {SECRET}\n\nX-Scope-OrgID: carbon\n")
    tally = Tally()
    async with receiver() as at:
        settings = PushSettings(remote_write_url=at.url, remote_write_headers_file=str(file))
        at.answers.append((401, b"who are you", {}))
        await push(settings, rendered(), tally)
        file.write_text(f"Authorization Bearer {SECRET}\n")
        await push(settings, rendered(), tally)
        file.unlink()
        await push(settings, rendered(), tally)
    ((_, headers, _),) = at.requests
    assert (headers["Authorization"], headers["X-Scope-OrgID"]) == (f"Bearer {SECRET}", "carbon")
    assert tally.errors == {
        ("push", "write", "credentials_refused"): 1,
        ("push", "write", "credentials_missing"): 2,
    }
    assert "line 1 is not" in caplog.text and SECRET not in caplog.text


async def test_the_newest_figures_are_pushed_again_and_again() -> None:
    settings_of = PushSettings(interval_seconds=0.02)
    async with receiver() as at:
        settings = replace(settings_of, remote_write_url=at.url)
        newest: list[Exposition | None] = [None]
        pushing = Pusher(
            settings, destinations(settings, SINCE, {}), Tally(), lambda: newest[0], time.time
        )
        running = asyncio.create_task(pushing.run())
        await asyncio.sleep(0)
        before = rendered().series
        newest[0] = rendered()
        await arrived(at, 2)
        newest[0] = rendered(3)
        await arrived(at, len(at.requests) + 2)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert len(write_request(at.requests[0][2])) == before < len(write_request(at.requests[-1][2]))


async def arrived(at: Receiver, count: int) -> None:
    async with asyncio.timeout(20):
        while len(at.requests) < count:
            await asyncio.sleep(0.005)
