"""Clusters of Kubernetes on the page and in the API: parts that add up, and what is missing."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from playwright.async_api import Browser, Page, expect
from tests.web.browsing import SETTINGS, visit
from tests.web.test_openapi import validator

from cloud_carbon_exporter.config.values import read_value
from cloud_carbon_exporter.config.web_flags import CLUSTER_LINKS
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.model.clusters import ClusterState
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.web.api.clusters import clusters_object

LINKED = replace(
    SETTINGS,
    cluster_links=(
        ("Grafana", "https://grafana.example.org/d/x?var-namespace={namespace}"),
        ("Backstage", "https://backstage.example.org/catalog/{namespace}/component/{workload}"),
    ),
)
PARTIAL = ClusterState("staging", False, "kubernetes staging pods: the answer is partial")
OLD = ClusterState("old", False, "deadline: it took longer than 120 s", 0.0, {"split": 3})


async def names(page: Page) -> list[str]:
    texts: list[str] = await page.locator("#clusters-body tbody th bdi.clamp").all_inner_texts()
    return texts


@pytest.mark.asyncio(loop_scope="module")
async def test_parts_of_each_level_add_up_to_the_nodes(demo: Snapshot) -> None:
    told = clusters_object(demo, LINKED.cluster_links)
    validator("clusters").validate(told)
    (state,) = demo.clusters.states
    assert state.up
    held = {row.workload.namespace for row in demo.clusters.rows}
    assert {"shop", "__idle__", "__unknown__"} <= held
    for measure in ("power_watts", "emissions_grams_per_second"):
        whole = told["total"][measure]
        for level in ("totals", "namespaces", "workloads"):
            parts = math.fsum(part[measure]["value"] for part in told[level])
            assert parts == pytest.approx(whole["value"], rel=1e-9)
        assert whole["lower"] < whole["value"] < whole["upper"]
    of_shop = clusters_object(demo, (), "demo-shop", "shop")
    assert {part["namespace"] for part in of_shop["workloads"]} == {"shop"}
    (shop,) = [part for part in told["namespaces"] if part["namespace"] == "shop"]
    assert of_shop["total"]["power_watts"] == shop["power_watts"]
    assert clusters_object(demo, (), "another")["workloads"] == []


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
async def test_a_row_leads_to_what_it_is_made_of(chromium: Browser, demo: Snapshot) -> None:
    async with visit(chromium, demo, settings=LINKED, query="?measure=power") as visited:
        page = visited.page
        shown = await names(page)
        assert shown[-2:] == ["Idle", "Unknown"] and shown[0] == "shop"
        links = page.locator("#clusters-body tr", has_text="shop").first.get_by_role("link")
        assert await links.evaluate_all("all => all.map(({ href }) => href)") == [
            "https://grafana.example.org/d/x?var-namespace=shop"  # that of a workload does not fit
        ]
        await page.locator("#clusters-body").get_by_role("button", name="shop").click()
        await expect(page.locator("#clusters-title")).to_have_text(
            "Power of Kubernetes by workload"
        )
        assert sorted(await names(page)) == ["basket", "checkout", "storefront"]
        assert "level=workload" in page.url and "namespace=shop" in page.url
        shop = [row.now for row in demo.clusters.rows if row.workload.namespace == "shop"]
        watts = math.fsum(now.power_watts.value for now in shop)
        together = page.locator("#clusters-body .together")
        await expect(together).to_contain_text(f"{watts:.3g} W")
        await page.get_by_role("button", name="Show all, not shop alone").click()
        assert await names(page) == shown


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_missing_is_said_and_the_rest_is_shown(
    chromium: Browser, demo: Snapshot
) -> None:
    old = replace(OLD, read_at=demo.taken_at - 600)
    states = (*demo.clusters.states, PARTIAL, old)
    missing = replace(demo, clusters=replace(demo.clusters, states=states))
    async with visit(chromium, missing, width=320, scheme="dark") as visited:
        said = visited.page.locator("#clusters-states")
        await expect(said).to_contain_text("demo-shop: 4 nodes are split")
        await expect(said).to_contain_text("staging: the split is missing: kubernetes staging pods")
        await expect(said).to_contain_text("3 nodes are split, by what was told of it 10 min")
        width = await visited.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 320
    none = replace(demo, clusters=replace(demo.clusters, rows=(), states=(PARTIAL,)))
    async with visit(chromium, none) as visited:
        await expect(visited.page.locator("#clusters-body")).to_have_text("Nothing is split now.")


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
async def test_without_clusters_there_is_no_card(chromium: Browser, demo: Snapshot) -> None:
    alone = replace(demo, clusters=replace(demo.clusters, rows=(), states=()))
    async with visit(chromium, alone) as visited:
        await expect(visited.page.locator("#clusters")).to_be_hidden()
        await expect(visited.page.locator("#clusters-link")).to_be_hidden()


@pytest.mark.parametrize(
    "wrong", ["Grafana", "G=ftp://x", "G=https://x/{pod}", "G=https://x/{", "G=javascript:alert(1)"]
)
def test_a_link_that_cannot_be_filled_in_is_refused(wrong: str) -> None:
    with pytest.raises(ConfigError, match="no such link"):
        read_value("-web.cluster-links", CLUSTER_LINKS.kind, wrong)


def test_links_are_names_and_addresses() -> None:
    said = ",".join(f"{name}={url}" for name, url in LINKED.cluster_links)
    read = read_value("-web.cluster-links", CLUSTER_LINKS.kind, said)
    assert read == LINKED.cluster_links
