"""Cost and Usage Report of AWS: 2.0, and the older one, whose columns have the same names.

Columns and types of line items: AWS Data Exports user guide, "Cost and Usage Report (CUR) 2.0".
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis

from cloud_carbon_exporter.bills import rows
from cloud_carbon_exporter.bills.columns import Columns

_STANDARD = "it is in every Cost and Usage Report: make the export again with all columns"
REQUIRED = {
    "line_item_usage_start_date": _STANDARD,
    "line_item_line_item_type": _STANDARD,
    "line_item_product_code": _STANDARD,
    "line_item_usage_type": _STANDARD,
    "line_item_usage_amount": _STANDARD,
    "line_item_unblended_cost": _STANDARD,
    "line_item_currency_code": _STANDARD,
    "pricing_unit": _STANDARD,
}
OPTIONAL = {
    "product_region_code|product_region": "where it was used; else the prefix of the usage type",
    "line_item_resource_id": "switch on 'Include resource IDs' where the export is made, so that "
    "bounds of sums are narrower",
}
_SAVINGS = "columns of savings plans and reservations, which come with the first of them"
AMORTISED = {
    "savings_plan_savings_plan_effective_cost": _SAVINGS,
    "reservation_effective_cost": _SAVINGS,
}

_CATEGORIES = {
    rows.USAGE: ("Usage", "DiscountedUsage", "SavingsPlanCoveredUsage"),
    # What a plan covers is taken back at its price on demand: no use of its own.
    "credit": (
        "Credit",
        "Refund",
        "SavingsPlanNegation",
        "BundledDiscount",
        "EdpDiscount",
        "PrivateRateDiscount",
        "SppDiscount",
        "Discount",
    ),
    "tax": ("Tax",),
    "purchase": ("Fee", "RIFee", "SavingsPlanUpfrontFee", "SavingsPlanRecurringFee"),
}


def values(table: ibis.Table, amortised: bool) -> Mapping[str, ibis.Value]:
    """Values of normal rows."""
    of = Columns.of(table)
    start = of.moment("line_item_usage_start_date")
    amount = of.number("line_item_usage_amount")
    kind = of.text("line_item_line_item_type")
    region = _region(of)
    return {
        "start": start,
        "end": of.moment("line_item_usage_end_date"),
        "provider": ibis.literal("aws"),
        "account": of.text("line_item_usage_account_id", "bill_payer_account_id"),
        "region": rows.place_of(region, of.text("line_item_availability_zone").lower()),
        "service": of.text("line_item_product_code"),
        "usage": of.text("line_item_usage_type"),
        "description": ibis.literal(""),
        "operation": of.text("line_item_operation"),
        "machine": ibis.coalesce(
            of.text("product_instance_type").nullif(""), of.keyed("product", "instance_type")
        ),
        "resource": of.text("line_item_resource_id"),
        "amount": amount,
        "unit": _unit(of).lower(),
        "cost": ibis.coalesce(_cost(of, kind, amortised), 0.0),
        "currency": of.text("line_item_currency_code"),
        "category": _category(kind),
        "mark": _mark(of),
        # AWS takes back by a Refund or a Credit; a negative usage is of no kind it documents.
        "sign": rows.sign_of(
            start, amount, ibis.literal(False), of.unreadable("line_item_unblended_cost")
        ),
    }


def _region(of: Columns) -> ibis.Value:
    told = of.text("product_region_code", "product_region")
    return ibis.coalesce(told.nullif(""), of.keyed("product", "region", "region_code"), "").lower()


def _unit(of: Columns) -> ibis.Value:
    """Unit of the amount; a row at a spot price has none, and is of hours."""
    told = of.text("pricing_unit")
    spot = (told == "") & of.text("line_item_usage_type").contains("SpotUsage:")
    return ibis.ifelse(spot, "hrs", told)


def _category(kind: ibis.Value) -> ibis.Value:
    cases = [(kind.isin(types), category) for category, types in _CATEGORIES.items()]
    return rows.first_that_holds(*cases, otherwise="other")


def _mark(of: Columns) -> ibis.Value:
    seller = of.text("bill_billing_entity")
    # Split cost allocation data: pods and tasks stand beside the instance they run on.
    split = of.text("split_line_item_parent_resource_id") != ""
    return rows.first_that_holds(
        (split, rows.SPLIT), (seller.lower().contains("marketplace"), rows.MARKETPLACE)
    )


def _cost(of: Columns, kind: ibis.Value, amortised: bool) -> ibis.Value:
    """Unblended cost, which adds up to the invoice; or what a purchase costs in each hour.

    Amortised as the user guide says: a row that a plan or reservation covers costs its share, a
    recurring fee what nothing used, and what was paid at once nothing.
    """
    unblended = of.number("line_item_unblended_cost")
    if not amortised:
        return unblended
    unused = of.number("savings_plan_total_commitment_to_date") - of.number(
        "savings_plan_used_commitment"
    )
    unused_fee = ibis.coalesce(
        of.number("reservation_unused_amortized_upfront_fee_for_billing_period"), 0.0
    ) + ibis.coalesce(of.number("reservation_unused_recurring_fee"), 0.0)
    upfront = (kind == "Fee") & (of.text("reservation_reservation_a_r_n") != "")
    return ibis.cases(
        (
            kind == "SavingsPlanCoveredUsage",
            of.number("savings_plan_savings_plan_effective_cost"),
        ),
        (kind == "DiscountedUsage", of.number("reservation_effective_cost")),
        (kind == "SavingsPlanRecurringFee", unused),
        (kind == "RIFee", unused_fee),
        (kind.isin(("SavingsPlanNegation", "SavingsPlanUpfrontFee")) | upfront, 0.0),
        else_=unblended,
    )
