"""Rows of a bill in one shape, whatever export they come from.

start, end       when the charge begins and ends
provider         aws or gcp; of another its own name
account          account or project that used it
region           region, or the zone apart from it (a Local Zone)
service          service, as the bill calls it
usage            usage type, or description of the SKU
description      what the bill says of the charge, where its usage type alone may not tell
operation        what was done, such as LoadBalancing:Application
machine          machine type, where a column tells it
resource         id of what was used
amount, unit     how much was used
cost, currency   what was paid
category         usage, credit, tax, purchase, adjustment, or other
mark             why a row of usage is no use of its own: unused, reserved, split, marketplace
sign             unpriced, missing, negative, undated: why an amount cannot be counted
tag_<n>          values of the tags that are asked for
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis

SHAPE = (
    "provider",
    "region",
    "service",
    "usage",
    "description",
    "operation",
    "machine",
    "unit",
    "category",
    "mark",
    "sign",
)
"""Columns that tell what a row is; the same in thousands of rows."""

UNUSED = "unused"
"""A commitment that nothing used: money, and no machine."""
RESERVED = "reserved"
"""A machine that is reserved and that nothing uses."""
SPLIT = "split"
"""A part of a row that stands beside it."""
MARKETPLACE = "marketplace"
UNPRICED = "unpriced"
"""A row whose cost is no number, as "1,234.56" is none: its cost is in no sum."""

USAGE = "usage"
CATEGORIES = (USAGE, "credit", "tax", "purchase", "adjustment")
_MONTHS_OF_30 = (4, 6, 9, 11)
_FEBRUARY = 2


def provider_of(name: ibis.Value) -> ibis.Value:
    """Value of cloud_provider of a provider's name; its own name where it is no cloud of ours."""
    lower = name.lower()
    return ibis.cases(
        (lower.re_search(r"^(aws|amazon)"), "aws"),
        (lower.re_search(r"^(gcp|google)"), "gcp"),
        else_=name,
    )


def first_that_holds(*cases: tuple[ibis.Value, str], otherwise: str = "") -> ibis.Value:
    """Word of the first condition that holds; null counts as not."""
    return ibis.cases(
        *((ibis.coalesce(when, False), word) for when, word in cases), else_=otherwise
    )


def place_of(region: ibis.Value, zone: ibis.Value) -> ibis.Value:
    """Region of a row, or its zone where that lies apart: us-west-2-lax-1a is in Los Angeles."""
    apart = zone.startswith(region + "-") & (region != "") & zone.re_search(r"\d-[a-z]{3}-\d")
    return ibis.ifelse(ibis.coalesce(apart, False), zone, region)


def sign_of(
    start: ibis.Value, amount: ibis.Value, correction: ibis.Value, unpriced: ibis.Value
) -> ibis.Value:
    """Why an amount cannot be counted; a correction takes back what was billed, and may.

    unpriced: whether the cost of a row is told, and is no number.
    """
    return first_that_holds(
        (unpriced, UNPRICED),
        (amount.isnull(), "missing"),
        (start.isnull(), "undated"),
        ((amount < 0) & ~correction, "negative"),
    )


def month_hours(start: ibis.Value) -> ibis.Value:
    """Hours of the month a row begins in: what a GB-month is divided by."""
    month, year = start.month(), start.year()
    # No bill is of a year in which the rule of centuries matters.
    february = ibis.ifelse(year % 4 == 0, 29, 28)
    thirty = month.isin(_MONTHS_OF_30)
    return ibis.cases((month == _FEBRUARY, february), (thirty, 30), else_=31) * 24


def normal(table: ibis.Table, values: Mapping[str, ibis.Value]) -> ibis.Table:
    """Table of normal rows from the values of its columns."""
    return table.select(**shaped(values))


def shaped(values: Mapping[str, ibis.Value]) -> Mapping[str, ibis.Value]:
    """Values of normal rows, without texts that differ in every row and tell nothing."""
    used = values["category"] == USAGE
    known = values["provider"].isin(("aws", "gcp")) & used
    told = dict(values)
    told["usage"] = ibis.ifelse(used, values["usage"], "")
    for name in ("description", "operation", "machine"):
        told[name] = ibis.ifelse(known, values[name], "")
    return told
