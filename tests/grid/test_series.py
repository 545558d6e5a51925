"""Laws of intensity over time: every moment once, the preferred first, means between members."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.grid.series import Span, at_moment, blend, overlay, spans_of, timeline
from cloud_carbon_exporter.grid.spec import ZoneIntensity
from cloud_carbon_exporter.grid.zone_state import plausible
from cloud_carbon_exporter.model.types import CarbonIntensity, Estimate

ANNUAL = CarbonIntensity(Estimate(300, 250, 350), "location", "facts", 2025)
MOMENTS = st.integers(0, 100)


@st.composite
def sequences(draw: st.DrawFn, source: str = "s") -> list[Span]:
    """Spans that ascend and do not overlap, with gaps here and there."""
    bounds = sorted(draw(st.lists(MOMENTS, max_size=12, unique=True)))
    pairs = itertools.pairwise(bounds)
    grams = st.floats(0, 1500)
    return [Span(start, end, draw(grams), source) for start, end in pairs if draw(st.booleans())]


def inside(moment: float) -> float:
    """A moment within a whole second, where no bound lies."""
    return moment + 0.5


@pytest.mark.slow
@given(st.lists(sequences(), max_size=4), MOMENTS)
def test_the_first_layer_that_has_a_moment_has_it(layers: list[list[Span]], moment: int) -> None:
    laid_over = at_moment(overlay(layers), inside(moment))
    in_force = (at_moment(layer, inside(moment)) for layer in layers)
    expected = next(filter(None, in_force), None)
    if expected is None:
        assert laid_over is None
        return
    assert laid_over is not None
    assert laid_over.grams_per_kilowatt_hour == expected.grams_per_kilowatt_hour


@pytest.mark.slow
@given(st.lists(sequences(), max_size=4))
def test_an_overlay_ascends_without_overlap(layers: list[list[Span]]) -> None:
    ascends_without_overlap(overlay(layers))


def ascends_without_overlap(spans: list[Span]) -> None:
    assert all(span.start < span.end for span in spans)
    for earlier, later in itertools.pairwise(spans):
        assert earlier.end <= later.start


@pytest.mark.slow
@given(sequences("a"), sequences("b"), MOMENTS, st.floats(0.1, 0.9))
def test_a_blend_lies_between_its_parts_where_both_are(
    one: list[Span], other: list[Span], moment: int, weight: float
) -> None:
    at = [at_moment(layer, inside(moment)) for layer in (one, other)]
    blended = at_moment(blend([(weight, one), (1 - weight, other)]), inside(moment))
    if at[0] is None or at[1] is None:
        assert blended is None
        return
    grams = sorted((at[0].grams_per_kilowatt_hour, at[1].grams_per_kilowatt_hour))
    assert blended is not None and blended.source == "a + b"
    assert grams[0] - 1e-9 <= blended.grams_per_kilowatt_hour <= grams[1] + 1e-9


@pytest.mark.slow
@given(sequences(), MOMENTS, MOMENTS)
def test_a_timeline_covers_every_moment_once(sequence: list[Span], now: int, moment: int) -> None:
    line = timeline(sequence, "live", ANNUAL, inside(now))
    covering = [item for item in line if item.start <= inside(moment) < item.end]
    assert len(covering) == 1
    begun = [span for span in sequence if span.start <= inside(now)]
    expected = at_moment(begun, inside(moment))
    value = 300 if expected is None else expected.grams_per_kilowatt_hour
    assert covering[0].grams_per_kilowatt_hour.value == value
    assert line[0].start <= inside(now) < line[0].end  # the first is the one in force
    assert min(item.start for item in line) == -math.inf
    assert max(item.end for item in line) == math.inf


@given(st.lists(st.tuples(MOMENTS, st.integers(1, 20)), max_size=8), st.integers(0, 50))
def test_a_reading_holds_until_the_next_and_no_longer_than_it_may(
    read: list[tuple[int, int]], hold: int
) -> None:
    by_start = {start: ZoneIntensity("z", start, start + length, 100) for start, length in read}
    spans = spans_of([by_start[start] for start in sorted(by_start)], "s", hold)
    ascends_without_overlap(spans)
    for span in spans:
        assert span.end <= by_start[int(span.start)].end + hold


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_only_what_can_be_grams_is_taken(grams: float) -> None:
    assert plausible(ZoneIntensity("z", 0, 1, grams)) == (grams == 0 or 1 <= grams <= 1500)
