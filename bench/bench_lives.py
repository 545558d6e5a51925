"""Share of the true energy that is counted, by the life of a machine, and against a made-up bill.

python -m bench.bench_lives

On a virtual clock, through the exporter's own pipeline: a refresh each five minutes, complete
points of a minute, four machines alive at any time. The bill is a day of churn: machines that live
from a minute to six hours, of which a bill would count the instance-hours, with a listing that
fails for an hour and two restarts.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.fakes.churn import Churn, Machine, true_joules
from tests.fakes.churn_run import REFRESH_SECONDS, Run
from tests.fakes.cloud import Clock

LIVES = (30, 60, 120, 240, 420, 600, 900, 1800, 3600, 14_400, 86_400)
ALIVE = 4
HOURS = 12
SETTLED_SECONDS = 2 * 3600.0  # until the last points have come
DAY_SECONDS = 86_400.0
ARRIVALS = 1500


class Told(NamedTuple):
    """What the cloud tells of a life."""

    name: str
    starts: bool
    ends: bool


TOLD = (
    Told("start and end", starts=True, ends=True),
    Told("start alone", starts=True, ends=False),
    Told("by sight alone", starts=False, ends=False),
)


def back_to_back(since: float, life: float) -> Iterator[Machine]:
    """Machines of one life, each of which is replaced as it ends."""
    until = since + max(HOURS * 3600, 2 * life)
    for lane in range(ALIVE):
        # Not all at the same phase of the refresh.
        start, number = since + 37.0 * lane, 0
        while start + life <= until:
            yield Machine(f"i-{lane}-{number}", start, start + life)
            start, number = start + life, number + 1


def churn_of_a_day(since: float) -> Iterator[Machine]:
    """A day's machines: lives from a minute to six hours, as many short ones as long ones."""
    chance = random.Random(20)
    shortest, longest = math.log(60), math.log(6 * 3600)
    for number in range(ARRIVALS):
        start = since + chance.uniform(0, DAY_SECONDS)
        life = math.exp(chance.uniform(shortest, longest))
        yield Machine(f"i-{number}", start, start + life)


async def share_by_life(life: float, told: Told) -> float:
    """Share of the energy of machines of one life that is counted."""
    clock = Clock()
    since = clock.now
    machines = list(back_to_back(since, life))
    churn = Churn(clock, machines, tells_starts=told.starts, tells_ends=told.ends)
    run = Run(churn, clock)
    until = max(machine.ended for machine in machines) + SETTLED_SECONDS
    counted = await run.until(until)
    await run.close()
    return counted / true_joules(machines, since, clock.now)


async def share_of_bill(machines: Sequence[Machine], clock: Clock, told: Told) -> float:
    """Share of a bill that is counted, with a listing that fails for an hour and two restarts."""
    since = clock.now
    churn = Churn(clock, machines, tells_starts=told.starts, tells_ends=told.ends)
    run = Run(churn, clock)
    quarter = DAY_SECONDS / 4
    await run.until(since + quarter)
    await run.restart()
    await run.until(since + 2 * quarter)
    churn.failing.add("list")
    await run.until(since + 2 * quarter + 3300)
    churn.failing.clear()
    await run.until(since + 3 * quarter)
    clock.now += 2 * REFRESH_SECONDS
    await run.restart()
    until = max(machine.ended for machine in machines) + SETTLED_SECONDS
    counted = await run.until(until)
    await run.close()
    return counted / true_joules(machines, since, clock.now)


async def main() -> None:
    """Print both tables."""
    names = "".join(f"{told.name:>16}" for told in TOLD)
    print(f"{'life':>8}{names}")
    for life in LIVES:
        shares = ""
        for told in TOLD:
            shares += f"{await share_by_life(life, told):16.1%}"
        print(f"{life:6} s{shares}")
    shares, hours = "", 0.0
    for told in TOLD:
        clock = Clock()
        machines = list(churn_of_a_day(clock.now))
        hours = sum(machine.seconds for machine in machines) / 3600
        shares += f"{await share_of_bill(machines, clock, told):16.1%}"
    print(f"{'bill':>8}{shares}   of {hours:,.0f} instance-hours of {ARRIVALS} machines")


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    asyncio.run(main())
