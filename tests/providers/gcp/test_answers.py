"""Answers of success that hold no list: nothing vanishes for them, and every kind says so."""

from __future__ import annotations

import logging
import time
from typing import Any

import pytest
from tests.fakes.gcp import GoogleCloud
from tests.providers.gcp.test_collect import Collecting

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.gcp.client.products import PRODUCTS
from cloud_carbon_exporter.providers.settings import TargetSettings

DOCUMENTS: tuple[dict[str, Any], ...] = (
    {},
    {"message": None},
    {"error": {"code": 200, "message": "later"}},
)


def collecting() -> Collecting:
    target = Target("shop", PROVIDER, TargetSettings(provider="gcp", timeout_seconds=5))
    return Collector([target], CollectSettings(), Budget(time.time), lambda _: None, time.time)


def ids(snapshot: Snapshot) -> set[str]:
    return {row.resource.id for row in snapshot.rows}


NOT_SPOILED = {"bigquery/project", "lustre/instance", "memorystore/instance"}
"""Kinds the fake's products list under names that this test does not know."""


def kinds(snapshot: Snapshot) -> set[str]:
    return {row.resource.kind for row in snapshot.rows}


def failing(snapshot: Snapshot) -> set[str]:
    return {outcome.kind for outcome in snapshot.listings if outcome.error}


@pytest.mark.slow
@pytest.mark.parametrize("document", DOCUMENTS)
async def test_law_an_inventory_that_says_nothing_costs_nothing_that_was_seen(
    cloud: GoogleCloud, document: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    cloud.checked = False
    collector = collecting()
    await collector.refresh()
    before = collector.snapshot
    cloud.answers["cloudasset.assets.list"] = document
    with caplog.at_level(logging.WARNING):
        await collector.refresh()
    assert ids(collector.snapshot) == ids(before)
    assert failing(collector.snapshot) >= kinds(before)
    assert "assets.list" in caplog.text
    await collector.close()


@pytest.mark.slow
async def test_law_products_that_say_nothing_cost_nothing_that_was_seen(
    cloud: GoogleCloud, caplog: pytest.LogCaptureFixture
) -> None:
    cloud.checked = False
    cloud.break_("cloudasset", "disabled")
    collector = collecting()
    await collector.refresh()
    before = collector.snapshot
    assert failing(before) == set(), "where nothing stands, nothing is said"
    for product in PRODUCTS:
        cloud.answers[f"{product.api}.{product.operation}"] = {}
    cloud.answers |= {"sql.instances.list": {}, "sql.Backups.ListBackups": {}}
    with caplog.at_level(logging.WARNING):
        await collector.refresh()
    assert ids(collector.snapshot) == ids(before)
    assert failing(collector.snapshot) >= kinds(before) - NOT_SPOILED
    assert "instances.aggregatedList: compute: the answer says nothing" in caplog.text
    await collector.close()
