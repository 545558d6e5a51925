"""Endings of series: a receiver hears of each once, in every protocol, and of all at the end."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from dataclasses import replace

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from cloud_carbon_exporter.exposition import Exposition, Renderer
from cloud_carbon_exporter.push import delivery as deliveries
from cloud_carbon_exporter.push.delivery import Delivery
from cloud_carbon_exporter.push.destinations import destinations
from cloud_carbon_exporter.push.endings import ended
from cloud_carbon_exporter.push.pusher import Pusher
from cloud_carbon_exporter.push.samples import samples
from cloud_carbon_exporter.push.settings import PushSettings
from tests.exposition import estate
from tests.patience import PATIENCE_SECONDS
from tests.push.pushing import SINCE, Tally, delivery_to, rendered, write_request
from tests.push.receiver import Receiver, receiver

Series = frozenset[tuple[str, str]]


def series_of(exposition: Exposition) -> set[Series]:
    """Every series of a rendering, its name among its labels."""
    texts = samples(exposition.text.plain())
    return {frozenset([*item.labels, ("__name__", item.family.name)]) for item in texts}


def told_ended(before: Exposition, after: Exposition | None) -> list[Series]:
    told = []
    for item in ended(before, after):
        assert item.value is None
        told.append(frozenset([*item.labels, ("__name__", item.family.name)]))
    return told


@pytest.mark.parametrize(("before", "after"), [(3, 1), (1, 3), (0, 0), (2, 0)])
def test_what_the_next_lacks_has_ended_and_nothing_else(before: int, after: int) -> None:
    one, next_one = rendered(before), rendered(after)
    told = told_ended(one, next_one)
    assert set(told) == series_of(one) - series_of(next_one)
    assert len(told) == len(set(told))
    assert bool(told) == (before > after)


def test_families_may_come_and_go_and_change_their_order() -> None:
    """The next is read but once: what is read too early is kept, whatever the order."""
    few = frozenset({"cloud_carbon_power_watts", "cloud_carbon_pue_ratio"})
    narrow = Renderer(replace(estate.SETTINGS, families=few))(estate.SNAPSHOT)
    sums = Renderer(replace(estate.SETTINGS, aggregate=("kind",)))(estate.SNAPSHOT)
    upstream = Renderer(replace(estate.SETTINGS, upstream_names=True))(estate.SNAPSHOT)
    for before in (rendered(2), narrow, sums, upstream):
        for after in (rendered(2), narrow, sums, upstream):
            told = told_ended(before, after)
            assert set(told) == series_of(before) - series_of(after)
            assert len(told) == len(set(told))


def test_all_has_ended_where_nothing_comes_next() -> None:
    assert set(told_ended(rendered(2), None)) == series_of(rendered(2))


Read = Callable[[bytes], tuple[set[Series], set[Series]]]


def read_write(body: bytes) -> tuple[set[Series], set[Series]]:
    """Series of a body of remote write, those with a value and those that ended."""
    lives: set[Series] = set()
    ends: set[Series] = set()
    for series in write_request(body):
        labels = frozenset(series.labels) - {("job", "cloud-carbon-exporter")}
        (ends if series.value is None else lives).add(labels)
    return lives, ends


def read_otlp(body: bytes) -> tuple[set[Series], set[Series]]:
    """Series of a body of OTLP, those with a value and those flagged as without."""
    lives: set[Series] = set()
    ends: set[Series] = set()
    request = ExportMetricsServiceRequest.FromString(gzip.decompress(body))
    for resource in request.resource_metrics:
        for metric in resource.scope_metrics[0].metrics:
            counter = metric.WhichOneof("data") == "sum"
            for point in (metric.sum if counter else metric.gauge).data_points:
                pairs = [(pair.key, pair.value.string_value) for pair in point.attributes]
                assert point.flags in (0, 1) and point.HasField("as_double") != point.flags
                series = frozenset([*pairs, ("__name__", metric.name)])
                (ends if point.flags else lives).add(series)
    return lives, ends


PROTOCOLS = [
    (lambda url: PushSettings(remote_write_url=url), read_write),
    (lambda url: PushSettings(remote_write_url=url, remote_write_version="1.0"), read_write),
    (lambda url: PushSettings(otlp_endpoint=url), read_otlp),
]


@pytest.mark.slow
@pytest.mark.parametrize(("settings", "read"), PROTOCOLS, ids=["2.0", "1.0", "otlp"])
async def test_what_went_is_said_once_and_all_at_the_end(
    settings: Callable[[str], PushSettings], read: Read
) -> None:
    three, one = rendered(3), rendered(1)
    async with receiver() as at:
        delivery = delivery_to(settings(at.url))
        for exposition in (three, one, one):
            await delivery.push(exposition)
        await delivery.end()
        await delivery.end()
        await delivery.close()
    first, went, second, third, last = (read(body) for _, _, body in at.requests)
    assert first == (series_of(three), set())
    assert went == (set(), series_of(three) - series_of(one))
    assert second == (series_of(one), set())
    assert third == (series_of(one), set())
    assert last == (set(), series_of(one))


async def test_moments_of_one_series_differ_though_the_clock_stands() -> None:
    """Of two samples of a series at the same moment Prometheus refuses the second."""
    async with receiver() as at:
        delivery = delivery_to(PushSettings(remote_write_url=at.url))
        await delivery.push(rendered())
        await delivery.end()
        await delivery.close()
    moments = [write_request(body)[0].sample[2] for _, _, body in at.requests]
    assert moments == sorted(set(moments)) and len(moments) == 2


async def test_what_went_while_nobody_answered_is_said_afterwards() -> None:
    async with receiver() as at:
        delivery = delivery_to(PushSettings(remote_write_url=at.url))
        await delivery.push(rendered(3))
        at.answers.append((401, b"", {}))
        await delivery.push(rendered(1))
        await delivery.push(rendered(1))
        await delivery.close()
    went = read_write(at.requests[-2][2])
    assert went == (set(), series_of(rendered(3)) - series_of(rendered(1)))
    assert read_write(at.requests[-1][2]) == (series_of(rendered(1)), set())


async def test_one_request_refused_does_not_repeat_the_endings_for_ever() -> None:
    async with receiver() as at:
        delivery = delivery_to(PushSettings(remote_write_url=at.url))
        await delivery.push(rendered(3))
        at.answers.append((400, b"out of order", {}))
        await delivery.push(rendered(1))
        await delivery.push(rendered(1))
        await delivery.close()
    assert read_write(at.requests[-1][2])[1] == set()


def shown(at: Receiver) -> set[Series]:
    """What the receiver shows: the series it has taken whose end it was not told of."""
    series: set[Series] = set()
    for _, _, body in at.taken:
        lives, ends = read_write(body)
        series = (series | lives) - ends
    return series


Answer = tuple[int, bytes, dict[str, str]]

REFUSED: Answer = (401, b"", {})
TAKEN: Answer = (200, b"", {})
BUSY: Answer = (503, b"", {})


@pytest.mark.slow
@pytest.mark.parametrize("second", [[REFUSED], [TAKEN, REFUSED], [TAKEN]])
async def test_what_arrived_of_pushes_that_failed_ends_too(
    monkeypatch: pytest.MonkeyPatch, second: list[Answer]
) -> None:
    monkeypatch.setattr(deliveries, "SERIES_A_REQUEST", 20)
    async with receiver() as at:
        delivery = delivery_to(PushSettings(remote_write_url=at.url))
        await delivery.push(rendered(0))
        await push_in_part(delivery, rendered(3), at)
        arrived = shown(at) - series_of(rendered(0))
        assert arrived and series_of(rendered(3)) - shown(at)
        at.answers = [TAKEN, *second]
        await delivery.push(rendered(1))
        await delivery.push(rendered(0))
        await delivery.close()
    assert shown(at) == series_of(rendered(0))


async def push_in_part(delivery: Delivery, exposition: Exposition, at: Receiver) -> None:
    """Push until something arrives that no rendering before has, and no further."""
    before, requests = shown(at), 0
    while not shown(at) - before:
        requests += 1
        at.answers = [*[TAKEN] * requests, REFUSED]
        await delivery.push(exposition)
    assert not at.answers


@pytest.mark.slow
async def test_what_arrived_of_a_push_that_was_cancelled_ends_with_the_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(deliveries, "SERIES_A_REQUEST", 20)
    monkeypatch.setattr(deliveries, "END_SECONDS", 20)
    async with receiver() as at:
        delivery = delivery_to(PushSettings(remote_write_url=at.url))
        await delivery.push(rendered(1))
        pushing = asyncio.create_task(delivery.push(rendered(3)))
        while not shown(at) - series_of(rendered(1)):
            await asyncio.sleep(0)
            assert not pushing.done()
        pushing.cancel()
        await asyncio.gather(pushing, return_exceptions=True)
        assert series_of(rendered(3)) - shown(at)
        await delivery.end()
        assert shown(at) == set()
        await delivery.close()


async def test_endings_come_though_no_push_ends_within_the_interval(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(deliveries, "SERIES_A_REQUEST", 50)
    async with receiver() as at:
        delivery = delivery_to(PushSettings(remote_write_url=at.url))
        await delivery.push(rendered(3))
        delivery._interval_seconds = 1.5
        at.answers = [TAKEN, *[BUSY] * 20]
        await delivery.push(rendered(1))
        assert delivery._failing.endswith("not done within -push.interval")
        await delivery.close()
    assert shown(at) == series_of(rendered(3)) & series_of(rendered(1))


async def test_endings_that_take_too_long_leave_time_for_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with receiver() as at:
        delivery = delivery_to(PushSettings(remote_write_url=at.url))
        await delivery.push(rendered(9))
        with monkeypatch.context() as slow:
            slow.setattr(deliveries, "SHARE_OF_ENDINGS", -1)
            await delivery.push(rendered(1))
        assert at.requests[1:] and read_write(at.requests[-1][2])[0] == series_of(rendered(1))
        assert shown(at) == series_of(rendered(9)) | series_of(rendered(1))
        await delivery.push(rendered(0))
        assert shown(at) == series_of(rendered(0))
        await delivery.close()


async def test_a_receiver_that_never_hears_of_endings_takes_no_more_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(deliveries, "SHARE_OF_ENDINGS", -1)
    async with receiver() as at:
        delivery = delivery_to(PushSettings(remote_write_url=at.url))
        for machines in reversed(range(5)):
            await delivery.push(rendered(machines))
        assert len(delivery._held) == 2
        await delivery.close()


async def test_the_end_of_the_program_is_said(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "END_SECONDS", 20)
    async with receiver() as at:
        settings = PushSettings(remote_write_url=at.url)
        wanted = destinations(settings, SINCE, {})
        pusher = Pusher(settings, wanted, Tally(), lambda: rendered(1), lambda: SINCE)
        pusher._interval_seconds = 0.02  # of its pauses: each push has its minute
        await cancelled_after_a_push(pusher, at)
        assert read_write(at.requests[-1][2]) == (set(), series_of(rendered(1)))
    assert "was not told" not in caplog.text


async def test_who_cannot_be_told_of_the_end_holds_nobody_up(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "END_SECONDS", 0.05)
    async with receiver() as at:
        delivery = delivery_to(PushSettings(remote_write_url=at.url))
        await delivery.push(rendered(1))
        at.answers += [(503, b"", {})] * 9
        async with asyncio.timeout(PATIENCE_SECONDS):
            await delivery.end()
        await delivery.close()
    assert "remote-write was not told that all series end" in caplog.text


async def cancelled_after_a_push(pusher: Pusher, at: Receiver) -> None:
    running = asyncio.create_task(pusher.run())
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not at.requests:
            await asyncio.sleep(0.005)
    await asyncio.sleep(0.05)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_who_hangs_at_the_end_of_a_pusher_is_told_of_too(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task is being cancelled by then, which Python 3.11.2 takes for the end of a timeout."""
    monkeypatch.setattr(deliveries, "END_SECONDS", 0.05)
    async with receiver() as at:
        settings = PushSettings(remote_write_url=at.url, interval_seconds=60)
        wanted = destinations(settings, SINCE, {})
        pusher = Pusher(settings, wanted, Tally(), lambda: rendered(1), lambda: SINCE)
        at.answers = [(200, b"", {}), *[(503, b"", {})] * 9]
        async with asyncio.timeout(PATIENCE_SECONDS):
            await cancelled_after_a_push(pusher, at)
    assert "remote-write was not told that all series end" in caplog.text
