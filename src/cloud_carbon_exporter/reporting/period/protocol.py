"""Scopes of the GHG Protocol: whose scope each part is, the provider's and the customer's.

What a cloud's machines burn and were made of is the provider's own inventory; to its customer all
of it is a purchased service: Scope 3, category 1, of the Corporate Value Chain Standard. Its
electricity is to be told twice, by location and by market (Scope 2 Guidance, 7.1).
"""

from __future__ import annotations

from cloud_carbon_exporter.reporting.period.figures import Amount, MethodSums, PeriodReport
from cloud_carbon_exporter.reporting.tables import Section, figure

_GRAMS = 1000
_OURS = "Scope 3, category 1"
HEADER = ("part", "the provider's", "yours", "kgCO2eq", "low", "high")
_SPARE = ("the provider's", "yours")


def protocol(of: PeriodReport) -> Section:
    """The parts by scope, and both sums."""
    by_method = {sums.method: sums for sums in of.electricity.methods}
    direct, market = by_method["direct"].grams, by_method["market"].grams
    upstream, embodied = of.electricity.upstream_grams, of.total.embodied_grams
    parts = (
        ("Electricity, by location", "Scope 2, location-based", direct),
        ("Electricity, by market", "Scope 2, market-based", market),
        ("Fuels' supply and power stations", "Scope 3, category 3", upstream),
        ("Manufacture of hardware", "Scope 3, category 2", embodied),
    )
    rows = [(name, theirs, _OURS, *_cells(amount)) for name, theirs, amount in parts]
    for name, electricity in (("location", direct), ("market", market)):
        total = added(electricity, upstream, embodied)
        rows.append((f"Purchased services, {name}-based", "", _OURS, *_cells(total)))
    notes = tuple(_notes(by_method["market"]))
    return Section("By the GHG Protocol", HEADER, tuple(rows), notes, _SPARE)


def _notes(market: MethodSums) -> list[str]:
    notes = [
        "Report one of the last two rows, and say which: they are alternatives. Their bounds are "
        "those of their parts, added up, and so wider than need be. What stands in a building of "
        "your own (Outposts and the like) is your Scope 2, and is not told apart here."
    ]
    if market.own_ratio < 1:
        notes.append(
            f"Market-based figures exist for {market.own_ratio:.0%} of the energy; for the rest "
            "the location-based one stands in, as the GHG Protocol asks to be said."
        )
    return notes


def added(*amounts: Amount) -> Amount:
    """Sum of parts, with their bounds added up."""
    sums = [0.0, 0.0, 0.0]
    for amount in amounts:
        for place, bound in enumerate(amount):
            sums[place] += bound or 0
    return Amount(*sums)


def _cells(of: Amount) -> tuple[str, str, str]:
    value, lower, upper = of.times(1 / _GRAMS)
    return figure(value), figure(lower or 0), figure(upper or 0)
