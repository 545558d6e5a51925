"""Recorded objects of all clouds, spoiled in several places, through the pipeline to a scrape.

However spoiled, an object becomes a resource with a finite footprint, or is skipped and counted;
its neighbour on the page is untouched, and Prometheus reads what comes out.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from cloud_carbon_exporter.exposition import Renderer, Settings
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import estimate, power_watts
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.types import Resource, Totals
from tests.fuzz.budget import FUZZ
from tests.fuzz.recordings import Recorded, recorded, swept

VAST = "x" * 100_000
HOSTILE: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(
        [None, True, math.nan, math.inf, -math.inf, 1e308, -1, 0, 2**70, -(2**70), "", [], {}, VAST]
    ),
    st.sampled_from(
        ["\ud800", "\0", 'a"b\\c\n', "\u2028", "NaN", "1e400", "-5", "½", "9" * 400, "2026-13-45"]
    ),
    st.sampled_from(
        [
            [None],
            [[]],
            [{}],
            {"a": None},
            {"": ""},
            [{"Key": None, "Value": 1}],
            [{"Key": "a"}],
            b"\xff",
        ]
    ),
    st.floats(),
    st.text(max_size=20),
    st.integers(-10, 10**6),
)


def spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths to everything inside."""
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        yield (*path, key)
        yield from spots(inner, (*path, key))


def spoil(raw: Any, path: tuple[Any, ...], value: Any, how: str) -> None:
    """Change one place; a path an earlier change has taken away changes nothing."""
    inside = raw
    for key in path[:-1]:
        if not isinstance(inside, dict | list) or (isinstance(inside, dict) and key not in inside):
            return
        if isinstance(inside, list) and not (isinstance(key, int) and key < len(inside)):
            return
        inside = inside[key]
    if isinstance(inside, dict) and path[-1] in inside:
        if how == "remove":
            del inside[path[-1]]
        elif how == "rename":
            inside[f"{path[-1]}\ud800"] = inside.pop(path[-1])
        else:
            inside[path[-1]] = value
    elif isinstance(inside, list) and isinstance(path[-1], int) and path[-1] < len(inside):
        inside[path[-1]] = value


@st.composite
def spoiled(draw: st.DrawFn, provider: str) -> tuple[Recorded, Any]:
    """A recording, and a copy of its object changed in one to four places."""
    of = draw(st.sampled_from(recorded(provider)))
    hurt = copy.deepcopy(of.raw)
    places = list(spots(hurt))
    for _ in range(draw(st.integers(1, 4)) if places else 0):
        path, how = (
            draw(st.sampled_from(places)),
            draw(st.sampled_from(["put", "put", "put", "remove", "rename"])),
        )
        spoil(hurt, path, draw(HOSTILE), how)
    return of, hurt


LOADS = st.dictionaries(
    st.sampled_from(
        [
            "cpu_ratio",
            "gpu_ratio",
            "memory_gib",
            "stored_gib",
            "requests",
            "bytes",
            "capacity_units",
        ]
    ),
    st.floats(0, 1e12),
)


def scraped(rows: tuple[Row, ...]) -> dict[str, list[tuple[dict[str, str], float]]]:
    """What Prometheus' own parser reads of a Snapshot of these rows, by family."""
    tags = tuple({key for row in rows for key in row.resource.tags if isinstance(key, str)})[:5]
    rendered = Renderer(Settings(tags=tags, version="0"))(Snapshot(1.0, rows))
    text = b"".join(rendered.text.plain()).decode()
    families: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            families.setdefault(sample.name, []).append((sample.labels, float(sample.value)))
    return families


def row(resource: Resource, loads: dict[str, float]) -> Row:
    """The resource with its estimate, as collect makes it."""
    here = facts.place(resource.location.provider, resource.location.region)
    footprint = estimate(resource, loads, here, here.intensities[0])
    assert footprint.power_watts.lower <= power_watts(resource, loads, here) * 1.0000001
    return Row(resource, footprint, loads, Totals(), 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("provider", ["aws", "gcp", "scaleway"])
def test_a_spoiled_object_costs_itself_alone_and_never_the_scrape(provider: str) -> None:
    """Only a counted skip comes of a spoiled object: no exception, no NaN, no broken scrape."""
    assert len(recorded(provider)) > 20

    @FUZZ
    @given(spoiled(provider), LOADS)
    def law(case: tuple[Recorded, Any], loads: dict[str, float]) -> None:
        of, odd = case
        alone = swept(of, [of.raw])
        together = swept(of, [odd, of.raw])
        beside = together.resources[len(together.resources) - len(alone.resources) :]
        assert [one.id for one in beside] == [one.id for one in alone.resources]
        # Where objects of a listing are held against one another, an odd one is one more of them.
        assert beside == alone.resources or of.listing.whole is not None
        extra = together.resources[: len(together.resources) - len(alone.resources)]
        skipped, unsupported = sum(together.skipped.values()), sum(together.unsupported.values())
        assert len(extra) + skipped + unsupported <= 1 + sum(alone.unsupported.values())
        rows = tuple(row(resource, loads) for resource in extra)
        families = scraped(rows)
        assert len(families.get("cloud_carbon_power_watts", [])) == len(rows)
        for samples in families.values():
            assert all(math.isfinite(value) for _, value in samples)

    law()


@pytest.mark.slow
@pytest.mark.parametrize("provider", ["aws", "gcp", "scaleway"])
def test_every_recorded_object_is_read_as_it_stands(provider: str) -> None:
    """The recordings fuzzing starts from are sound: none of them is skipped."""
    for of in recorded(provider):
        assert not swept(of, [of.raw]).skipped, of
