"""Figures on the dashboards: those of the exporter's own API, in sum and in every part."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.deploy.boards import Ruled, filled, query_of
from tests.e2e.programs import Exporter, Prometheus, eventually, fetch

pytestmark = pytest.mark.e2e

OVERVIEW, TAGS, RESOURCES = "cloud-carbon-overview", "cloud-carbon-tags", "cloud-carbon-resources"
Row = Mapping[str, Any]

PER_HOUR = 3600.0
ROUNDED = 1e-6
"""Samples of resources have seven digits."""


def emissions(row: Row) -> float:
    """Grams an hour, operational and embodied."""
    return grams(row, "operational") + grams(row, "embodied")


def grams(row: Row, part: str) -> float:
    """Grams an hour of one of both."""
    return PER_HOUR * float(row[f"{part}_emissions_grams_per_second"]["value"])


def watts(row: Row, of: str) -> float:
    """Power, or a bound of it."""
    return float(row["power_watts"][of])


TOTALS: dict[tuple[str, str], Callable[[Row], float]] = {
    (OVERVIEW, "Emissions now"): emissions,
    (OVERVIEW, "Operational"): lambda row: grams(row, "operational"),
    (OVERVIEW, "Embodied"): lambda row: grams(row, "embodied"),
    (OVERVIEW, "A year at this rate"): lambda row: 24 * 365.25 / 1000 * emissions(row),
    (OVERVIEW, "Power now"): lambda row: watts(row, "value"),
    (OVERVIEW, "At least"): lambda row: watts(row, "lower"),
    (OVERVIEW, "At most"): lambda row: watts(row, "upper"),
    (OVERVIEW, "Resources"): lambda row: float(row["resources"]),
    (TAGS, "Emissions now"): emissions,
    (TAGS, "Operational"): lambda row: grams(row, "operational"),
    (TAGS, "Embodied"): lambda row: grams(row, "embodied"),
    (TAGS, "Power now"): lambda row: watts(row, "value"),
    (TAGS, "Resources"): lambda row: float(row["resources"]),
}
"""Panels of one number, and the same from a row of sums of the API."""

PARTS = [
    (OVERVIEW, "Emissions by cloud", "cloud_provider"),
    (OVERVIEW, "Emissions by account", "cloud_account_id"),
    (OVERVIEW, "Emissions by $group", "tag_team"),
    (TAGS, "Emissions by $group", "tag_team"),
    (TAGS, "Emissions by kind", "kind"),
    (TAGS, "Emissions by region", "cloud_region"),
    (RESOURCES, "Emissions by kind", "kind"),
]
"""Panels of several values, and the label that tells them apart."""


class Still:
    """A demo whose figures stand still, what its API says, and a Prometheus that scraped it."""

    def __init__(self, snapshot: Row, resources: list[Row], server: Prometheus) -> None:
        self.snapshot = snapshot
        self.resources = resources
        self.server = server

    def shown(self, query: str, chosen: Mapping[str, str]) -> dict[str, float]:
        """Values of a query by those of their labels, of one label or none."""
        values = self.server.query(filled(query, self.server, chosen))
        return {"".join(dict(labels).values()): number for labels, number in values.items()}

    def rows(self, label: str) -> Mapping[str, Row]:
        """Rows of sums of the API by the value of a label."""
        return {row["name"]: row for row in self.snapshot["by"][label]}


@pytest.fixture(scope="module", params=["full", "slim"])
def still(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Still]:
    home = tmp_path_factory.mktemp("values")
    flags = ("-demo.enabled", "-collect.interval=1h", "-metrics.tags=team,env")
    demo = Exporter(home, *flags, f"-metrics.labels={request.param}")
    with demo, Ruled(home, demo.ready().url) as server:
        server.ready()
        snapshot = json.loads(fetch(f"{demo.url}/api/v1/snapshot")[0])
        resources = json.loads(fetch(f"{demo.url}/api/v1/resources?limit=1000")[0])["resources"]
        assert len(resources) == snapshot["totals"]["resources"] > 0
        eventually(lambda: server.query("cloud_carbon_total_power_watts"), "a scrape")
        yield Still(snapshot, resources, server)


@pytest.mark.parametrize(("board", "title"), TOTALS)
def test_a_number_on_a_board_is_that_of_the_api(still: Still, board: str, title: str) -> None:
    said = TOTALS[board, title]
    query = query_of(board, title)
    totals = still.snapshot["totals"]
    assert still.shown(query, {}) == {"": pytest.approx(said(totals), rel=ROUNDED)}
    for cloud, row in still.rows("cloud_provider").items():
        assert still.shown(query, {"provider": cloud}) == {
            "": pytest.approx(said(row), rel=ROUNDED)
        }
    for account, row in still.rows("cloud_account_id").items():
        if board == TAGS or title not in ("At least", "At most"):  # bounds of accounts add up only
            chosen = {"account": account}
            assert still.shown(query, chosen) == {"": pytest.approx(said(row), rel=ROUNDED)}


@pytest.mark.parametrize(("board", "title", "label"), PARTS)
def test_the_parts_on_a_board_are_those_of_the_api(
    still: Still, board: str, title: str, label: str
) -> None:
    said: dict[str, float] = defaultdict(float)
    for resource in still.resources:
        said[str(resource.get(label, ""))] += emissions(resource)
    assert len(said) > 2
    assert still.shown(query_of(board, title), {}) == pytest.approx(dict(said), rel=ROUNDED)


def test_services_are_kinds_added_up(still: Still) -> None:
    said: dict[str, float] = defaultdict(float)
    for resource in still.resources:
        said[resource["kind"].partition("/")[0]] += emissions(resource)
    shown = still.shown(query_of(OVERVIEW, "Emissions by service"), {})
    assert shown == pytest.approx(dict(said), rel=ROUNDED)


def test_a_region_emits_by_kilowatt_hour_what_its_resources_do(still: Still) -> None:
    title = "Regions, by what a kilowatt hour emits there"
    power: dict[str, float] = defaultdict(float)
    operational: dict[str, float] = defaultdict(float)
    for resource in still.resources:
        region = resource["cloud_provider"] + resource["cloud_region"]
        power[region] += watts(resource, "value")
        operational[region] += grams(resource, "operational")
    said = {region: 1000 * operational[region] / power[region] for region in power}
    assert still.shown(query_of(OVERVIEW, title, 0), {}) == pytest.approx(said, rel=ROUNDED)
    assert still.shown(query_of(OVERVIEW, title, 2), {}) == pytest.approx(dict(power), rel=ROUNDED)


def test_a_functional_unit_that_is_typed_divides(still: Still) -> None:
    query = query_of(OVERVIEW, "Per functional unit")
    said = emissions(still.snapshot["totals"])
    assert still.shown(query, {"unit": "vector(250)"}) == {"": pytest.approx(said / 250)}
    counted = still.snapshot["totals"]["resources"]
    assert still.shown(query, {}) == {"": pytest.approx(said / counted)}


def test_a_tag_that_is_chosen_is_all_that_is_summed(still: Still) -> None:
    query = query_of(TAGS, "Emissions now")
    teams = {str(resource["tag_team"]) for resource in still.resources if "tag_team" in resource}
    assert len(teams) > 1
    for team in teams:
        said = sum(emissions(one) for one in still.resources if one.get("tag_team") == team)
        chosen = {"group": "tag_team", "value": team}
        assert still.shown(query, chosen) == {"": pytest.approx(said, rel=ROUNDED)}
