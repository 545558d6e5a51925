"""What the page alone asks for: trend, changes, treemap and certainty, over the API."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.exposition import estate
from tests.history.estates import ROWS, counted
from tests.web.browsing import SETTINGS, demo_past, demo_snapshot
from tests.web.serving import held, served

from cloud_carbon_exporter.history.file import in_memory
from cloud_carbon_exporter.history.query import Query, Summed, summed
from cloud_carbon_exporter.history.reader import TooManySums
from cloud_carbon_exporter.history.series import Span
from cloud_carbon_exporter.history.settled import last_hour_end
from cloud_carbon_exporter.history.shares import Shares
from cloud_carbon_exporter.history.store import Store
from cloud_carbon_exporter.model.hours import HOUR_SECONDS
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.sums import footprint_sum
from cloud_carbon_exporter.web.api.certainty import certainty, doubt_of
from cloud_carbon_exporter.web.api.history import Remembered
from cloud_carbon_exporter.web.api.measures import MEASURES
from cloud_carbon_exporter.web.api.ranges import RANGES
from cloud_carbon_exporter.web.api.treemap import MOST_GROUPS, treemap
from cloud_carbon_exporter.web.api.trend_chart import MOST_SERIES
from cloud_carbon_exporter.web.recent import CLOSEST_SECONDS, RECENT_SECONDS, Recent
from cloud_carbon_exporter.web.trend import Trend

NOW = time.time()
END = last_hour_end(NOW)


@pytest.fixture(autouse=True)
def hour_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """No hour ends between what a test writes and what it asks."""
    monkeypatch.setattr(time, "time", lambda: NOW)


def write(store: Store, hours: Sequence[int], rows: Sequence[Row]) -> None:
    """Hours of an estate that does not change meanwhile."""
    shares = Shares()
    shares.look_at(rows)
    for hour in hours:
        parts = [row for part in counted(hour, rows) for row in shares.rows(part)]
        accounts = {row.series.group[:2] for row in parts}
        store.add(parts, [Span(*account, hour, hour + HOUR_SECONDS) for account in accounts])


def remembered_by(store: Store) -> Remembered:
    return lambda query: summed(store.reader.find(query.since, query.until, query.step), query)


def hours_back(first: int, last: int) -> list[int]:
    """Hours before the end of the last one, the first and the last counted."""
    return [END - back * HOUR_SECONDS for back in range(first, last - 1, -1)]


def two_days() -> Remembered:
    """A day of one machine and a day of another; the server of Scaleway is there on both."""
    store = in_memory()
    machine, server = ROWS
    moved = replace(machine.resource, location=replace(machine.resource.location, region="gone-1"))
    write(store, hours_back(48, 25), [replace(machine, resource=moved), server])
    write(store, hours_back(24, 1), [machine, server])
    return remembered_by(store)


async def told(url: str, remembered: Remembered, snapshot: Snapshot = estate.SNAPSHOT) -> Any:
    async with (
        served(held(snapshot), SETTINGS, Trend(), remembered) as client,
        client.get(url) as response,
    ):
        return await response.json()


@pytest.mark.parametrize("measure", MEASURES)
async def test_a_chart_holds_rates_of_the_whole_and_of_its_groups(measure: str) -> None:
    chart = await told(f"/api/v1/trend?by=cloud_provider&measure={measure}", two_days())
    whole = footprint_sum(row.footprint for row in ROWS)
    rates = {name: of.now(whole).value for name, of in MEASURES.items()}
    assert len(chart["start"]) == 24
    assert chart["start"][-1] == END - HOUR_SECONDS
    assert chart["value"] == pytest.approx([rates[measure]] * 24, rel=1e-3)
    parts = [sum(values) for values in zip(*_values(chart), strict=True)]
    assert parts == pytest.approx(chart["value"], rel=1e-3)
    within = zip(chart["lower"], chart["value"], chart["upper"], strict=True)
    assert all(low < value < high for low, value, high in within)
    day = 24 * HOUR_SECONDS
    assert chart["sum"]["value"] == pytest.approx(rates[measure] * day)
    assert sum(group["sum"]["value"] for group in chart["groups"]) == pytest.approx(
        rates[measure] * day
    )


def _values(chart: Mapping[str, Any]) -> list[list[float]]:
    others = [chart["others"]] if chart["others"] else []
    return [*(series["values"] for series in chart["series"]), *others]


@pytest.mark.slow
async def test_a_chart_says_what_the_history_says() -> None:
    remembered = demo_past(await demo_snapshot())
    chart = await told("/api/v1/trend?range=30d&by=kind", remembered)
    span = f"since={chart['since']}&until={chart['until']}"
    for query, sums in (("", [chart["sum"]]), ("&by=kind", chart["groups"])):
        history = await told(f"/api/v1/history?{span}{query}", remembered)
        by_name = {row["labels"].get("kind"): row["emissions_grams"] for row in history["sums"]}
        for row in sums:
            expected = by_name[row.get("name")]
            for bound in ("value", "lower", "upper"):
                assert row.get("sum", row)[bound] == pytest.approx(expected[bound], rel=0.02)


@pytest.mark.slow
async def test_a_week_by_the_hour_is_small() -> None:
    chart = await told("/api/v1/trend?range=7d&by=kind", demo_past(await demo_snapshot()))
    assert len(chart["start"]) == 168
    assert len(json.dumps(chart)) < 30_000


async def test_groups_beyond_the_largest_are_one() -> None:
    store = in_memory()
    machine = ROWS[0]
    rows: list[Row] = []
    for number in range(MOST_SERIES + 3):
        location = replace(machine.resource.location, region=f"region-{number}")
        rows.append(replace(machine, resource=replace(machine.resource, location=location)))
    write(store, hours_back(3, 1), rows)
    chart = await told("/api/v1/trend?by=cloud_region", remembered_by(store))
    assert len(chart["series"]) == MOST_SERIES
    assert chart["others_groups"] == 3
    assert chart["others"][0] == pytest.approx(3 * chart["series"][0]["values"][0], rel=1e-3)


async def test_a_chart_of_too_many_sums_takes_a_longer_step() -> None:
    asked: list[str] = []

    def remembered(query: Query) -> Sequence[Summed]:
        asked.append(query.step)
        if query.step == "hour" and query.by:
            raise TooManySums(60_000)
        return ()

    chart = await told("/api/v1/trend?range=7d", remembered)
    assert chart["step"] == "day"
    assert "hour" in asked


async def test_a_chart_is_made_once_for_all_measures() -> None:
    asked: list[Query] = []

    def remembered(query: Query) -> Sequence[Summed]:
        asked.append(query)
        return ()

    async with served(held(estate.SNAPSHOT), SETTINGS, Trend(), remembered) as client:
        for measure in MEASURES:
            async with client.get(f"/api/v1/trend?range=30d&measure={measure}") as response:
                assert response.status == 200
    assert len(asked) == 1


async def test_the_last_hour_is_told_by_each_refresh() -> None:
    trend = Trend()
    for back in (7200, 1800, 60):
        taken = time.time() - back
        trend.record(replace(estate.SNAPSHOT, taken_at=taken, first_collection_done=True))
    async with (
        served(held(estate.SNAPSHOT), SETTINGS, trend) as client,
        client.get("/api/v1/trend?range=1h") as response,
    ):
        chart = await response.json()
        by: dict[str, list[Any]] = {}
        for label in ("tag_team", "tag_env", "basis"):
            async with client.get(f"/api/v1/trend?range=1h&by={label}") as answer:
                by[label] = (await answer.json())["series"]
    assert len(chart["start"]) == 2
    assert [series["name"] for series in chart["series"]] == ["aws", "scaleway", "gcp"]
    within = zip(chart["lower"], chart["value"], chart["upper"], strict=True)
    assert all(low < value < high for low, value, high in within)
    assert {part["name"] for part in by["tag_team"]} == {"", "web"}
    for series in by.values():
        columns = [part["values"] for part in series]
        assert [sum(parts) for parts in zip(*columns, strict=True)] == pytest.approx(chart["value"])
    assert len(trend.recent.points) == 2


def test_the_last_hour_has_points_no_closer_than_are_seen() -> None:
    recent = Recent()
    for second in range(0, 2 * RECENT_SECONDS, 5):
        recent.record(replace(estate.SNAPSHOT, taken_at=estate.TAKEN_AT + second))
    assert len(recent.points) == RECENT_SECONDS // CLOSEST_SECONDS + 1
    recent.record(replace(estate.SNAPSHOT, taken_at=estate.TAKEN_AT))  # the clock was set back
    assert len(recent.points) == 1


def test_no_hour_is_drawn_before_it_is_whole() -> None:
    hour = 490_000 * HOUR_SECONDS
    assert last_hour_end(hour + 1799) == hour - HOUR_SECONDS
    assert last_hour_end(hour + 1800) == hour
    assert RANGES["24h"].hours(hour + 1800) == (hour - 86_400, hour)


async def test_what_is_new_and_what_is_gone() -> None:
    changes = await told("/api/v1/changes?since=yesterday&measure=power", two_days())
    assert [row["cloud_region"] for row in changes["new"]] == ["eu-west-3"]
    assert [row["cloud_region"] for row in changes["gone"]] == ["gone-1"]
    assert changes["movers"] == []  # the server draws what it drew
    assert changes["gone"][0]["now"] is None
    assert changes["new"][0]["change"]["value"] == pytest.approx(12.5)
    assert changes["total"]["change"]["value"] == pytest.approx(0, abs=1e-6)


async def test_what_moved_is_told_with_an_interval_of_its_own() -> None:
    store = in_memory()
    machine, server = ROWS
    footprint = machine.footprint
    double = replace(
        machine, footprint=replace(footprint, power_watts=replace(footprint.power_watts, value=15))
    )
    write(store, hours_back(48, 25), [machine, server])
    write(store, hours_back(24, 1), [double, server])
    changes = await told("/api/v1/changes?measure=power", remembered_by(store))
    (mover,) = changes["movers"]
    assert mover["kind"] == "ec2/instance"
    change = mover["change"]
    assert change["value"] == pytest.approx(2.5)
    assert change["lower"] <= change["value"] <= change["upper"]
    # what both days are wrong by alike cancels: the interval is narrower than that of one day
    assert change["upper"] - change["lower"] < mover["now"]["upper"] - mover["now"]["lower"]


async def test_nothing_is_compared_with_nothing() -> None:
    changes = await told("/api/v1/changes", lambda query: ())
    assert changes["total"]["before"] is None
    assert changes["movers"] == changes["new"] == changes["gone"] == []


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("by", ["cloud_region", "kind", "basis", "tag_team"])
async def test_tiles_add_up_to_the_total(measure: str, by: str) -> None:
    snapshot = await demo_snapshot()
    groups = treemap(snapshot, by, measure, ("team", "env"))
    whole = MEASURES[measure].now(snapshot.total()).value
    assert len(groups) <= MOST_GROUPS + 1
    assert math.fsum(group["value"] for group in groups) == pytest.approx(whole)
    assert sum(group["resources"] for group in groups) == len(snapshot.rows)
    for group in groups:
        if group["name"] is not None:
            parts = math.fsum(part["value"] for part in group["parts"])
            assert parts == pytest.approx(group["value"])


async def test_certainty_tells_shares_of_the_whole() -> None:
    shares = certainty(await demo_snapshot())
    for of in shares.values():
        assert math.fsum(of["basis"].values()) == pytest.approx(1)
        assert math.fsum(doubt["ratio"] for doubt in of["doubts"]) == pytest.approx(1)
        ratios = [doubt["ratio"] for doubt in of["doubts"]]
        assert ratios == sorted(ratios, reverse=True)
    doubted = {doubt["name"] for doubt in shares["operational"]["doubts"]}
    assert "the grid" in doubted
    assert "the grid" not in {doubt["name"] for doubt in shares["embodied"]["doubts"]}
    assert certainty(estate.EMPTY)["total"]["doubts"] == []


def test_a_doubt_has_a_name_for_people() -> None:
    assert doubt_of("grid.ember.FRA") == "the grid"
    assert doubt_of("memory.dram.embodied_grams_per_gib") == "manufacture of hardware"
    assert doubt_of("nobody.knows") == doubt_of("") == "other figures"


async def test_a_search_looks_at_tags_that_are_shown_and_no_others() -> None:
    async with served(held(estate.SNAPSHOT), SETTINGS) as client:
        for words, matching in (("web", 1), ("never a label", 0)):
            async with client.get("/api/v1/resources", params={"search": words}) as response:
                assert (await response.json())["matching"] == matching


async def test_a_first_collection_names_what_it_waits_for() -> None:
    amid = replace(estate.EMPTY, listings_ended=1, listings_known=9)
    collector = held(amid)
    async with served(collector, SETTINGS) as client:
        collector.progress = "first collection: 1 of 9 listings, waiting for aws ListBuckets"
        async with client.get("/api/v1/snapshot") as response:
            assert "waiting for aws ListBuckets" in (await response.json())["partial"]
            known = {"If-None-Match": response.headers["ETag"]}
        async with client.get("/api/v1/snapshot", headers=known) as response:
            assert response.status == 304
        collector.progress = "first collection: 1 of 9 listings, waiting for gcp assets.list"
        async with client.get("/api/v1/snapshot", headers=known) as response:
            assert "waiting for gcp assets.list" in (await response.json())["partial"]
