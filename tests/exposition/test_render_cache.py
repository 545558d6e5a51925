"""What did not change is not rendered again, and what stands there is the same as if it were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.examples import examples
from tests.exposition import estate
from tests.exposition.reading import text_of

from cloud_carbon_exporter.exposition import Renderer, Settings, chunks, render, render_cache
from cloud_carbon_exporter.exposition.families.resources import RESOURCES
from cloud_carbon_exporter.exposition.gzip_stream import Block, compress
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.types import Estimate, Totals

PLAIN = Settings(tags=("team",), version="1")
ROWS = 400


def row(number: int) -> Row:
    machine = replace(estate.MACHINE.resource, id=f"i-{number}", name=f"web-{number}")
    return replace(estate.MACHINE, resource=machine, totals=Totals(number, 0, 0))


class Changed(NamedTuple):
    """What one row shows at one refresh."""

    number: int
    joules: int
    watts: int
    name: str

    def row(self) -> Row:
        before = row(self.number)
        power = Estimate(self.watts, self.watts, self.watts)
        return replace(
            before,
            resource=replace(before.resource, tags={"team": self.name}),
            footprint=replace(before.footprint, power_watts=power, reason=self.name),
            loads={"cpu_ratio": self.watts / 2} if self.watts else {},
            totals=Totals(self.joules, 0, 0),
        )


def snapshot(rows: list[Row]) -> Snapshot:
    """Rows that are not the objects they were, as each refresh makes them."""
    return Snapshot(estate.TAKEN_AT, tuple(map(replace, rows)), first_collection_done=True)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """The texts of families of resources, as they are compressed; in chunks of twenty rows."""
    texts: list[bytes] = []

    def note(text: bytes) -> Block:
        texts.append(text)
        return compress(text)

    monkeypatch.setattr(render_cache, "compress", note)
    monkeypatch.setattr(chunks, "ROWS_A_CHUNK", 20)
    yield texts
    texts.clear()


def families(texts: list[bytes]) -> set[str]:
    return {text.partition(b"{")[0].decode() for text in texts if text}


def test_nothing_is_new_where_nothing_has_changed(written: list[bytes]) -> None:
    renderer, rows = Renderer(PLAIN), list(map(row, range(ROWS)))
    renderer(snapshot(rows))
    assert len(families(written)) > 10
    written.clear()
    renderer(snapshot(rows))
    assert written == []


def test_a_counter_that_goes_on_renders_its_chunk_of_counters_alone(written: list[bytes]) -> None:
    renderer, rows = Renderer(PLAIN), list(map(row, range(ROWS)))
    renderer(snapshot(rows))
    written.clear()
    rows[7] = replace(rows[7], totals=Totals(1e6, 1, 1))
    renderer(snapshot(rows))
    again = list(written)
    counters = [family.name for family in RESOURCES if family.type == "counter"]
    assert sorted(families(again)) == sorted(counters)
    assert len(again) == len(counters) == 3
    assert max(text.count(b"\n") for text in again) <= 40


def test_one_that_comes_or_goes_changes_no_chunk_but_its_own(written: list[bytes]) -> None:
    renderer, rows = Renderer(PLAIN), list(map(row, range(ROWS)))
    for changed in (rows[:7] + rows[8:], [row(ROWS), *rows]):
        renderer(snapshot(rows))
        written.clear()
        renderer(snapshot(changed))
        names = [text for text in written if text.startswith(b"cloud_carbon_power_watts{")]
        assert 1 <= len(names) <= 6, "those up to the next row that ends a chunk"
        assert sum(text.count(b"\n") for text in names) < ROWS / 2


REFRESHES = st.lists(
    st.lists(
        st.builds(
            Changed,
            st.integers(0, 30),
            st.integers(0, 2),
            st.integers(0, 2),
            st.sampled_from(["a", "b"]),
        ),
        unique_by=lambda changed: changed.number,
    ),
    min_size=2,
    max_size=5,
)


@pytest.mark.slow
@settings(max_examples=examples(20), deadline=None)
@given(REFRESHES, st.sampled_from(["full", "slim"]), st.booleans())
def test_law_one_renderer_over_many_refreshes_says_what_a_new_one_says(
    refreshes: list[list[Changed]], labels: str, upstream_names: bool
) -> None:
    shown = replace(
        PLAIN, labels="slim" if labels == "slim" else "full", upstream_names=upstream_names
    )
    renderer = Renderer(shown)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "ROWS_A_CHUNK", 3)
        for refresh in refreshes:
            taken = snapshot([changed.row() for changed in refresh])
            assert text_of(renderer(taken), "text") == text_of(render(taken, shown), "text")
            assert text_of(renderer(taken), "openmetrics") == text_of(
                render(taken, shown), "openmetrics"
            )
