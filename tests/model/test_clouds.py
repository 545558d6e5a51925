"""Rows that follow from measured hosts of clouds, and the page that shows them."""

from __future__ import annotations

import pytest
from bench.fit import clouds, memory, metal
from bench.fit.data import read

from cloud_carbon_exporter.model.facts import figures

pytestmark = pytest.mark.slow

STALE = "stale: run python -m bench.fit.clouds --write"


@pytest.mark.parametrize("made", [*clouds.rows_of_model(), *clouds.rows_of_memory()], ids=str)
def test_rows_are_what_the_hosts_say(made: metal.Row) -> None:
    name, *numbers, unit = made
    row = figures()[name]
    assert [row.value, row.low, row.high] == pytest.approx(numbers), STALE
    assert row.unit == unit


def test_memory_of_a_benchmark_machine_sleeps_at_rest_and_works_at_full_load() -> None:
    """The slope by which servers of one processor differ by their memory."""
    machines = read()
    assert abs(memory.slope(machines, "idle")) < 0.03
    assert 0.2 < memory.slope(machines, "full") < 0.4


def test_the_page_shows_every_host() -> None:
    page = clouds.DOC.read_text(encoding="utf-8")
    assert clouds.MARKS.content(page) == metal.report(), STALE
