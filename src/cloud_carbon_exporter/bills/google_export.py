"""Detailed usage cost export of Google Cloud, from BigQuery.

Its schema: https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/detailed-usage
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis

from cloud_carbon_exporter.bills import rows
from cloud_carbon_exporter.bills.columns import Columns, json_of, key_of

_STANDARD = "it is in every export of usage costs: export the table with all columns"
REQUIRED = {
    "usage_start_time": _STANDARD,
    "service.description": _STANDARD,
    "sku.description": _STANDARD,
    "usage.amount": _STANDARD,
    "usage.unit": _STANDARD,
    "cost": _STANDARD,
    "currency": _STANDARD,
    "cost_type": _STANDARD,
}
OPTIONAL = {
    "location.region": "where it was used",
    "resource.name|resource.global_name": "choose the detailed export rather than the standard "
    "one, so that bounds of sums are narrower",
    "system_labels": "machine types; without them a common size of the family stands in",
}
AMORTISED: Mapping[str, str] = {}

_MACHINE = "compute.googleapis.com/machine_spec"
_RESERVED = "compute.googleapis.com/is_unused_reservation"


def values(table: ibis.Table, amortised: bool) -> Mapping[str, ibis.Value]:
    """Values of normal rows. What a commitment costs stands in its own rows: amortised or not."""
    of = Columns.of(table)
    start = of.moment("usage_start_time")
    amount = of.number("usage.amount")
    kind = of.text("cost_type").lower()
    credited, unpriced = _credits(of)
    return {
        "start": start,
        "end": of.moment("usage_end_time"),
        "provider": ibis.literal("gcp"),
        "account": of.text("project.id", "billing_account_id"),
        "region": _region(of),
        "service": of.text("service.description"),
        "usage": of.text("sku.description"),
        "description": ibis.literal(""),
        "operation": ibis.literal(""),
        "machine": of.keyed("system_labels", _MACHINE),
        "resource": of.text("resource.global_name", "resource.name"),
        "amount": amount,
        "unit": of.text("usage.unit").lower(),
        "cost": ibis.coalesce(of.number("cost"), 0.0) + credited,
        "currency": of.text("currency"),
        "category": rows.first_that_holds(
            (kind == "regular", rows.USAGE),
            (kind == "tax", "tax"),
            (kind.isin(("adjustment", "rounding_error")), "adjustment"),
            otherwise="other",
        ),
        "mark": rows.first_that_holds(
            (of.keyed("system_labels", _RESERVED) == "true", rows.RESERVED)
        ),
        # Google corrects usage by rows of negative amounts that are like those they take back.
        "sign": rows.sign_of(start, amount, ibis.literal(True), unpriced),
    }


def _region(of: Columns) -> ibis.Value:
    """Region; of a multi-region, or of what has no place, the location: "us", "global"."""
    return of.text("location.region", "location.location").lower()


def _credits(of: Columns) -> tuple[ibis.Value, ibis.Value]:
    """Sum of the credits of a row, each of a negative amount, and whether its cost is no number.

    Credits are a list, or the JSON of one.
    """
    unreadable = of.unreadable("cost")
    if not of.has("credits"):
        return ibis.literal(0.0), unreadable
    column = of.by_key[key_of("credits")]
    if column.type().is_array():
        amounts = column.map(lambda credit: credit["amount"].cast("float64"))
        return ibis.coalesce(amounts.sums(), 0.0), unreadable
    text = json_of(column)
    told = ibis.ifelse(text.startswith("["), text, "[]").try_cast("json")
    amounts = told.array.map(lambda credit: credit["amount"].float)
    return ibis.coalesce(amounts.sums(), 0.0), unreadable | told.isnull()
