"""Versions of remote write: 2.0 where the receiver takes it, 1.0 where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloud_carbon_exporter.exposition import FAMILIES
from cloud_carbon_exporter.push.settings import PushSettings
from tests.push.pushing import NOW, SINCE, Tally, delivery_to, push, rendered, write_request
from tests.push.receiver import Receiver, receiver

FIRST, SECOND = "0.1.0", "2.0.0"


def versions(at: Receiver) -> list[str]:
    return [headers["X-Prometheus-Remote-Write-Version"] for _, headers, _ in at.requests]


@pytest.mark.parametrize("status", [415, 400, 200, 204])
async def test_an_older_receiver_is_spoken_to_in_1_0_from_then_on(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """By its status, or, where it looks at no type, as it does not count what it has written."""
    tally = Tally()
    async with receiver() as at:
        at.counts = False
        at.answers.append((status, b"", {}))
        delivery = delivery_to(PushSettings(remote_write_url=at.url), tally)
        with caplog.at_level("INFO"):
            await delivery.push(rendered())
            await delivery.push(rendered())
        await delivery.close()
    assert versions(at) == [SECOND, FIRST, FIRST]
    assert len(write_request(at.requests[1][2])) == rendered().series
    assert not tally.errors
    assert caplog.text.count("takes remote write 1.0") == 1


async def test_a_batch_that_2_0_refuses_is_not_sent_again_in_1_0() -> None:
    tally = Tally()
    async with receiver() as at:
        at.answers.append((400, b"out of order sample", {}))
        await push(PushSettings(remote_write_url=at.url), rendered(), tally)
    assert versions(at) == [SECOND]
    assert tally.errors == {("push", "write", "malformed"): 1}


async def test_a_batch_that_both_refuse_settles_no_version() -> None:
    tally = Tally()
    async with receiver() as at:
        at.counts = False
        at.answers += [(400, b"no", {}), (400, b"no", {})]
        delivery = delivery_to(PushSettings(remote_write_url=at.url), tally)
        await delivery.push(rendered())
        at.counts = True
        await delivery.push(rendered())
        await delivery.close()
    assert versions(at) == [SECOND, FIRST, SECOND]
    assert tally.errors == {("push", "write", "malformed"): 1}


async def test_who_insists_on_2_0_is_told_that_it_is_not_understood(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tally = Tally()
    async with receiver() as at:
        at.counts = False
        settings = PushSettings(remote_write_url=at.url, remote_write_version="2.0")
        await push(settings, rendered(), tally)
    assert versions(at) == [SECOND]
    assert tally.errors == {("push", "write", "malformed"): 1}
    assert "no answer of remote write 2.0" in caplog.text


async def test_2_0_brings_type_help_unit_and_since_when_a_counter_counts() -> None:
    async with receiver() as at:
        await push(PushSettings(remote_write_url=at.url), rendered(), Tally())
    by_name = {family.name: family for family in FAMILIES}
    series = write_request(at.requests[0][2])
    assert len(series) == rendered().series
    for one in series:
        family = by_name[dict(one.labels)["__name__"]]
        counts = family.type == "counter"
        unit = {4: family.unit} if family.unit else {}
        assert one.metadata == {1: 1 if counts else 2, 3: family.help, **unit}
        start = {3: round(SINCE * 1000)} if counts else {}
        assert one.sample == {1: one.sample[1], 2: round(NOW * 1000), **start}


async def test_counters_that_go_on_from_an_earlier_process_tell_no_start() -> None:
    """One told too late is a reset that never was, and all would be counted again."""
    async with receiver() as at:
        delivery = delivery_to(PushSettings(remote_write_url=at.url), since=None)
        await delivery.push(rendered())
        await delivery.close()
    assert not any(3 in one.sample for one in write_request(at.requests[0][2]))


async def test_headers_of_the_protocol_cannot_be_set_however_spelled(tmp_path: Path) -> None:
    file = tmp_path / "headers"
    file.write_text("content-type: text/plain\nUSER-AGENT: curl\nX-Scope-OrgID: carbon\n")
    async with receiver() as at:
        settings = PushSettings(remote_write_url=at.url, remote_write_headers_file=str(file))
        await push(settings, rendered(), Tally())
    ((_, headers, _),) = at.requests
    assert headers["Content-Type"].endswith("io.prometheus.write.v2.Request")
    assert headers["User-Agent"].startswith("cloud-carbon-exporter/")
    assert headers["X-Scope-OrgID"] == "carbon"
