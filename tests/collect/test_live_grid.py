"""Live intensity in the counters: the value of each moment, and corrections that come too late."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_carbon_exporter.collect.account_sums import AccountKey
from cloud_carbon_exporter.collect.counters import Counters
from cloud_carbon_exporter.collect.surroundings import Surroundings, SurroundingsIndex
from cloud_carbon_exporter.collect.sweep import SweepKey
from cloud_carbon_exporter.grid import Feed
from cloud_carbon_exporter.grid.series import Span
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import power_watts
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.types import Component, Location, Resource
from tests.examples import examples
from tests.grid.conftest import apis, clock, told
from tests.grid.support import NOON, Clock, GridApis, Told, feed, table

__all__ = ["apis", "clock", "told"]  # fixtures

PARIS = Location("aws", "111111111111", "eu-west-3")
VOLUME = Resource("vol-1", "ec2/volume", "vol-1", PARIS, (Component("block", "aws/gp3", 1000),))
SWEEP = SweepKey("target", 0, "111111111111", "eu-west-3", "")
WATTS = power_watts(VOLUME, {}, facts.place("aws", "eu-west-3"))
ANNUAL = facts.place("aws", "eu-west-3").intensities[0].grams_per_kilowatt_hour.value
STEP = 300.0
METHODS: tuple[Method, ...] = ("live", "marginal")


def hour(start: float, grams: float) -> str:
    """A row of a table for one hour of France."""
    return f"FR,{grams},{stamp(start)},{stamp(start + 3600)}"


def stamp(at: float) -> str:
    from cloud_carbon_exporter.grid.moments import written

    return written(at, "%Y-%m-%dT%H:%M:%SZ")


class Day:
    """A volume in Paris, counted by the live grid, five minutes at a time."""

    def __init__(self, of: Feed, clock: Clock) -> None:
        self.feed, self.clock = of, clock
        self.surroundings = SurroundingsIndex(of)
        self.counters = Counters(self.surroundings.of, 1800)

    async def tick(self) -> float:
        """What the counter of grams shows now."""
        now = self.clock.now
        await self.feed.refresh({("aws", "eu-west-3")})
        self.surroundings.advance(now)
        self.counters.observe(SWEEP, [VOLUME], now, 0, lambda resource: False)
        self.counters.advance(now)
        timeline = self.counters.timeline("vol-1")
        assert timeline is not None
        return timeline.totals.operational_grams

    async def run(self, seconds: float) -> float:
        """Tick until so much later."""
        end = self.clock.now + seconds
        shown = await self.tick()
        while self.clock.now < end:
            self.clock.now += STEP
            shown = await self.tick()
        return shown


@pytest.mark.slow
async def test_a_replayed_day_has_its_known_total(clock: Clock, told: Told, tmp_path: Path) -> None:
    clock.now = NOON
    grams = [40 + 30 * math.sin(n / 24 * 2 * math.pi) for n in range(24)]
    own = table(
        tmp_path / "own.csv", *(hour(NOON + n * 3600, value) for n, value in enumerate(grams))
    )
    day = Day(feed([own], clock, told), clock)
    shown = await day.run(24 * 3600)
    assert shown == pytest.approx(sum(WATTS / 1000 * value for value in grams))
    volumes = AccountKey("aws", "111111111111", "eu-west-3", "ec2/volume")
    assert day.counters.accounts()[volumes].operational_grams == shown


async def test_where_the_grid_is_not_known_the_annual_fact_stands_in(
    clock: Clock, told: Told, tmp_path: Path
) -> None:
    clock.now = NOON
    own = table(tmp_path / "own.csv", hour(NOON + 3600, 10), hour(NOON + 3 * 3600, 20))
    shown = await Day(feed([own], clock, told), clock).run(6 * 3600)
    assert shown == pytest.approx(WATTS / 1000 * (10 + 20 + 4 * ANNUAL))


async def test_by_location_nothing_changes(clock: Clock, told: Told, tmp_path: Path) -> None:
    clock.now = NOON
    own = table(tmp_path / "own.csv", "FR,10,,")
    day = Day(feed([own], clock, told, method="location"), clock)
    assert await day.run(3600) == pytest.approx(WATTS / 1000 * ANNUAL)
    shown = day.surroundings.place("aws", "eu-west-3").intensities
    assert [(intensity.method, intensity.source) for intensity in shown][:2] == [
        ("location", shown[0].source),
        ("live", "file"),
    ]


@pytest.mark.parametrize(
    ("method", "provider", "region", "expected"),
    [
        ("market", "aws", "eu-west-3", "market"),
        ("market", "scaleway", "pl-waw", "market"),
        ("market", "scaleway", "nl-ams", "location"),
        ("direct", "aws", "eu-west-3", "direct"),
        ("marginal", "aws", "eu-west-3", "location"),
        ("live", "aws", "eu-west-3", "location"),
        ("location", "aws", "eu-west-3", "location"),
    ],
)
def test_what_has_no_value_by_the_method_has_the_annual_mean(
    method: Method, provider: str, region: str, expected: str, clock: Clock, told: Told
) -> None:
    surroundings = SurroundingsIndex(feed([], clock, told, method=method))
    surroundings.advance(clock.now)
    shown = surroundings.place(provider, region)
    assert shown.intensities[0].method == expected
    resource = replace(VOLUME, location=Location(provider, "1", region))
    assert surroundings.of(resource).intensities == (shown.intensities[0],)
    assert shown == replace(facts.place(provider, region), intensities=shown.intensities)


async def test_marginal_values_are_counted_by_their_own_method_alone(
    apis: GridApis, clock: Clock, told: Told, tmp_path: Path
) -> None:
    words = [apis.base("watttime"), table(tmp_path / "own.csv", "FR,10,,")]
    counted: dict[str, str] = {}
    for method in METHODS:
        surroundings = SurroundingsIndex(of := feed(words, clock, told, method=method))
        await of.refresh({("aws", "eu-west-3")})
        await of.close()
        surroundings.advance(clock.now)
        counted[method] = surroundings.of(VOLUME).intensities[0].source
    assert counted == {"live": "file", "marginal": "watttime"}


async def test_a_late_correction_changes_the_future_alone(
    clock: Clock, told: Told, tmp_path: Path
) -> None:
    clock.now, path = NOON, tmp_path / "own.csv"
    day = Day(feed([table(path, "FR,100,,")], clock, told), clock)
    before = await day.run(3600)
    table(path, "FR,10,,")
    assert await day.tick() == before
    assert await day.run(3600) == pytest.approx(before + WATTS / 1000 * 10, rel=0.1)
    assert before == pytest.approx(WATTS / 1000 * 100)


async def test_a_source_that_fails_gives_way_as_it_ages_and_totals_go_on(
    apis: GridApis, clock: Clock, told: Told
) -> None:
    clock.now = NOON
    day = Day(feed([apis.base("rte")], clock, told), clock)
    await day.run(3600)
    apis.faults["rte"] = "503"
    held = await day.run(3 * 3600)
    later = await day.run(3600)
    await day.feed.close()
    assert later - held == pytest.approx(WATTS / 1000 * ANNUAL)
    assert day.surroundings.place("aws", "eu-west-3").intensities[0].method == "location"
    assert told.errors["grid", "rte", "unreachable"] > 0


class Fixed(Feed):
    """A Feed whose Spans the test sets."""

    def __init__(self) -> None:
        told, clock = Told(), Clock()
        whole = feed([], clock, told)
        super().__init__(whole.settings, told, told.error, told, clock)
        self.known: list[Span] = []
        self.said = 0

    @property
    def version(self) -> int:
        return self.said

    def say(self, known: list[Span]) -> None:
        self.known = known
        self.said += 1

    def spans(self, place: tuple[str, str], method: Method) -> list[Span]:
        return self.known


spans = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 60), st.integers(0, 1000)), max_size=8)


def laid(spans_: Sequence[tuple[int, int, int]], start: float) -> list[Span]:
    """Spans from (gap, length, grams), one after another."""
    laid_out, at = [], start
    for gap, length, grams in spans_:
        at += gap * 60
        laid_out.append(Span(at, at + length * 60, grams, "set"))
        at += length * 60
    return laid_out


@pytest.mark.slow
@settings(max_examples=examples(30), deadline=None)
@given(spans, st.lists(st.integers(1, 40), min_size=1, max_size=8), spans)
def test_the_integral_is_that_of_the_value_at_each_moment(
    first: list[tuple[int, int, int]], steps: list[int], later: list[tuple[int, int, int]]
) -> None:
    """Brute force by the minute; half way all that is known changes, and the past does not."""
    of = Fixed()
    surroundings = SurroundingsIndex(of)
    counters = Counters(surroundings.of, 1800)
    now, expected, shown = NOON, 0.0, 0.0
    for rank, step in enumerate([0, *steps]):
        of.say(laid(first if rank <= len(steps) // 2 else later, NOON))
        for minute in range(step):
            at = now + minute * 60
            piece = next((piece for piece in of.known if piece.start <= at < piece.end), None)
            grams = ANNUAL if piece is None else piece.grams_per_kilowatt_hour
            expected += WATTS * 60 / 3.6e6 * grams
        now += step * 60
        surroundings.advance(now)
        counters.observe(SWEEP, [VOLUME], now, 0, lambda resource: False)
        counters.advance(now)
        timeline = counters.timeline("vol-1")
        assert timeline is not None
        assert timeline.totals.operational_grams >= shown
        shown = timeline.totals.operational_grams
        assert shown == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_the_same_surroundings_come_back_until_something_changes() -> None:
    """So that a hundred thousand resources are not estimated again for nothing."""
    of = Fixed()
    surroundings = SurroundingsIndex(of)
    surroundings.advance(NOON)
    of.say(laid([(0, 60, 100)], NOON))
    surroundings.advance(NOON)
    before = surroundings.of(VOLUME)
    surroundings.advance(NOON + 300)
    assert surroundings.of(VOLUME) is before
    of.say(laid([(0, 60, 90)], NOON))
    surroundings.advance(NOON + 300)
    assert surroundings.of(VOLUME) is not before
    assert surroundings.of(VOLUME).intensities[0].grams_per_kilowatt_hour.value == 90


def test_what_is_asked_for_while_a_value_changes_is_not_kept_past_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The event loop asks where a resource stands while a Snapshot is built in a thread."""
    of = Fixed()
    surroundings = SurroundingsIndex(of)
    of.say(laid([(0, 60, 100)], NOON))
    surroundings.advance(NOON)
    surroundings.of(VOLUME)
    elsewhere = replace(VOLUME, location=replace(PARIS, zone="eu-west-3a"))

    class Meanwhile(dict[tuple[str, str], Surroundings]):
        def get(self, key: Any, default: Any = None) -> Any:
            surroundings_of_key = super().get(key, default)
            monkeypatch.setattr(surroundings, "_by_place", dict(self))
            of.say(laid([(0, 60, 90)], NOON))
            surroundings.advance(NOON)
            return surroundings_of_key

    monkeypatch.setattr(surroundings, "_by_place", Meanwhile(surroundings._by_place))
    surroundings.of(elsewhere)
    assert surroundings.of(elsewhere).intensities[0].grams_per_kilowatt_hour.value == 90
