"""Bill of the made-up estate: three months in FOCUS, as AWS and Google Cloud would have sent them.

What stands in the estate stood all the while, and the machines of its fleets came and went by the
clock. Prices are made up, too. Beside usage there is what bills are full of: a savings plan that
pays for most machines, taxes, credits, transfers, and software of others.
"""

from __future__ import annotations

import csv
import json
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from math import inf
from typing import NamedTuple, TextIO

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.machines import machine
from cloud_carbon_exporter.model.quantities import SECONDS_PER_HOUR
from cloud_carbon_exporter.providers.demo.bill_items import (
    BOX,
    BY_CLASS,
    BY_CORE,
    BY_HOUR,
    BY_SIZE,
    BY_UNUSED,
    ITEMS,
    Item,
)
from cloud_carbon_exporter.providers.demo.client import ACCOUNTS
from cloud_carbon_exporter.providers.demo.estate import Estate
from cloud_carbon_exporter.providers.demo.past import loads_at
from cloud_carbon_exporter.providers.demo.services import SPECS
from cloud_carbon_exporter.providers.spec import Raw, Scope

MONTHS = ((2026, 1), (2026, 2), (2026, 3))
_CHANGES = "/incremental"
"""Ends the type of what keeps the blocks that changed: a bill is of these alone."""
_WORDS = {
    "pd-ssd": "SSD backed",
    "pd-balanced": "Balanced",
    "pd-standard": "Storage",
    "STANDARD": "Standard",
    "NEARLINE": "Nearline",
    "filestore/BASIC_HDD": "Basic HDD",
    "filestore/BASIC_SSD": "Basic SSD",
}
_NAMES = {"aws": "AWS", "gcp": "Google Cloud"}
_SERVICES = {"aws": "AmazonEC2", "gcp": "Compute Engine"}
_COVERED = 0.7
_SPECS = {spec.kind: spec for spec in SPECS}
_MONEY = (
    ("Purchase", 0.5, "a commitment for a month"),
    ("Credit", -0.05, "a credit"),
    ("Tax", 0.2, "a tax"),
)
"""Charges that are no usage, as shares of what usage costs."""
_ODDS = (
    ("Data Transfer Out to the internet", "GB", 1200, 96.0, ""),
    ("Anomaly scores", "Scores", 250_000, 12.5, ""),
    ("Software of others", "Hours", 700, 210.0, "A Maker of Software"),
)
"""Usage that is not estimated: of each cloud, its meter, unit, amount, cost, and publisher."""
COLUMNS = (
    "BillingAccountId",
    "BillingCurrency",
    "BillingPeriodStart",
    "BillingPeriodEnd",
    "BilledCost",
    "EffectiveCost",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargePeriodStart",
    "ChargePeriodEnd",
    "CommitmentDiscountStatus",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "ResourceId",
    "ServiceName",
    "SkuMeter",
    "SkuPriceDetails",
    "SubAccountId",
    "Tags",
)


class _Period(NamedTuple):
    """Time that a charge is for, of one month."""

    start: datetime
    end: datetime

    @property
    def hours(self) -> float:
        return (self.end - self.start).total_seconds() / SECONDS_PER_HOUR

    @property
    def months(self) -> float:
        """Its part of the month it lies in: what is held over it is billed by that."""
        _, days = monthrange(self.start.year, self.start.month)
        return (self.end - self.start) / timedelta(days=days)


def write(
    estate: Estate, stream: TextIO, months: Iterable[tuple[int, int]] = MONTHS, until: float = inf
) -> None:
    """Write the bill of an estate as CSV: months of a year, the last one up to a moment."""
    writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for year, number in months:
        start = datetime(year, number, 1, tzinfo=UTC)
        following = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
        if following.timestamp() > until:
            following = datetime.fromtimestamp(until, UTC)
        writer.writerows(_rows(estate, _Period(start, following)))


def _rows(estate: Estate, month: _Period) -> Iterator[dict[str, object]]:
    paid = dict.fromkeys(_NAMES, 0.0)
    for provider, raw, period in _billed(estate, month):
        for item in ITEMS.get(raw["kind"], ()):
            row = _usage(provider, raw, item, period, estate.seed)
            if row is not None:
                paid[provider] += float(str(row["BilledCost"]))
                yield row
    for provider, cost in paid.items():
        yield from _beside_usage(provider, cost, month)


def _billed(estate: Estate, month: _Period) -> Iterator[tuple[str, Raw, _Period]]:
    """What there is to bill, and for which part of the month."""
    for listed_at, objects in estate.steady.items():
        for raw in objects:
            yield listed_at.call.provider, raw, month
    since, until = month.start.timestamp(), month.end.timestamp()
    for listed_at, raw, (first, last) in estate.sat(since, until):
        at = _Period(datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC))
        yield listed_at.call.provider, raw, at


