"""Counters over a restart of the real program."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.programs import Exporter, eventually

pytestmark = pytest.mark.e2e

ENERGY = "cloud_carbon_account_energy_joules_total"


def total(exporter: Exporter) -> float:
    return sum(sample.value for sample in exporter.scrape().of(ENERGY))


def test_counters_go_on_after_a_restart(tmp_path: Path) -> None:
    flags = ("-demo.enabled", "-collect.interval=1s", f"-state.file={tmp_path / 'state'}")
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    with Exporter(tmp_path / "first", *flags) as first:
        first.ready()
        eventually(lambda: total(first) > 0, "the counters to advance")
        before = total(first)
    assert (tmp_path / "state").exists()
    with Exporter(tmp_path / "second", *flags) as second:
        second.ready()
        assert total(second) >= before
        after = total(second)
        eventually(lambda: total(second) > after, "the counters to go on")
