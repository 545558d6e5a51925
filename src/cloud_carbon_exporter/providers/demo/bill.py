"""Bill of the made-up estate: three months in FOCUS, as AWS and Google Cloud would have sent them.

What stands in the estate stood all the while; machines that come and go are left out. Prices are
made up, too. Beside usage there is what bills are full of: a savings plan that pays for most
machines, a commitment that nothing used, taxes, credits, transfers, and software of others.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple, TextIO

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.machines import machine
from cloud_carbon_exporter.model.quantities import SECONDS_PER_HOUR
from cloud_carbon_exporter.providers.demo.client import ACCOUNTS
from cloud_carbon_exporter.providers.demo.estate import Estate
from cloud_carbon_exporter.providers.spec import Raw

MONTHS = ((2026, 1), (2026, 2), (2026, 3))
_HOURS_PER_DAY = 24


class Item(NamedTuple):
    """Item that a kind of resource is billed by, each month.

    usage: its usage type or SKU, with {type} and the like of the raw object put in. counts: hours
    of the month, GiB held over it, or vCPUs and GiB of memory times its hours.
    """

    service: str
    usage: str
    unit: str
    counts: str
    price: float


_BY_HOUR, _BY_SIZE, _BY_CORE, _BY_MEMORY = "hours", "size", "cores", "memory"
_BOX = Item("AmazonEC2", "BoxUsage:{type}", "Hours", _BY_HOUR, 0.1)
_ITEMS: Mapping[str, tuple[Item, ...]] = {
    "ec2/instance": (_BOX,),
    "ec2/volume": (Item("AmazonEC2", "EBS:VolumeUsage.{type}", "GB-Months", _BY_SIZE, 0.08),),
    "ec2/snapshot": (Item("AmazonEC2", "EBS:SnapshotUsage", "GB-Months", _BY_SIZE, 0.05),),
    "rds/db_instance": (
        Item("AmazonRDS", "{deployment}Usage:{type}", "Hours", _BY_HOUR, 0.2),
        Item("AmazonRDS", "RDS:{copies}GP3-Storage", "GB-Months", _BY_SIZE, 0.12),
    ),
    "eks/cluster": (Item("AmazonEKS", "AmazonEKS-Hours:perCluster", "Hours", _BY_HOUR, 0.1),),
    "ecr/repository": (Item("AmazonECR", "TimedStorage-ByteHrs", "GB-Months", _BY_SIZE, 0.1),),
    "s3/bucket": (Item("AmazonS3", "TimedStorage-ByteHrs", "GB-Months", _BY_SIZE, 0.02),),
    "compute/instance": (
        Item("Compute Engine", "{family} Instance Core running in Demo", "seconds", _BY_CORE, 1e-5),
        Item("Compute Engine", "{family} Instance Ram running in Demo", "GiB.s", _BY_MEMORY, 1e-6),
    ),
    "compute/disk": (Item("Compute Engine", "{words} PD Capacity", "GiB.mo", _BY_SIZE, 0.1),),
    "compute/region_disk": (
        Item("Compute Engine", "Regional {words} PD Capacity", "GiB.mo", _BY_SIZE, 0.2),
    ),
    "compute/snapshot": (Item("Compute Engine", "Storage PD Snapshot", "GiB.mo", _BY_SIZE, 0.05),),
    "storage/bucket": (Item("Cloud Storage", "{words} Storage", "GiB.mo", _BY_SIZE, 0.02),),
    "container/cluster": (
        Item("Kubernetes Engine", "Regional Kubernetes Clusters", "Hours", _BY_HOUR, 0.1),
    ),
}
_CHANGES = "/incremental"
"""Ends the type of what keeps the blocks that changed: a bill is of these alone."""
_WORDS = {
    "pd-ssd": "SSD backed",
    "pd-balanced": "Balanced",
    "pd-standard": "Storage",
    "STANDARD": "Standard",
    "NEARLINE": "Nearline",
}
_NAMES = {"aws": "AWS", "gcp": "Google Cloud"}
_SERVICES = {"aws": "AmazonEC2", "gcp": "Compute Engine"}
_COVERED = 0.7
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


class _Month(NamedTuple):
    """A month, and how many hours it has."""

    start: datetime
    end: datetime

    @property
    def hours(self) -> float:
        return (self.end - self.start).days * _HOURS_PER_DAY


def write(estate: Estate, stream: TextIO) -> None:
    """Write the bill of an estate as CSV."""
    writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for year, number in MONTHS:
        start = datetime(year, number, 1, tzinfo=UTC)
        following = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
        writer.writerows(_rows(estate, _Month(start, following)))


def _rows(estate: Estate, month: _Month) -> Iterator[dict[str, object]]:
    paid = dict.fromkeys(_NAMES, 0.0)
    for listed_at, objects in estate.steady.items():
        provider = listed_at.call.provider
        for raw in objects:
            for item in _ITEMS.get(raw["kind"], ()):
                row = _usage(provider, raw, item, month)
                if row is not None:
                    paid[provider] += float(str(row["BilledCost"]))
                    yield row
    for provider, cost in paid.items():
        yield from _beside_usage(provider, cost, month)


def _usage(provider: str, raw: Raw, item: Item, month: _Month) -> dict[str, object] | None:
    """Row of a resource for a month; None for what is not billed: stopped, or its cluster's."""
    stopped = raw.get("state") == "stopped" and item.counts != _BY_SIZE
    if stopped or (raw.get("engine") == "aurora" and item.counts == _BY_SIZE):
        return None
    words = _words(raw)
    amount = _amount(provider, raw, item, month)
    # A savings plan pays for machines of AWS: billed is nothing, and the plan.
    covered = item is _BOX
    cost = amount * item.price
    by_machine = item.counts != _BY_SIZE
    return {
        **_frame(provider, month),
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


def _amount(provider: str, raw: Raw, item: Item, month: _Month) -> float:
    """Amount of an item in a month, in its unit."""
    if item.counts == _BY_SIZE:
        kept = facts.figure("changed.share").value if raw["type"].endswith(_CHANGES) else 1
        return float(raw["gib"]) * kept
    if item.counts == _BY_HOUR:
        return month.hours
    held = machine(provider, raw["type"])
    # Google bills of a shared core the share that is reserved.
    of_each = held.vcpus * held.share if item.counts == _BY_CORE else held.memory_gib
    return of_each * month.hours * SECONDS_PER_HOUR


def _beside_usage(provider: str, paid: float, month: _Month) -> Iterator[dict[str, object]]:
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


def _frame(provider: str, month: _Month) -> dict[str, object]:
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
