"""Answers of success that hold no list: nothing vanishes for them, and every kind says so."""

from __future__ import annotations

import logging
import time
from dataclasses import replace

import pytest
from tests.fakes.aws import AwsFake
from tests.fakes.target_settings import target_settings

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.providers.aws import PROVIDER

OPERATIONS = {"lambda/function": "/2015-03-31/functions", "events/event_bus": "ListEventBuses"}
BODIES = (
    b"",
    b"{}",
    b'{"message": null}',
    b'{"Message": "ok"}',
    b'{"__type": "Busy"}',
    b'{"Error": {"Code": "Busy"}}',
)


def collecting() -> Collector[None]:
    """Of the kinds above alone, in one region."""
    services = tuple(spec for spec in PROVIDER.services if spec.kind in OPERATIONS)
    settings = target_settings("aws", regions=("eu-west-3",), timeout_seconds=5)
    target = Target("mine", replace(PROVIDER, services=services), settings)
    return Collector([target], CollectSettings(), Budget(time.time), lambda _: None, time.time)


def kinds(snapshot: Snapshot) -> list[str]:
    return sorted(row.resource.kind for row in snapshot.rows)


@pytest.mark.slow
@pytest.mark.parametrize("body", BODIES)
async def test_law_an_answer_of_success_without_its_list_costs_nothing_that_was_seen(
    fake: AwsFake, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    function = {
        "FunctionName": "f",
        "FunctionArn": "arn:aws:lambda:eu-west-3:1:function:f",
        "MemorySize": 512,
    }
    bus = {"Name": "default", "Arn": "arn:aws:events:eu-west-3:1:event-bus/default"}
    fake.handlers["/2015-03-31/functions"] = {"Functions": [function]}
    fake.handlers["ListEventBuses"] = {"EventBuses": [bus]}
    collector = collecting()
    await collector.refresh()
    assert kinds(collector.snapshot) == sorted(OPERATIONS)
    for operation in OPERATIONS.values():
        fake.handlers[operation] = body
    with caplog.at_level(logging.WARNING):
        await collector.refresh()
    assert kinds(collector.snapshot) == sorted(OPERATIONS)
    failing = {outcome.kind for outcome in collector.snapshot.listings if outcome.error}
    assert failing == OPERATIONS.keys()
    assert "ListFunctions" in caplog.text
    assert "ListEventBuses" in caplog.text
    fake.handlers["/2015-03-31/functions"] = {"Functions": []}
    fake.handlers["ListEventBuses"] = {"EventBuses": []}
    await collector.refresh()
    assert kinds(collector.snapshot) == []
    await collector.close()
