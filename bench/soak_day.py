"""A day of churn on a virtual clock: machines that come and go, and what is counted of them.

    bench/soak --day [--arrivals 20000]

Through the exporter's own pipeline, a refresh each five virtual minutes, rendered each time. Lives
are of a minute to six hours, as many short ones as long ones; the cloud tells starts and ends, its
listing fails for an hour, its monitoring for another, and the exporter is started anew four times.
Exits 1 where less than 99 % or more than 100 % of the true energy is counted, where a counter fell,
or where memory has grown by more than a gone machine may take.
"""

from __future__ import annotations

import ctypes
import logging
import math
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes.churn import Churn, Machine, true_joules
from tests.fakes.churn_run import REFRESH_SECONDS, Run
from tests.fakes.cloud import Clock

from cloud_carbon_exporter.exposition import Renderer, Settings

DAY_SECONDS = 86_400.0
ARRIVALS = 20_000
SHORTEST_SECONDS, LONGEST_SECONDS = 60.0, 6 * 3600.0
SETTLED_SECONDS = 2 * 3600.0  # until the last points have come
FAILING = {"list": (5.0, 6.0), "read": (11.0, 12.0)}  # operation -> hours of the day
RESTARTS = (4.0, 9.5, 14.0, 20.0)  # hours of the day
WARM_HOURS = 2
LEAST_SHARE, MOST_SHARE = 0.99, 1 + 1e-9
# What is remembered of a machine that is gone, so that its life is not counted twice.
ALLOWED_BYTES = 1500


def machines(arrivals: int, since: float, seed: int) -> Iterator[Machine]:
    """The machines of a day."""
    chance = random.Random(seed)
    shortest, longest = math.log(SHORTEST_SECONDS), math.log(LONGEST_SECONDS)
    for number in range(arrivals):
        start = since + chance.uniform(0, DAY_SECONDS)
        yield Machine(f"i-{number}", start, start + math.exp(chance.uniform(shortest, longest)))


@dataclass(slots=True)
class Day:
    """What a day showed. shown: ids of what was. megabytes: after each hour."""

    fell: int = 0
    refreshes: int = 0
    cpu_seconds: float = 0
    most_alive: int = 0
    shown: set[str] = field(default_factory=set)
    megabytes: list[float] = field(default_factory=list)


def _resident_megabytes() -> float:
    ctypes.CDLL(None).malloc_trim(0)  # what is free but not given back is no growth
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def _refresh(run: Run, render: Renderer, day: Day) -> None:
    """One refresh, rendered."""
    before = run.counted[-1] if run.counted else 0.0
    began = time.process_time()
    counted = await run.until(run.clock.now + REFRESH_SECONDS)
    render(run.exporter.snapshot)
    run.churn.read.clear()  # the fake's own memory of what it was asked
    day.cpu_seconds += time.process_time() - began
    day.refreshes += 1
    day.fell += counted < before
    rows = run.exporter.snapshot.rows
    day.most_alive = max(day.most_alive, len(rows))
    day.shown.update(row.resource.id for row in rows)


async def _live(run: Run, since: float, until: float) -> Day:
    """Refresh after refresh, with what befalls the cloud and the exporter."""
    day, render, restarts = Day(), Renderer(Settings()), list(RESTARTS)
    while run.clock.now < until:
        hour = (run.clock.now - since) / 3600
        run.churn.failing = {name for name, (a, b) in FAILING.items() if a <= hour < b}
        if restarts and hour >= restarts[0]:
            del restarts[0]
            await run.restart()
        await _refresh(run, render, day)
        if hour >= len(day.megabytes):
            day.megabytes.append(_resident_megabytes())
    return day


async def churn_a_day(arrivals: int, seed: int) -> bool:
    """Live through the day, and print what it showed. Returns whether all is as it must be."""
    logging.disable(logging.CRITICAL)
    clock = Clock()
    since = clock.now
    fleet = list(machines(arrivals, since, seed))
    run = Run(Churn(clock, fleet), clock)
    day = await _live(run, since, max(each.ended for each in fleet) + SETTLED_SECONDS)
    share = run.counted[-1] / true_joules(fleet, since, clock.now)
    await run.close()
    hours = sum(machine.seconds for machine in fleet) / 3600
    growth = (day.megabytes[-1] - day.megabytes[WARM_HOURS]) * 1e6 / arrivals
    print(
        f"{arrivals:,} machines, {hours:,.0f} hours of them, {day.most_alive:,} at once at most; "
        f"{len(day.shown):,} were shown, the others lived and died between two refreshes\n"
        f"{share:.2%} of the true energy counted over {len(RESTARTS)} restarts; counters fell: "
        f"{day.fell}\n"
        f"{day.refreshes} refreshes of {day.cpu_seconds / day.refreshes * 1e3:.0f} ms CPU each\n"
        f"memory by the hour, MB: {' '.join(f'{each:.0f}' for each in day.megabytes)}: "
        f"{growth:.0f} bytes a machine that went"
    )
    return LEAST_SHARE <= share <= MOST_SHARE and not day.fell and growth < ALLOWED_BYTES
