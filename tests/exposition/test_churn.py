"""Churn: new series of a day in which machines come and go, within the benchmark's budget."""

from __future__ import annotations

import pytest
from bench.bench_churn import BUDGET_A_MACHINE, BUDGET_OF_ALL_OTHERS, Labels, day


@pytest.mark.slow
@pytest.mark.parametrize("labels", ["slim", "full"])
async def test_a_day_of_short_lives_keeps_to_the_budget(labels: Labels) -> None:
    told = await day(labels, 60)
    assert told.machines <= told.of_resources, "a machine that ran ten minutes was shown"
    assert told.a_machine <= BUDGET_A_MACHINE
    assert sum(told.others.values()) <= BUDGET_OF_ALL_OTHERS
