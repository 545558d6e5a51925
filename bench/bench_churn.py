"""New series a day of an estate whose machines live short lives, by labels, beside the budget.

python -m bench.bench_churn [MACHINES]

On a virtual clock, through the exporter's own pipeline and renderer: a refresh each five minutes,
of each of which all series are read as Prometheus would, with a job that runs beside machines that
stay: so many machines a day, half of them for ten minutes and half for an hour. A series counts as
new when no answer before held it. Those of a resource are told from all others, which follow what
exists and not how often it came.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from tests.fakes.churn import Churn, Machine
from tests.fakes.churn_run import REFRESH_SECONDS
from tests.fakes.cloud import Clock

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect.collector import Collector
from cloud_carbon_exporter.collect.settings import CollectSettings
from cloud_carbon_exporter.collect.target import Target
from cloud_carbon_exporter.exposition import Exposition, Renderer, Settings
from cloud_carbon_exporter.providers.settings import TargetSettings

MACHINES = 1000
STAY = 50
LIVES = (600.0, 3600.0)
DAY_SECONDS = 86_400.0
WARM_SECONDS = 3600.0
BUDGET_A_MACHINE = 14
"""Eleven value series at most, the info family, and that anew when its load is first read."""
BUDGET_OF_ALL_OTHERS = 5

Labels = Literal["full", "slim"]


class NewSeries(NamedTuple):
    """New series of a day after the first hour. machines: that began in it."""

    machines: int
    of_resources: int
    of_info: int
    others: Counter[str]
    at_once: int

    @property
    def a_machine(self) -> float:
        """New series of one machine that came."""
        return self.of_resources / self.machines


def lives(since: float, machines: int) -> Iterator[Machine]:
    """Machines that stay, and those that come one after the other all day."""
    for number in range(STAY):
        yield Machine(f"stays-{number}", since - DAY_SECONDS, since + 3 * DAY_SECONDS)
    for number in range(machines):
        start = since + WARM_SECONDS + number * DAY_SECONDS / machines
        yield Machine(f"job-{number}", start, start + LIVES[number % len(LIVES)])


def series(exposition: Exposition) -> Iterator[str]:
    """Name and labels of all samples."""
    for line in b"".join(exposition.text.plain()).decode().splitlines():
        if not line.startswith("#"):
            yield line.rpartition(" ")[0]


def churned(exposition: Exposition, known: set[str]) -> list[str]:
    """Series that no answer before held; they are known from now on."""
    new = [each for each in series(exposition) if each not in known]
    known.update(new)
    return new


async def day(labels: Labels, machines: int) -> NewSeries:
    """A virtual day of churn."""
    clock = Clock()
    since = clock.now
    estate: Sequence[Machine] = list(lives(since, machines))
    target = Target("t", Churn(clock, estate).provider(), TargetSettings(provider="aws"))
    renderer = Renderer(Settings(labels=labels, version="1"))
    settings = CollectSettings(mode="background")
    exporter = Collector([target], settings, Budget(clock), renderer, clock)
    known: set[str] = set()
    new: list[str] = []
    at_once = 0
    while clock.now < since + WARM_SECONDS + DAY_SECONDS:
        await exporter.refresh()
        assert exporter.exposition is not None
        fresh = churned(exporter.exposition, known)
        at_once = max(at_once, exporter.exposition.series)
        new += fresh if clock.now >= since + WARM_SECONDS else []
        clock.now += REFRESH_SECONDS
    await exporter.close()
    of_resources = [each for each in new if "cloud_resource_id=" in each]
    others = Counter(each.partition("{")[0] for each in new if "cloud_resource_id=" not in each)
    of_info = sum(each.startswith("cloud_carbon_resource_info{") for each in of_resources)
    return NewSeries(machines, len(of_resources), of_info, others, at_once)


async def main(machines: int) -> None:
    """Print a line for slim and for full labels."""
    print(f"{machines} machines of ten minutes or an hour a day, beside {STAY} that stay")
    for labels in ("slim", "full"):
        told = await day("slim" if labels == "slim" else "full", machines)
        others = sum(told.others.values())
        print(
            f"{labels}: {told.of_resources} new series a day, {told.a_machine:.1f} a machine"
            f" (budget {BUDGET_A_MACHINE}), {told.of_info} of them of the info family;"
            f" others {others} (budget {BUDGET_OF_ALL_OTHERS}); at most {told.at_once} at once"
        )
        if others:
            print(f"  others: {dict(told.others)}")


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else MACHINES))
