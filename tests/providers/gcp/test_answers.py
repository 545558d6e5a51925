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
from cloud_carbon_exporter.providers.gcp.client.asset_types import PROJECT, TYPES
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


WITHOUT_LIST = {
    "cloudfunctions.googleapis.com/Function": "what runs of it is a service of Cloud Run",
    "container.googleapis.com/NodePool": "its machines are Compute Engine's",
    "dataproc.googleapis.com/Cluster": "its machines are Compute Engine's",
    "vmwareengine.googleapis.com/PrivateCloud": "its clusters are listed below it",
}
"""Types of which nothing is lost where no product lists them."""


def test_every_type_is_listed_by_a_product_too_where_it_holds_hardware_of_its_own() -> None:
    listed = {name for product in PRODUCTS for name in (product.type, product.regional)}
    assert set(TYPES) - listed - {PROJECT} == set(WITHOUT_LIST)


@pytest.mark.slow
async def test_law_an_inventory_that_closes_costs_nothing_that_was_seen(cloud: GoogleCloud) -> None:
    collector = collecting()
    await collector.refresh()
    before = collector.snapshot
    cloud.break_("cloudasset", "disabled")
    await collector.refresh()
    assert ids(collector.snapshot) == ids(before)
    assert failing(collector.snapshot) == set()
    await collector.close()


PLACES = (
    "compute.regions.list",
    *(f"{product.api}.projects.locations.list" for product in PRODUCTS if product.located),
)
PARENTS = tuple(
    f"{product.api}.{product.parents.operation}" for product in PRODUCTS if product.parents
)


@pytest.mark.slow
@pytest.mark.parametrize("silent", [PLACES, PARENTS])
async def test_law_places_or_parents_that_are_not_told_cost_nothing_that_was_seen(
    cloud: GoogleCloud, silent: tuple[str, ...]
) -> None:
    cloud.break_("cloudasset", "disabled")
    collector = collecting()
    await collector.refresh()
    before = collector.snapshot
    cloud.answers |= {method: {} for method in silent}
    await collector.refresh()
    assert ids(collector.snapshot) == ids(before)
    assert failing(collector.snapshot)
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
