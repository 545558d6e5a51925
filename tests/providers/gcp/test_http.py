"""Faults at the wire: bounded retries, and errors that say what a person can do."""

from __future__ import annotations

import asyncio
import socket
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from google.rpc import error_details_pb2
from tests.fakes.gcp import Calls, GoogleCloud
from tests.fakes.wire import no_address
from tests.providers.gcp.conftest import Explore, VirtualClock
from tests.providers.gcp.sweeps import swept

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsRefused,
    Malformed,
    Throttled,
    Unreachable,
)
from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.gcp.client import errors, http
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.client.http import Call
from cloud_carbon_exporter.providers.spec import Read, Scope

pytestmark = pytest.mark.slow

LIST = "cloudasset.assets.list"
TRIES = 4
MINUTES = 10  # that a quota of a minute is waited out


@pytest.mark.parametrize("how", ["throttled", "unavailable", "truncated", "html"])
async def test_what_passes_is_tried_again(
    explore: Explore, cloud: GoogleCloud, calls: Calls, how: str
) -> None:
    cloud.break_("cloudasset", how, times=2)
    assert (await swept(explore())).resources
    assert cloud.calls[LIST] == 3
    assert (
        sum(
            count
            for (_, op, outcome), count in calls.outcomes.items()
            if op == "assets.list" and outcome != "success"
        )
        == 2
    )


@pytest.mark.parametrize(
    ("how", "expected", "tries"),
    [
        ("throttled", Throttled, TRIES),
        ("unavailable", Unreachable, TRIES),
        ("truncated", Malformed, TRIES),
        ("html", Malformed, TRIES),
        ("no utf-8", Malformed, TRIES),
        ("complaint", Malformed, TRIES),
        ("quota", Throttled, 1 + MINUTES),
        ("oracle", Unreachable, TRIES),
        ("old", Throttled, 1 + MINUTES),
    ],
)
async def test_what_stays_broken_ends(
    explore: Explore, cloud: GoogleCloud, how: str, expected: type[CollectError], tries: int
) -> None:
    cloud.break_("cloudasset", how)
    with pytest.raises(expected, match=r"gcp shop-prod assets\.list: cloudasset: "):
        await swept(explore())
    assert cloud.calls[LIST] == tries


async def test_connections_that_are_reset_are_tried_again_but_not_for_ever(
    explore: Explore, cloud: GoogleCloud
) -> None:
    cloud.break_("cloudasset", "reset", times=3)
    assert (await swept(explore())).resources
    cloud.break_("cloudasset", "reset")
    with pytest.raises(Unreachable, match="cloudasset: "):
        await swept(explore())
    assert cloud.calls[LIST] <= TRIES + 2 * TRIES, "aiohttp itself tries a kept connection twice"


async def test_a_gzip_bomb_is_malformed_and_not_asked_for_again(
    explore: Explore, cloud: GoogleCloud
) -> None:
    client = explore()
    await client.connect()
    cloud.break_("cloudasset", "bomb")
    with pytest.raises(Malformed, match="more than 64 MiB"):
        await swept(client)
    assert cloud.calls[LIST] == 1


@pytest.mark.parametrize("closed", [False, True])
async def test_an_answer_of_nonsense_fails_its_kinds_and_takes_nothing_away(
    explore: Explore, cloud: GoogleCloud, closed: bool
) -> None:
    cloud.checked = False
    client = explore()
    await client.connect()
    if closed:
        cloud.break_("cloudasset", "disabled")
        cloud.break_("compute", "nonsense", method="compute.snapshots.list")
    else:
        cloud.break_("cloudasset", "nonsense")
    result = await swept(client)
    if closed:
        assert list(result.failures) == ["compute/snapshot"]
    else:
        assert set(result.failures) == {spec.kind for spec in PROVIDER.services}
    assert all(isinstance(error, Malformed) for error in result.failures.values())


@pytest.mark.parametrize("how", ["refused", "conflict"])
async def test_what_will_not_change_is_tried_once(
    explore: Explore, cloud: GoogleCloud, how: str
) -> None:
    cloud.break_("monitoring", how)
    client = explore(exclude=("aiplatform/publisher_model",))  # its models are asked for by series
    resources = (await swept(client)).resources
    until = time.time() - 240
    metric = next(spec.metrics[0] for spec in PROVIDER.services if spec.kind == "sql/instance")
    orders = next(resource for resource in resources if resource.name == "orders")
    read = Read(orders, metric, until - 900)
    reading = await client.series([read], until)
    assert f"{how} it is" in str(reading.failures["sql/instance"])
    assert cloud.calls["monitoring.projects.timeSeries.list"] == 1


async def test_a_key_revoked_meanwhile_is_refused(explore: Explore, cloud: GoogleCloud) -> None:
    client = explore()
    await client.connect()
    cloud.tokens.valid.clear()
    cloud.tokens.refuse = "invalid_grant"
    with pytest.raises(CredentialsRefused, match="invalid_grant"):
        await anext(client.pages(LISTING, Scope("gcp", "shop-prod")))
    assert cloud.calls[LIST] == 1


async def test_a_token_endpoint_nobody_answers_at(
    explore: Explore, cloud: GoogleCloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = cloud.tokens.service_account("http://127.0.0.1:1", tmp_path / "other.json")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))
    with pytest.raises(Unreachable, match="token endpoint"):
        await explore().connect()


async def test_a_token_that_is_always_refused_ends(explore: Explore, cloud: GoogleCloud) -> None:
    cloud.break_("cloudasset", "unauthorized")
    with pytest.raises(CredentialsRefused):
        await swept(explore())
    assert cloud.calls[LIST] == TRIES