def _usage(
    provider: str, raw: Raw, item: Item, period: _Period, seed: int
) -> dict[str, object] | None:
    """Row of a resource for a time; None for what is not billed: stopped, or its cluster's."""
    stopped = raw.get("state") == "stopped" and item.counts != BY_SIZE
    if stopped or (raw.get("engine") == "aurora" and item.counts == BY_SIZE):
        return None
    amount = _amount(provider, raw, item, period, seed)
    if not amount:
        return None
    words = _words(raw)
    # A savings plan pays for machines of AWS: billed is nothing, and the plan.
    covered = item is BOX
    cost = amount * item.price
    by_machine = item.counts not in (BY_SIZE, BY_CLASS)
    return {
        **_frame(provider, period),
        "BilledCost": 0 if covered else round(cost, 6),
        "EffectiveCost": round(cost * _COVERED if covered else cost, 6),
        "ChargeCategory": "Usage",
        "ChargeDescription": item.usage.format(**words),
        "CommitmentDiscountStatus": "Used" if covered else "",
        "ConsumedQuantity": amount,
        "ConsumedUnit": item.unit,
        "PublisherName": _NAMES[provider],
        "RegionId": raw["region"],
        "ResourceId": f"{provider}/{raw['id']}",
        "ServiceName": item.service,
        "SkuMeter": item.usage.format(**words),
        "SkuPriceDetails": json.dumps({"InstanceType": raw["type"]}) if by_machine else "",
        "Tags": json.dumps(raw["tags"]),
    }


def _words(raw: Raw) -> Mapping[str, str]:
    twice = raw.get("copies", 1) > 1
    return {
        "type": raw["type"],
        "family": raw["type"].partition("-")[0].upper(),
        "words": _WORDS.get(raw["type"], ""),
        "deployment": "Multi-AZ" if twice else "Instance",
        "copies": "Multi-AZ-" if twice else "",
    }


def _amount(provider: str, raw: Raw, item: Item, period: _Period, seed: int) -> float:
    """Amount of an item in a time, in its unit."""
    if item.counts == BY_SIZE:
        share = "changed.share" if raw["type"].endswith(_CHANGES) else item.kept
        kept = facts.figure(share).value if share else 1
        return float(raw["gib"]) * kept * period.months
    if item.counts == BY_CLASS:
        middle = (period.start.timestamp() + period.end.timestamp()) / 2
        scope = Scope(provider, ACCOUNTS[provider])
        resource = _SPECS[raw["kind"]].resource(raw, scope)
        if resource is None:
            return 0.0
        return loads_at(resource, middle, seed).get(item.stored, 0.0) * period.months
    if item.counts in (BY_HOUR, BY_UNUSED):
        return period.hours * (raw["unused"] if item.counts == BY_UNUSED else 1)
    held = machine(provider, raw["type"])
    # Google bills of a shared core the share that is reserved.
    of_each = held.vcpus * held.share if item.counts == BY_CORE else held.memory_gib
    return of_each * period.hours * SECONDS_PER_HOUR


def _beside_usage(provider: str, paid: float, month: _Period) -> Iterator[dict[str, object]]:
    """Rows that are no usage, and usage that draws nothing or is not known."""
    frame = {**_frame(provider, month), "PublisherName": _NAMES[provider]}
    for category, share, description in _MONEY:
        cost = round(paid * share, 2)
        yield {
            **frame,
            "BilledCost": cost,
            "EffectiveCost": 0 if category == "Purchase" else cost,
            "ChargeCategory": category,
            "ChargeDescription": description,
            "ServiceName": _SERVICES[provider],
        }
    for meter, unit, amount, cost, publisher in _ODDS:
        yield {
            **frame,
            "BilledCost": cost,
            "EffectiveCost": cost,
            "ChargeCategory": "Usage",
            "ChargeDescription": meter,
            "ConsumedQuantity": amount,
            "ConsumedUnit": unit,
            "PublisherName": publisher or _NAMES[provider],
            "ServiceName": _SERVICES[provider],
            "SkuMeter": meter,
        }


def _frame(provider: str, month: _Period) -> dict[str, object]:
    start, end = month.start.isoformat(), month.end.isoformat()
    return {
        "BillingAccountId": "demo",
        "BillingCurrency": "USD",
        "BillingPeriodStart": start,
        "BillingPeriodEnd": end,
        "ChargePeriodStart": start,
        "ChargePeriodEnd": end,
        "ProviderName": _NAMES[provider],
        "SubAccountId": ACCOUNTS[provider],
    }
