"""Tables of docs/cost.md are true: to the prices, and to what the read budget really spends."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from bench import bench_budget

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.api_costs.calendar_month import SECONDS_PER_MONTH
from cloud_carbon_exporter.api_costs.prices import PRICES, read_price
from cloud_carbon_exporter.collect.read_budget import ReadBudget
from cloud_carbon_exporter.documents import cost_tables
from cloud_carbon_exporter.model.types import Component, Location, Resource
from cloud_carbon_exporter.providers.spec import Metric, Read

PAGE = Path(__file__).parents[2] / "docs" / "cost.md"
START = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
CPU = Metric(into="cpu_ratio", name="CPU")


def test_the_page_in_the_repository_is_what_the_prices_say() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert cost_tables.written(text) == text, "stale: run scripts/docs"
    for price in PRICES.values():
        assert price.source in text


def test_a_page_without_a_place_for_the_tables_is_refused() -> None:
    with pytest.raises(ValueError, match="tables"):
        cost_tables.written("# Nothing here")
    with pytest.raises(ValueError, match="simulation"):
        bench_budget.written("# Nothing here")


@pytest.mark.slow
def test_the_simulated_week_is_that_of_the_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert not bench_budget.stale(text), "stale: run scripts/docs"
    monkeypatch.setattr(bench_budget, "PAGE", tmp_path / "cost.md")
    monkeypatch.setattr(bench_budget, "MACHINES", 10)
    monkeypatch.setattr(bench_budget, "BUDGETS", (0.01,))
    bench_budget.PAGE.write_text(text, encoding="utf-8")
    assert bench_budget.main(["--check"]) == 1
    assert bench_budget.PAGE.read_text(encoding="utf-8") == text
    assert "stale, run scripts/docs" in capsys.readouterr().out
    assert bench_budget.main(["--write"]) == 0
    assert bench_budget.main(["--check"]) == 0
    monkeypatch.setattr(
        "cloud_carbon_exporter.collect.read_budget.LEAST_SPREAD", 1.0
    )  # one that chooses otherwise
    assert bench_budget.main(["--check"]) == 1


@pytest.mark.slow
def test_energy_counted_has_no_error_and_the_budget_shows_power_better_than_all_alike() -> None:
    machines = bench_budget.estate(30, 2)
    alike, (governed, spent) = (
        bench_budget.alike(machines, 0.05),
        bench_budget.governed(machines, 0.05),
    )
    everything = bench_budget.everything(machines)
    for errors in (alike, governed, everything):
        assert errors.counted < 1e-9
    assert everything.power < governed.power < alike.power
    assert everything.behind < alike.behind
    assert 0 < spent <= 0.05 * 3 / 30  # two days, and a day ahead


def test_the_issues_bill() -> None:
    """AWS costs a metric 0.0876 USD a month each 5 minutes, each 15 less than the 0.03 budgeted."""
    assert cost_tables.dollars_per_month("aws", 1, 300) == pytest.approx(0.0877, abs=1e-4)
    assert cost_tables.dollars_per_month("aws", 1, 900) < 0.03
    assert cost_tables.dollars_per_month("aws", 10_000, 300, 20) == 20
    assert cost_tables.dollars_per_month("aws", 300, 900, free_requests=1_000_000) == 0
    assert cost_tables.dollars_per_month(
        "aws", 1_000, 900, free_requests=1_000_000
    ) == pytest.approx(19.22, abs=0.01)


@pytest.mark.slow
def test_the_read_budget_spends_what_the_table_says() -> None:
    """Simulated November: the budget, never more, and reads as far apart as the table says."""
    count, interval, dollars = 20, 900, 0.25
    now = [START]
    budget = Budget(lambda: now[0])
    at = Location("aws", "1", "eu-west-1")
    held = (Component("vcpu", "Skylake", 4, load="cpu_ratio"),)
    reads = [Read(Resource(str(number), "vm", "", at, held), CPU, 0) for number in range(count)]
    read_budget = ReadBudget(
        budget, "t", dollars=dollars, price=read_price("aws"), single=True, swing=lambda _: 4.0
    )
    reads_made, seconds = 0, 30 * 86400
    for moment in range(0, seconds, interval):
        now[0] = START + moment
        chosen, _ = read_budget.choose(reads, now[0])
        for read in chosen:
            read_budget.note(read, (), now[0])
        if chosen:
            budget.call("aws", "1", "cloudwatch", "GetMetricData", "success", len(chosen), "t")
        reads_made += len(chosen)
    spent = budget.spent_this_month("t") or 0.0
    assert 0.98 * dollars < spent <= dollars
    mean = cost_tables.mean_interval_seconds("aws", count, interval, dollars)
    assert seconds * count / reads_made == pytest.approx(
        mean * seconds / SECONDS_PER_MONTH, rel=0.03
    )
    assert cost_tables.dollars_per_month("aws", count, interval, dollars) == dollars