async def test_retry_after_is_waited_for(explore: Explore, cloud: GoogleCloud) -> None:
    cloud.break_("cloudasset", "throttled", times=1, retry_after="1")
    before = time.monotonic()
    await swept(explore())
    assert time.monotonic() - before >= 1


async def test_a_long_retry_after_is_left_to_the_next_refresh(
    explore: Explore, cloud: GoogleCloud
) -> None:
    cloud.break_("cloudasset", "throttled", retry_after="3600")
    with pytest.raises(Throttled):
        await swept(explore())
    assert cloud.calls[LIST] == 1


def quota_of(limit: str, unit: str = "", value: str = "2400") -> dict[str, str]:
    """Metadata of a quota that is used up, as Google's answers have it."""
    metadata = {"quota_limit": limit, "quota_limit_value": value, "quota_location": "global"}
    return metadata | ({"quota_unit": unit} if unit else {})


@pytest.mark.parametrize(
    ("quota", "seconds"),
    [
        (quota_of("ReadRequestsPerMinutePerProject"), 60),
        (quota_of("ListAssets", "1/min/{project}"), 60),
        (quota_of("ReadRequestsPerMinutePerProject", value="0"), None),
        (quota_of("ReadRequestsPerDayPerProject", "1/d/{project}"), None),
        ({}, None),
    ],
)
def test_a_quota_of_a_minute_is_known_by_its_name_or_unit(
    quota: dict[str, str], seconds: float | None
) -> None:
    info = error_details_pb2.ErrorInfo(reason="RATE_LIMIT_EXCEEDED", metadata=quota)
    body = {"error": {"details": [MessageToDict(info)]}}
    assert errors.seconds_asked(body) == seconds


@pytest.mark.parametrize("seconds", [0.25, 36.0])
def test_a_delay_google_asks_for_is_read_as_google_writes_it(seconds: float) -> None:
    info = error_details_pb2.RetryInfo()
    info.retry_delay.FromMilliseconds(round(seconds * 1000))
    assert errors.seconds_asked({"error": {"details": [7, MessageToDict(info)]}}) == seconds


@pytest.mark.parametrize("quota", [quota_of("ListAssetsPerMinutePerProject"), {}])
async def test_a_quota_of_a_minute_is_waited_out(
    explore: Explore, cloud: GoogleCloud, pace_clock: VirtualClock, quota: dict[str, str]
) -> None:
    cloud.break_("cloudasset", "throttled", times=1, retry_after="", quota=quota)
    assert (await swept(explore())).resources
    assert pace_clock.now == 60
    assert cloud.calls[LIST] == 2


async def test_a_quota_of_a_day_is_not_waited_out(
    explore: Explore, cloud: GoogleCloud, pace_clock: VirtualClock
) -> None:
    quota = quota_of("ReadRequestsPerDayPerProject", "1/d/{project}")
    cloud.break_("cloudasset", "throttled", retry_after="", quota=quota)
    with pytest.raises(Throttled):
        await swept(explore())
    assert (cloud.calls[LIST], pace_clock.now) == (TRIES, 0)


async def test_silence_ends_after_the_timeout(explore: Explore, cloud: GoogleCloud) -> None:
    cloud.break_("cloudasset", "hang")
    with pytest.raises(Unreachable, match=r"no answer for 0\.05 s"):
        await swept(explore(timeout_seconds=0.05))
    assert cloud.calls[LIST] == 2


async def test_a_host_without_an_address_is_unreachable(
    explore: Explore, cloud: GoogleCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = explore()
    await client.connect()
    monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDASSET", "http://asset.example/")
    monkeypatch.setattr(socket, "getaddrinfo", no_address)
    with pytest.raises(
        Unreachable,
        match=r"cloudasset: no connection to asset\.example:80: Name or service not known"
        r" \(see the DNS",
    ):
        await swept(client)


async def test_nobody_there(
    explore: Explore, cloud: GoogleCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDASSET", "http://127.0.0.1:1/")
    with pytest.raises(Unreachable, match=r"no connection to 127\.0\.0\.1:1: Connect call failed"):
        await swept(explore())
    assert cloud.calls[LIST] == 0


async def test_calls_are_bounded_in_number(
    explore: Explore, cloud: GoogleCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = peak = 0

    async def slow(*_: Any) -> None:
        nonlocal now, peak
        now, peak = now + 1, max(peak, now + 1)
        await asyncio.sleep(0.01)
        now -= 1

    monkeypatch.setattr(cloud, "_answer_instead", slow)
    cloud.break_("cloudasset", "slow")
    client = explore()
    await asyncio.gather(*(swept(client) for _ in range(20)))
    assert 1 < peak <= http.CONNECTIONS


def test_endpoints_are_overridden_as_gclouds_are(monkeypatch: pytest.MonkeyPatch) -> None:
    call = Call(api="aiplatform", operation="list", path="v1/a", account_id="p")
    here = replace(call, host="europe-west1-aiplatform")
    monkeypatch.delenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_AIPLATFORM", raising=False)
    assert call.url() == "https://aiplatform.googleapis.com/v1/a"
    assert here.url() == "https://europe-west1-aiplatform.googleapis.com/v1/a"
    for said in ("http://127.0.0.1:9/x", "http://127.0.0.1:9/x/"):
        monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_AIPLATFORM", said)
        assert call.url() == here.url() == "http://127.0.0.1:9/x/v1/a"
