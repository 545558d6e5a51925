"""Pushing over a real wire: what is tried again, what is counted, and what is never shown."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from pathlib import Path

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsPartialSuccess,
    ExportMetricsServiceResponse,
)

from cloud_carbon_exporter.exposition import Exposition
from cloud_carbon_exporter.push import sending
from cloud_carbon_exporter.push.destinations import destinations
from cloud_carbon_exporter.push.pusher import Pusher
from cloud_carbon_exporter.push.settings import PushSettings
from tests.patience import PATIENCE_SECONDS
from tests.push.pushing import SINCE, Tally, push, rendered, write_request
from tests.push.receiver import Receiver, receiver

SECRET = "hunter2-is-planted"


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


@pytest.mark.slow
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


@pytest.mark.slow
async def test_a_receiver_that_never_answers_costs_no_more_than_the_interval() -> None:
    hanging = asyncio.Event()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hanging.wait()
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    tally, began = Tally(), time.monotonic()
    await push(PushSettings(remote_write_url=url, interval_seconds=0.3), rendered(), tally)
    assert time.monotonic() - began < PATIENCE_SECONDS / 2
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
    async with receiver() as at:
        settings = PushSettings(remote_write_url=at.url)
        newest: list[Exposition | None] = [None]
        pushing = Pusher(
            settings, destinations(settings, SINCE, {}), Tally(), lambda: newest[0], time.time
        )
        pushing._interval_seconds = 0.02  # of its pauses: each push has its minute
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
    sizes = [len(write_request(body)) for _, _, body in at.requests]
    assert sizes[0] == before < max(sizes)


async def arrived(at: Receiver, count: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(at.requests) < count:
            await asyncio.sleep(0.005)


async def test_whatever_fails_pushing_begins_anew(caplog: pytest.LogCaptureFixture) -> None:
    """It ran beside the collecting, and its end was the end of both."""
    asked = asyncio.Event()
    answers = iter([RuntimeError("a defect of ours"), OSError("no more files"), None])

    def newest() -> Exposition | None:
        error = next(answers, None)
        if error is not None:
            raise error
        asked.set()
        return None

    settings = PushSettings(remote_write_url="http://127.0.0.1:9", interval_seconds=0.01)
    pusher = Pusher(settings, destinations(settings, SINCE), Tally(), newest, time.time)
    running = asyncio.create_task(pusher.run())
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asked.wait()
    assert not running.done()
    assert caplog.text.count("begins anew") == 2
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
