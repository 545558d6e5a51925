"""Hardware that was counted, from a Prometheus that has scraped the exporter: a query a day."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from cloud_carbon_exporter.history.counted import WHOLE, CountedHardware
from cloud_carbon_exporter.history.prometheus import Ask, Sample
from cloud_carbon_exporter.history.reader import day_of
from cloud_carbon_exporter.history.series import HeldRow
from cloud_carbon_exporter.model.held import UNITS
from cloud_carbon_exporter.model.hours import DAY_SECONDS

MOST_DAYS = 400
"""Days that are asked for at most: thirteen months."""

_AT_ONCE = 4
_LOOKS = 24 * 12
_LABELS = ("cloud_provider", "cloud_account_id", "cloud_region", "kind")
_INCREASE = (
    "sum by ({labels}, unit)"
    " (increase(cloud_carbon_account_counted_units_total{{{selector}}}[{day}s]))"
)
_SEEN = "count_over_time(count(cloud_carbon_exporter_build_info{{{selector}}})[{day}s:300s])"
_NAMES = {unit.name: name for name, unit in UNITS.items()}


async def hardware_of_prometheus(
    ask: Ask, selector: str, since: float, until: float
) -> CountedHardware:
    """What its counters rose by on each whole day of [since, until). Raises CollectError.

    A day counts where an exporter was scraped nearly all of it.
    """
    first = max(-day_of(-since), day_of(until) - MOST_DAYS * DAY_SECONDS)
    days = range(first, day_of(until), DAY_SECONDS)
    turns = asyncio.Semaphore(_AT_ONCE)

    async def asked(query: str, day: int) -> Sequence[Sample]:
        words = query.format(labels=", ".join(_LABELS), selector=selector, day=DAY_SECONDS)
        async with turns:
            return await ask(words, day + DAY_SECONDS)

    seen = await asyncio.gather(*(asked(_SEEN, day) for day in days))
    whole = [day for day, samples in zip(days, seen, strict=True) if _is_whole(samples)]
    answers = await asyncio.gather(*(asked(_INCREASE, day) for day in whole))
    rows: list[HeldRow] = []
    accounts: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for day, samples in zip(whole, answers, strict=True):
        for sample in samples:
            name = _NAMES.get(sample.labels.get("unit", ""))
            if name is None:
                continue
            provider, account, region, kind = (sample.labels.get(label, "") for label in _LABELS)
            amount = sample.value * UNITS[name].seconds
            rows.append(HeldRow(day, provider, account, region, kind, name, amount))
            accounts[provider, account].add(day)
    return CountedHardware(rows, {account: frozenset(of) for account, of in accounts.items()})


def _is_whole(looks: Sequence[Sample]) -> bool:
    """Whether an exporter was there nearly each time that it was looked for."""
    return sum(look.value for look in looks) >= WHOLE * _LOOKS
