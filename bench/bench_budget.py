"""What a monthly budget costs in accuracy: a synthetic week, read by the governor and read all alike.

Run: python -m bench.bench_budget. The truth is every machine's load each five minutes; the error is that of the total
power shown at each moment, as the mean of |shown - true| over the mean of the true. Energy has no such error: every
read brings all Points since the last.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cloud_carbon_exporter.budget import SECONDS_PER_MONTH, Budget, read_price
from cloud_carbon_exporter.collect.governor import Governor
from cloud_carbon_exporter.model.types import Component, Location, Point, Resource
from cloud_carbon_exporter.providers.spec import Metric, Read

STEP_SECONDS = 300
DAYS = 7
START = datetime(2026, 11, 2, tzinfo=UTC).timestamp()
CPU = Metric(into="cpu_ratio", name="CPU")
AT = Location("aws", "1", "eu-west-1")


@dataclass(frozen=True)
class Machine:
    """Threads, and its load each step of the week."""

    read: Read
    threads: float
    loads: Sequence[float]


def estate(count: int, rng: random.Random) -> list[Machine]:
    """A fleet as fleets are: many small, few large; some steady, some that follow the day, some that jump."""
    machines = []
    for number in range(count):
        threads = rng.choices([2, 4, 8, 16, 48, 96], [40, 25, 15, 10, 6, 4])[0]
        resource = Resource(str(number), "vm", "", AT, (Component("vcpu", "Skylake", threads, load="cpu_ratio"),))
        machines.append(Machine(Read(resource, CPU, 0), threads, week(rng.choice(["steady", "day", "jumps"]), rng)))
    return machines


def week(habit: str, rng: random.Random) -> list[float]:
    """One machine's load."""
    base, loads, burst = rng.uniform(0.05, 0.6), [], 0.0
    for step in range(DAYS * 86400 // STEP_SECONDS):
        load = base + rng.gauss(0, 0.01)
        if habit == "day":
            load += 0.3 * math.sin(2 * math.pi * step * STEP_SECONDS / 86400) + rng.gauss(0, 0.05)
        if habit == "jumps":
            burst = rng.choice([0.0, 0.4]) if rng.random() < 0.02 else burst
            load += burst + rng.gauss(0, 0.05)
        loads.append(min(1.0, max(0.0, load)))
    return loads


Choose = Callable[[list[int], int, float], Sequence[int]]  # machines, step, now -> those read now


def error(machines: Sequence[Machine], choose: Choose, noted: Callable[[int, int, int, float], None]) -> float:
    """Mean error of the total shown, as a share of the mean total."""
    steps = len(machines[0].loads)
    shown = [machine.loads[0] for machine in machines]
    read_at = [0] * len(machines)
    off = true = 0.0
    for step in range(1, steps):
        now = START + step * STEP_SECONDS
        for index in choose(list(range(len(machines))), step, now):
            noted(index, read_at[index], step, now)
            shown[index], read_at[index] = machines[index].loads[step], step
        total = sum(machine.threads * machine.loads[step] for machine in machines)
        off += abs(sum(machine.threads * load for machine, load in zip(machines, shown, strict=True)) - total)
        true += total
    return off / true


def alike(machines: Sequence[Machine], dollars: float) -> float:
    """Every machine equally often, one after another."""
    rate = dollars / SECONDS_PER_MONTH * STEP_SECONDS / read_price("aws")
    credit, turn = 0.0, 0

    def choose(indexes: list[int], step: int, now: float) -> Sequence[int]:
        nonlocal credit, turn
        credit = min(credit + rate, len(indexes))
        chosen = [(turn + n) % len(indexes) for n in range(int(credit))]
        turn, credit = turn + len(chosen), credit - len(chosen)
        return chosen

    return error(machines, choose, lambda *_: None)


def governed(machines: Sequence[Machine], dollars: float) -> tuple[float, float]:
    """As the governor chooses; also the USD it spent."""
    now = [START]
    budget = Budget(lambda: now[0])
    governor = Governor(
        budget,
        "prod",
        dollars=dollars,
        price=read_price("aws"),
        single=True,
        swing=lambda found: found.components[0].amount,
    )
    meter = budget.meter("aws", "prod")

    def choose(indexes: list[int], step: int, at: float) -> Sequence[int]:
        now[0] = at
        chosen, _ = governor.choose([machines[index].read for index in indexes], at)
        if chosen:
            meter.call(account_id="1", api="cloudwatch", operation="GetMetricData", units=len(chosen))
        return [int(read.resource.id) for read in chosen]

    def noted(index: int, since: int, step: int, at: float) -> None:
        loads = machines[index].loads[max(since, step - 288) : step]
        governor.note(machines[index].read, [Point(n, n + 1, load) for n, load in enumerate(loads)], at)

    return error(machines, choose, noted), budget.spent_this_month("prod") or 0.0


def main() -> None:
    """Print the table."""
    print(f"{'machines':>8} {'USD a month':>12} {'all alike':>10} {'governed':>10} {'spent, week':>12}")
    for count in (100, 1000):
        machines = estate(count, random.Random(7))
        for dollars in (0.5, 1, 5, 20):
            plain = alike(machines, dollars)
            chosen, spent = governed(machines, dollars)
            print(f"{count:>8} {dollars:>12} {plain:>10.2%} {chosen:>10.2%} {spent:>12.3f}")


if __name__ == "__main__":
    main()
