"""Budgets of the running program: a restart does not forget the month, nor count it twice."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from cloud_carbon_exporter.collect.carbon_budgets import CarbonBudgets
from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.history.file import in_memory
from cloud_carbon_exporter.history.reader import Found
from cloud_carbon_exporter.history.recorder import Recorder
from cloud_carbon_exporter.model.budgets import CarbonBudget
from cloud_carbon_exporter.model.hours import DAY_SECONDS, HOUR_SECONDS
from cloud_carbon_exporter.service.budget_keeper import TRIES, BudgetKeeper
from cloud_carbon_exporter.service.service import Service
from tests.history.estates import START, counted, snapshot

FILE = "budgets: [{name: all, kilograms: 50}, {name: nobody, grams: 5, accounts: [none]}]"
GRAMS = sum(part.operational_grams + part.embodied_grams for part in counted(START))
"""Of one hour."""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config.yaml"
    file.write_text(FILE)
    return file


def shown(config: Path, hours: range, *flags: str) -> dict[tuple[str, str], float]:
    """What a process shows after it has counted these hours, by family and budget."""
    invocation = load(["-cloud.provider=aws", f"-config.file={config}", *flags], {})
    of = Service(invocation.settings, invocation.reread)
    values: dict[tuple[str, str], float] = {}

    async def run() -> None:
        collector = of._newest.current
        rendered = collector.exposition
        for hour in hours:
            taken = replace(snapshot(START + hour * 3600), first_collection_done=True)
            rendered = collector._render(taken)
        for family in parse(b"".join(rendered.text.plain()).decode()):
            for sample in family.samples:
                if "budget" in sample.labels:
                    values[sample.name, sample.labels["budget"]] = sample.value
        await of.close()

    asyncio.run(run())
    return values


def recorder_of_nothing(since: int, until: int, step: str) -> Found:
    return Found((), {}, {}, (), ())


SPENT, TOTAL = "cloud_carbon_budget_spent_grams", "cloud_carbon_budget_emissions_grams_total"


@pytest.mark.parametrize("kept", [("state",), ("history",), ("state", "history")])
def test_a_restart_goes_on_where_the_month_was(
    tmp_path: Path, config: Path, kept: tuple[str, ...]
) -> None:
    flags = [f"-{name}.file={tmp_path / name}" for name in kept]
    first = shown(config, range(3), *flags)
    assert first[SPENT, "all"] == pytest.approx(3 * GRAMS)
    again = shown(config, range(3, 5), *flags)
    assert again[SPENT, "all"] == pytest.approx(5 * GRAMS)
    assert again["cloud_carbon_budget_grams", "all"] == 50_000
    assert again[SPENT, "nobody"] == 0
    # a counter of this process alone, but for the state file
    counter = 5 if "state" in kept else 2
    assert again[TOTAL, "all"] == pytest.approx(counter * GRAMS)


def test_without_any_file_it_begins_with_the_process(config: Path) -> None:
    shown(config, range(3))
    again = shown(config, range(3, 5))
    assert again[SPENT, "all"] == pytest.approx(2 * GRAMS)
    assert again["cloud_carbon_budget_covered_ratio", "all"] < 0.01


def test_a_selector_that_changes_is_filled_from_the_history(tmp_path: Path, config: Path) -> None:
    flags = [f"-{name}.file={tmp_path / name}" for name in ("state", "history")]
    shown(config, range(3), *flags)
    config.write_text("budgets: [{name: all, kilograms: 50, regions: [eu-west-3]}]")
    again = shown(config, range(3, 5), *flags)
    in_region = sum(
        part.operational_grams + part.embodied_grams
        for part in counted(START)
        if part.group.region == "eu-west-3"
    )
    assert 0 < in_region < GRAMS
    assert again[SPENT, "all"] == pytest.approx(5 * in_region)


def test_a_budget_that_is_new_after_a_reload_has_what_the_history_knows() -> None:
    recorder = Recorder(in_memory(), 30 * DAY_SECONDS)
    budgets = CarbonBudgets()
    keeper = BudgetKeeper(budgets, recorder.found, recorder.ends)
    for hour in range(3):
        taken = snapshot(START + hour * HOUR_SECONDS)
        keeper.take(taken)
        recorder.record(taken)
    while recorder.ends() != (START, START + 3 * HOUR_SECONDS):
        time.sleep(0.01)
    keeper.follow((CarbonBudget("new", 1000, "month"),))
    keeper.take(snapshot(START + 3 * HOUR_SECONDS))
    (standing,) = budgets.standings
    assert standing.spent.value == pytest.approx(4 * GRAMS)
    recorder.close(1)


def test_a_short_lived_copy_knows_of_no_month() -> None:
    budgets = CarbonBudgets((CarbonBudget("all", 1000, "month"),))
    keeper = BudgetKeeper(budgets, recorder_of_nothing, lambda: None)
    keeper.take(snapshot(START), counting=False)
    assert budgets.standings == ()


def test_a_past_that_is_written_later_is_found_and_one_that_is_not_is_not_asked_for() -> None:
    budgets = CarbonBudgets((CarbonBudget("all", 1000, "month"),))
    begins, asked = list[tuple[int, float] | None]([None]), list[int]()

    def find(since: int, until: int, step: str) -> Found:
        asked.append(until)
        return recorder_of_nothing(since, until, step)

    keeper = BudgetKeeper(budgets, find, lambda: begins[0])
    for hour in range(10):
        keeper.take(snapshot(START + hour * HOUR_SECONDS))
    assert not asked
    begins[0] = (START, START + 10.0 * HOUR_SECONDS)  # its own hours alone
    keeper.take(snapshot(START + 10 * HOUR_SECONDS))
    assert not asked
    begins[0] = (START - 30 * DAY_SECONDS, START + 10.0 * HOUR_SECONDS)
    keeper.take(snapshot(START + 11 * HOUR_SECONDS))
    assert asked[-1] == START
    days = len(asked)
    for hour in range(12, 30):
        keeper.take(snapshot(START + hour * HOUR_SECONDS))
    assert len(asked) == TRIES * days  # of a budget that it knows nothing of
