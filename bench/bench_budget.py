"""What a monthly budget costs in accuracy: a synthetic week, read by it, all alike, each 5 minutes.

Run: python -m bench.bench_budget; with --write it puts the table into docs/cost.md, with --check it
says when that is stale. The truth is every machine's power each five minutes. The read budget and
the counters are the program's own; a read brings all Points since the last, but for those of the
last ten minutes, as CloudWatch is late. A day of the same stands beside the table: where it comes
out otherwise, the week would too.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.api_costs.calendar_month import SECONDS_PER_MONTH
from cloud_carbon_exporter.api_costs.prices import read_price
from cloud_carbon_exporter.collect.counters import Counters
from cloud_carbon_exporter.collect.read_budget import ReadBudget
from cloud_carbon_exporter.collect.surroundings import Surroundings
from cloud_carbon_exporter.collect.sweep import SweepKey
from cloud_carbon_exporter.documents.marks import Marks
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import power_watts
from cloud_carbon_exporter.model.types import Component, Location, Point, Resource
from cloud_carbon_exporter.providers.spec import Metric, Read

PAGE = Path(__file__).parents[1] / "docs" / "cost.md"
MARKS = Marks(
    "<!-- simulation: written by scripts/docs with bench/bench_budget.py -->",
    "<!-- end of simulation -->",
)

MACHINES = 100
BUDGETS = (0.1, 0.5, 1, 5)  # USD a month; 100 machines each five minutes cost 8.77
STEP_SECONDS = 300
SETTLE_STEPS = 2
FIRST_STEP = 6  # the exporter's first read reaches back half an hour
DAY_STEPS = 86400 // STEP_SECONDS
STALE_AFTER_SECONDS = 1800
START = datetime(2026, 11, 2, tzinfo=UTC).timestamp()
CPU = Metric(into="cpu_ratio", name="CPU")
AT = Location("aws", "1", "eu-west-1")
PLACE = facts.place("aws", "eu-west-1")
SWEEP = SweepKey("prod", 0, "1", "eu-west-1", "")


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine, and its load and watts in each step."""

    resource: Resource
    points: Sequence[Point]
    watts: Sequence[float]


def estate(count: int, days: int) -> list[Machine]:
    """Fleet as fleets are: many small, few large; steady, following the day, or jumping."""
    machines, rng = [], random.Random(7)
    for number in range(count):
        threads = rng.choices([2, 4, 8, 16, 48, 96], [40, 25, 15, 10, 6, 4])[0]
        resource = Resource(
            str(number), "vm", "", AT, (Component("vcpu", "Skylake", threads, load="cpu_ratio"),)
        )
        loads = course(rng.choice(["steady", "day", "jumps"]), days * DAY_STEPS, rng)
        starts = [START + step * STEP_SECONDS for step in range(len(loads))]
        points = [
            Point(start, start + STEP_SECONDS, load)
            for start, load in zip(starts, loads, strict=True)
        ]
        machines.append(
            Machine(
                resource,
                points,
                [power_watts(resource, {"cpu_ratio": load}, PLACE) for load in loads],
            )
        )
    return machines


def course(habit: str, steps: int, rng: random.Random) -> list[float]:
    """One machine's load."""
    base, loads, burst = rng.uniform(0.05, 0.6), [], 0.0
    for step in range(steps):
        load = base + rng.gauss(0, 0.01)
        if habit == "day":
            load += 0.3 * math.sin(2 * math.pi * step / DAY_STEPS) + rng.gauss(0, 0.05)
        if habit == "jumps":
            burst = rng.choice([0.0, 0.4]) if rng.random() < 0.02 else burst
            load += burst + rng.gauss(0, 0.05)
        loads.append(min(1.0, max(0.0, load)))
    return loads


