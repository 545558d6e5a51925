"""FOCUS, versions 1.0 to 1.4, of AWS, Google Cloud and others: https://focus.finops.org."""

from __future__ import annotations

from collections.abc import Mapping

import ibis

from cloud_carbon_exporter.bills import rows
from cloud_carbon_exporter.bills.columns import Columns, key_of

_SWITCH = (
    "every version of FOCUS has it: choose all columns where the export is made, on AWS in Data "
    "Exports, on Google Cloud in Billing export, on Azure in Exports"
)
REQUIRED = {
    "ChargePeriodStart": _SWITCH,
    "ChargeCategory": _SWITCH,
    "BilledCost": _SWITCH,
    "BillingCurrency": _SWITCH,
    "ServiceName": _SWITCH,
    "ConsumedQuantity|PricingQuantity": _SWITCH,
    "ConsumedUnit|PricingUnit": _SWITCH,
    # FOCUS 1.3 splits the provider in two, and deprecates the old column.
    "ProviderName|ServiceProviderName": _SWITCH,
}
OPTIONAL = {
    "x_UsageType|SkuMeter|ChargeDescription": "what was used; AWS: FOCUS with AWS columns",
    "RegionId": "where it was used",
    "SubAccountId": "the account or project",
    "ResourceId": "how many resources there are, which makes bounds of sums narrower",
    "CommitmentDiscountStatus": "which commitments nothing used",
}
AMORTISED = {"EffectiveCost": _SWITCH}
MADE = ("x_SplitBesideOrigin", "x_Consumed")
"""Columns that are made while a bill is read."""


def values(table: ibis.Table, amortised: bool) -> Mapping[str, ibis.Value]:
    """Values of normal rows."""
    of = Columns.of(table)
    start = of.moment("ChargePeriodStart")
    amount = ibis.coalesce(of.number("ConsumedQuantity"), of.number("PricingQuantity"))
    # The unit belongs to the amount that is told: it may be per 1000 where that is the price's.
    unit = ibis.ifelse(_consumed(of), of.text("ConsumedUnit"), of.text("PricingUnit"))
    name = of.text("ProviderName", "ServiceProviderName", "HostProviderName", "PublisherName")
    provider = rows.provider_of(name)
    region = of.text("RegionId").lower()
    category = of.text("ChargeCategory").lower()
    correction = of.text("ChargeClass").lower() == "correction"
    cost = "EffectiveCost" if amortised else "BilledCost"
    return {
        "start": start,
        "end": of.moment("ChargePeriodEnd"),
        "provider": provider,
        "account": of.text("SubAccountId", "BillingAccountId"),
        "region": rows.place_of(region, of.text("AvailabilityZone").lower()),
        "service": of.text("x_ServiceCode", "ServiceName"),
        "usage": of.text("x_UsageType", "SkuMeter"),
        "description": of.text("ChargeDescription"),
        "operation": of.text("x_Operation"),
        "machine": of.keyed("SkuPriceDetails", "InstanceType", "x_InstanceType", "instanceType"),
        "resource": of.text("ResourceId"),
        "amount": amount,
        "unit": unit.lower(),
        "cost": ibis.coalesce(of.number(cost), 0.0),
        "currency": of.text("BillingCurrency"),
        "category": ibis.ifelse(category.isin(rows.CATEGORIES), category, "other"),
        "mark": _mark(of, provider),
        "sign": rows.sign_of(start, amount, correction, of.unreadable(cost)),
    }


def _consumed(of: Columns) -> ibis.Value:
    """Whether a quantity was consumed; a column that is made says so of rows that are few."""
    if of.has("x_Consumed"):
        return of.by_key[key_of("x_Consumed")]
    return of.number("ConsumedQuantity").notnull()


def _mark(of: Columns, provider: ibis.Value) -> ibis.Value:
    """Why a row is no use of its own."""
    publisher = of.text("PublisherName")
    sold = (publisher != "") & (rows.provider_of(publisher) != provider)
    return rows.first_that_holds(
        (of.text("x_SplitBesideOrigin") != "", rows.SPLIT),
        (of.text("CapacityReservationStatus").lower() == "unused", rows.RESERVED),
        (of.text("CommitmentDiscountStatus").lower() == "unused", rows.UNUSED),
        (sold & provider.isin(("aws", "gcp")), rows.MARKETPLACE),
    )


def prepared(table: ibis.Table) -> ibis.Table:
    """Table with columns that `values` needs, and that no other row has to be read for."""
    whole = _with_origins(table)
    return whole.mutate(x_Consumed=Columns.of(whole).number("ConsumedQuantity").notnull())


def _with_origins(table: ibis.Table) -> ibis.Table:
    """Table with a column that tells which allocated charges stand beside what they are of.

    FOCUS 1.3, split cost allocation: allocated charges have the dimensions of their origin charge,
    and add up to it. Whether the origin is still there is the provider's choice, so it is looked
    for: same resource, SKU and time, without a method.
    """
    of = Columns.of(table)
    if not of.has("AllocatedMethodId"):
        return table
    keys = {
        "resource_of_origin": of.text("ResourceId"),
        "sku_of_origin": of.text("SkuPriceId", "SkuId"),
        "start_of_origin": of.text("ChargePeriodStart"),
    }
    allocated = of.text("AllocatedMethodId")
    keyed = table.mutate(**keys, allocated_by=allocated)
    # Few rows of a bill are parts of others: what is kept beside it is small.
    parts = keyed.filter(keyed.allocated_by != "").select(*keys).distinct()
    whole = keyed.filter(keyed.allocated_by == "").select(*keys)
    known = whole.semi_join(parts, list(keys)).distinct()
    origins = known.mutate(origin=ibis.literal("yes"))
    joined = keyed.left_join(origins, list(keys))
    beside = (joined.allocated_by != "") & joined.origin.notnull()
    flag = ibis.ifelse(beside & (joined.resource_of_origin != ""), "yes", "")
    return joined.mutate(x_SplitBesideOrigin=flag).select(*table.columns, "x_SplitBesideOrigin")
