"""Fit of processor power: its error budget and coverage; the tables and the page follow it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bench.fit import nodes, platforms, report
from bench.fit.data import Machine, read
from bench.fit.mixed import Effects, Key, features, fit_all
from bench.fit.run import DOC, MARKS
from bench.fit.validate import Point, error, leave_groups_out, leave_machines_out, validation_half

from cloud_carbon_exporter.model.estimate import NOWHERE, estimate
from cloud_carbon_exporter.model.facts import figures
from cloud_carbon_exporter.model.server import describe, server
from cloud_carbon_exporter.model.types import Estimate

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def machines() -> list[Machine]:
    return read()


def priced(machine: Machine, level: int) -> Estimate:
    """What the program says of a measured machine."""
    described = describe(
        machine.model,
        machine.microarchitecture,
        machine.tdp_watts,
        machine.sockets,
        machine.threads,
        machine.memory_gib,
    )
    return estimate(server(described), {"cpu_ratio": level / 100}, NOWHERE, None).power_watts


def test_the_error_budget_on_machines_left_out(machines: list[Machine]) -> None:
    points = leave_machines_out(machines, seeds=(11,))
    whole, idle = error(points), error([point for point in points if point.level == 0])
    assert len({id(point.machine) for point in points}) == sum(
        machine.in_budget for machine in machines
    )
    assert whole.mape <= 9.5
    assert idle.mape <= 16
    assert abs(whole.signed) <= 3


def test_intervals_cover_nine_in_ten_of_the_validation_half(machines: list[Machine]) -> None:
    """Fit and intervals of one half, measured on the other, which neither has seen."""
    held = validation_half(machines, seed=8)
    unseen = {id(point.machine) for point in held}
    seen = [machine for machine in machines if id(machine) not in unseen]
    alike = leave_machines_out(seen, folds=8, seeds=(1,))
    models = leave_groups_out(seen, lambda machine: machine.model, folds=8)
    calibration = {
        "model": [point for point in alike if point.known == "model"],
        "microarchitecture": [point for point in models if point.known == "microarchitecture"],
        "none": leave_groups_out(seen, lambda machine: machine.microarchitecture, folds=4),
    }
    assert 85 <= report.coverage(held, calibration) <= 95


def test_the_tables_are_made_from_the_fit(machines: list[Machine]) -> None:
    """What the program says of every training machine is what the fit says: no stale table."""
    fitted = fit_all(machines)
    small = [machine for machine in machines if machine.sockets <= 2]
    for machine in small[::5]:
        said = fitted.watts(machine)
        for level in (0, 10, 50, 100):
            assert priced(machine, level).value == pytest.approx(said[level], rel=0.01)


def test_the_program_meets_the_budget_on_what_it_was_fitted_on(machines: list[Machine]) -> None:
    points = [
        (priced(m, level), watts)
        for m in machines
        if m.in_budget
        for level, watts in m.watts.items()
    ]
    off = [said.value / watts - 1 for said, watts in points]
    inside = [said.lower <= watts <= said.upper for said, watts in points]
    assert np.mean(np.abs(off)) < 0.08
    assert 0.85 <= np.mean(inside) <= 0.97


def test_a_model_measured_once_moves_less_than_one_measured_often(machines: list[Machine]) -> None:
    single = next(
        machine for machine in machines if machine.model == "EPYC 9754" and machine.in_budget
    )
    rest = [machine for machine in machines if machine.model != single.model]
    half = replace(single, watts={level: watts / 2 for level, watts in single.watts.items()})
    said = [fit_all([*rest, *[half] * count]).watts(half)[100] for count in (1, 10)]
    truth = half.watts[100]
    assert said[0] > said[1] > truth
    assert said[1] < 1.25 * truth


def test_a_group_never_seen_adds_nothing(machines: list[Machine]) -> None:
    known = features(machines[0])
    assert Effects({}, {}).predict(known) == 0
    assert Effects({Key("all", "", "level"): 0.5}, {}).predict(known) == 0.5


def test_errors_are_relative_and_signed(machines: list[Machine]) -> None:
    points = [Point(machines[0], 0, ratio, "model") for ratio in (1.1, 0.8)]
    assert error(points).mape == pytest.approx(15)
    assert error(points).signed == pytest.approx(-5)


def test_the_page_carries_the_figures_of_this_fit() -> None:
    page = DOC.read_text(encoding="utf-8")
    figures_of_page = MARKS.content(page)
    assert f"made from {report.digest()}" in figures_of_page, (
        "stale: run python -m bench.fit.run --write"
    )
    for table in (platforms.report(), nodes.report()):
        assert table in figures_of_page, "stale: run python -m bench.fit.run --write"
    assert "| this model, machines left out |" in figures_of_page


def test_every_fitted_row_is_a_figure() -> None:
    names = [name for name in figures() if name.startswith("server.")]
    assert len([name for name in names if name.startswith("server.idle.")]) > 100
    assert len([name for name in names if name.startswith("server.interval.")]) == 3 * 11