Choose = Callable[[float], Sequence[int]]  # now -> the machines read now
Note = Callable[
    [int, Sequence[Point], float], None
]  # a machine was read now, and these Points came


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors, each a share of what is true.

    power: of the total shown at each moment, in the mean; integrated: of the energy that adds it
    up; counted: of the energy counter once all is read. behind: how much of a day's energy the
    counter has yet to hear of, in the mean of the last day.
    """

    power: float
    integrated: float
    counted: float
    behind: float


class Replay:
    """The week as the exporter lives through it: what it shows, and what it counts."""

    def __init__(self, machines: Sequence[Machine]) -> None:
        self._machines = machines
        self._resources = [machine.resource for machine in machines]
        self._counters = Counters(lambda _: Surroundings(PLACE, ()), STALE_AFTER_SECONDS)
        self._known = [0] * len(machines)  # steps
        self.shown = [power_watts(resource, {}, PLACE) for resource in self._resources]

    def step(self, step: int, choose: Choose, note: Note) -> None:
        """One refresh at the beginning of a step."""
        now = START + step * STEP_SECONDS
        self._counters.observe(
            SWEEP, self._resources, now, SETTLE_STEPS * STEP_SECONDS, lambda _: True
        )
        for resource in self._resources:
            self._counters.asked(resource.id, -math.inf, now + STEP_SECONDS)
        for index in choose(now):
            note(index, self.read(index, step - SETTLE_STEPS), now)
        self._counters.advance(now)

    def read(self, index: int, until: int) -> Sequence[Point]:
        """Read all a machine did before the step `until` that is not known yet."""
        machine, until = self._machines[index], max(until, 0)
        points = machine.points[self._known[index] : until]
        self._known[index] = until
        self._counters.record(machine.resource.id, "cpu_ratio", points, 0)
        self._counters.asked(
            machine.resource.id, START + until * STEP_SECONDS, START + (until + 1) * STEP_SECONDS
        )
        if points:
            self.shown[index] = machine.watts[until - 1]
        return points

    def counted(self) -> float:
        """Joules counted so far."""
        return sum(totals.energy_joules for totals in self._counters.accounts().values())

    def end(self, step: int) -> None:
        """All that happened before a step is read once it has settled."""
        self.step(step, lambda now: (), _unnoted)
        for index in range(len(self._machines)):
            self.read(index, step)
        self._counters.advance(START + (step + SETTLE_STEPS) * STEP_SECONDS)


def _unnoted(index: int, points: Sequence[Point], now: float) -> None:
    """Nobody learns from the read."""


def errors(machines: Sequence[Machine], choose: Choose, note: Note = _unnoted) -> Errors:
    """What a way of choosing costs in accuracy."""
    replay, steps = Replay(machines), len(machines[0].watts)
    off = shown = true = day = behind = 0.0
    for step in range(FIRST_STEP, steps):
        replay.step(step, choose, note)
        watts, total = sum(replay.shown), sum(machine.watts[step] for machine in machines)
        if step >= steps - DAY_STEPS:
            behind += true * STEP_SECONDS - replay.counted()
            day += total * STEP_SECONDS
        off, shown, true = off + abs(watts - total), shown + watts, true + total
    replay.end(steps)
    counted = replay.counted() / (true * STEP_SECONDS)
    return Errors(
        off / true,
        abs(shown / true - 1),
        abs(counted - 1),
        behind / min(DAY_STEPS, steps - FIRST_STEP) / day,
    )


def everything(machines: Sequence[Machine]) -> Errors:
    """Every machine each time, whatever that costs."""
    return errors(machines, lambda now: range(len(machines)))


def alike(machines: Sequence[Machine], dollars: float) -> Errors:
    """Every machine equally often, one after another."""
    rate = dollars / SECONDS_PER_MONTH * STEP_SECONDS / read_price("aws")
    credit, turn = 0.0, 0

    def choose(now: float) -> Sequence[int]:
        nonlocal credit, turn
        credit = min(credit + rate, len(machines))
        chosen = [(turn + n) % len(machines) for n in range(int(credit))]
        turn, credit = turn + len(chosen), credit - len(chosen)
        return chosen

    return errors(machines, choose)


def governed(machines: Sequence[Machine], dollars: float) -> tuple[Errors, float]:
    """As the read budget chooses; also the USD it spent."""
    clock = [START]
    budget = Budget(lambda: clock[0])
    swings = {
        machine.resource.id: power_watts(machine.resource, {"cpu_ratio": 1.0}, PLACE)
        - power_watts(machine.resource, {"cpu_ratio": 0.0}, PLACE)
        for machine in machines
    }
    read_budget = ReadBudget(
        budget,
        "prod",
        dollars=dollars,
        price=read_price("aws"),
        single=True,
        swing=lambda resource: swings[resource.id],
    )
    meter = budget.meter("aws", "prod")
    reads = [Read(machine.resource, CPU, 0) for machine in machines]

    def choose(now: float) -> Sequence[int]:
        clock[0] = now
        chosen, _ = read_budget.choose(reads, now)
        if chosen:
            meter.call(
                account_id="1", api="cloudwatch", operation="GetMetricData", units=len(chosen)
            )
        return [int(read.resource.id) for read in chosen]

    result = errors(
        machines, choose, lambda index, points, now: read_budget.note(reads[index], points, now)
    )
    return result, budget.spent_this_month("prod") or 0.0


def table() -> str:
    """The week, as the page has it."""
    machines = estate(MACHINES, 7)
    full = MACHINES * read_price("aws") * SECONDS_PER_MONTH / STEP_SECONDS
    rows = [_row(full, "each 5 minutes", everything(machines))]
    for dollars in BUDGETS:
        rows += [
            _row(dollars, "all alike", alike(machines, dollars)),
            _row(dollars, "governed", governed(machines, dollars)[0]),
        ]
    head = ("USD a month", "read", "power shown", "its sum", "energy counted", "counter behind")
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def _row(dollars: float, name: str, result: Errors) -> Sequence[str]:
    figures = (result.power, result.integrated, result.counted, result.behind)
    return (f"{dollars:.2f}", name, *(f"{figure * 100:.1f} %" for figure in figures))


def day() -> str:
    """A day of the same, in short."""
    machines, dollars = estate(MACHINES, 1), 0.005 * MACHINES
    results = (everything(machines), alike(machines, dollars), governed(machines, dollars)[0])
    return (
        "<!-- a day: "
        + ", ".join(
            f"{result.power:.5f} {result.integrated:.5f} {result.behind:.5f}" for result in results
        )
        + " -->"
    )


def stale(page: str) -> bool:
    """Whether the table of a page would come out otherwise."""
    return not MARKS.content(page).startswith(f"{day()}\n")


def written(page: str) -> str:
    """The page with its table as it must be. Raises ValueError where it has no place for it."""
    MARKS.written(page, "")  # before a week is simulated for a page that has no place for it
    return MARKS.written(page, f"{day()}\n\n{table()}")


def main(arguments: Sequence[str]) -> int:
    """Print, write or check the table; the exit code."""
    if not arguments:
        print(table())
        return 0
    page = PAGE.read_text(encoding="utf-8")
    if not stale(page):
        return 0
    if "--check" in arguments:
        print(f"stale, run scripts/docs: {PAGE.name}, the simulated week")
        return 1
    PAGE.write_text(written(page), encoding="utf-8")
    print(f"written: {PAGE.name}, the simulated week")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
