"""CPU loads of resources by the day, from a Prometheus that has scraped the exporter."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from cloud_carbon_exporter.history.prometheus import Ask, Sample
from cloud_carbon_exporter.model.hours import DAY_SECONDS

MOST_DAYS = 800
MOST_LOADS = 3_000_000
"""Loads of one bill: eight thousand machines over a year. Each takes some 100 bytes."""

_AT_ONCE = 4
_QUERY = "avg_over_time(cloud_carbon_cpu_utilisation_ratio{{{selector}}}[{day}s])"


class TooManyLoads(Exception):
    """More days or loads than are read."""


class ReadLoad(NamedTuple):
    """Mean load of a resource on a day, by the id that metrics have for it."""

    provider: str
    resource_id: str
    day: int
    ratio: float


async def loads_of_prometheus(
    ask: Ask, selector: str, first: float, last: float
) -> Sequence[ReadLoad]:
    """Loads on the days that [first, last) touches, a query a day. Raises CollectError.

    Raises TooManyLoads where the days, or what they tell, are more than a machine may hold.
    """
    start = int(first // DAY_SECONDS) * DAY_SECONDS
    days = range(start, int(last), DAY_SECONDS)
    if len(days) > MOST_DAYS:
        raise TooManyLoads(f"{len(days):,} days, more than {MOST_DAYS:,}: say -since and -until")
    turns, query = asyncio.Semaphore(_AT_ONCE), _QUERY.format(selector=selector, day=DAY_SECONDS)
    loads: list[ReadLoad] = []

    async def read(day: int) -> None:
        async with turns:
            samples = await ask(query, day + DAY_SECONDS)
        loads.extend(_load(sample, day) for sample in samples)
        if len(loads) > MOST_LOADS:
            raise TooManyLoads(f"more than {MOST_LOADS:,} loads: say -since and -until")

    await asyncio.gather(*map(read, days))
    return loads


def _load(sample: Sample, day: int) -> ReadLoad:
    resource_id = sample.labels.get("cloud_resource_id", "")
    # Slim series bear their id alone, and of ids only those of AWS are ARNs.
    provider = sample.labels.get("cloud_provider") or (
        "aws" if resource_id.startswith("arn:") else "gcp"
    )
    return ReadLoad(provider, resource_id, day, sample.value)
