"""What is said of the first collection while it is under way."""

from __future__ import annotations

import asyncio
import logging

import pytest

from cloud_carbon_exporter.collect import progress
from cloud_carbon_exporter.collect.progress import Progress, say_progress, sentence
from tests.collect.test_collector import EU, new_collector, vm
from tests.fakes.cloud import Clock, Cloud
from tests.patience import PATIENCE_SECONDS


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        ([Progress(step="aws to answer")], "waiting for aws to answer"),
        (
            [
                Progress(81, 1189, tuple(f"aws 1 eu Describe{n}" for n in range(1108))),
                Progress(1, 1),
            ],
            "82 of 1,190 listings, waiting for aws 1 eu Describe0 and 1,107 more",
        ),
        (
            [Progress(2, 2, done=True), Progress(3, 3, step="the utilisation of gcp/p")],
            "5 of 5 listings, waiting for the utilisation of gcp/p",
        ),
        ([Progress(2, 2)], "2 of 2 listings"),
    ],
)
def test_it_says_how_far_all_targets_are_and_what_is_waited_for(
    targets: list[Progress], said: str
) -> None:
    assert sentence(targets) == f"first collection: {said}"


async def test_it_is_said_again_and_again_until_every_target_has_ended(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="cloud_carbon_exporter.collect")
    rounds = iter([[Progress(1, 2)], [Progress(2, 2)], [Progress(2, 2, done=True)]])
    async with asyncio.timeout(PATIENCE_SECONDS):
        await say_progress(lambda: next(rounds), 0)
    assert [record.getMessage() for record in caplog.records] == [
        "first collection: 1 of 2 listings",
        "first collection: 2 of 2 listings",
    ]


async def test_a_region_that_hangs_is_named_until_the_first_collection_has_ended(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "SAID_EVERY_SECONDS", 0.01)
    caplog.set_level(logging.INFO, logger="cloud_carbon_exporter.collect")
    cloud = Cloud({EU: [vm()], "us-east-1": [vm("i-us")]}, hang={"us-east-1"})
    collector = new_collector(Clock(), cloud)
    waiting = "waiting for aws 111111111111 us-east-1 ListThings"
    running = asyncio.create_task(collector.run())
    async with asyncio.timeout(PATIENCE_SECONDS):
        while f"1 of 2 listings, {waiting}" not in caplog.text:
            await asyncio.sleep(0.01)
    assert collector.progress == f"first collection: 1 of 2 listings, {waiting}"
    await collector.end(running)


async def test_once_it_has_ended_nothing_is_said_any_more() -> None:
    collector = new_collector(Clock(), Cloud({EU: [vm()]}))
    assert collector.progress == "first collection: 0 of 0 listings"
    await collector.refresh()
    assert collector.progress == ""
    await collector.close()
