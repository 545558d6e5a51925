"""Prices of advice: money a year that a bill of the person's own tells. Pure.

What goes away wholly saves what the bill charges for it. A machine that becomes another saves the
difference of both prices, where the same bill has the other one; else nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cloud_carbon_exporter.advice.followed import MOVED, TO_GO
from cloud_carbon_exporter.model.advice import Advice, YearlyCost
from cloud_carbon_exporter.model.billed import Prices

_OF_EC2 = re.compile(r"arn:aws[a-z-]*:ec2:[^:]*:[^:]*:(?:instance|volume)/(?P<name>[^/]+)")
"""Cost and Usage Reports call instances and volumes by their ids, and all else by its ARN (AWS Data
Exports user guide, line_item_resource_id)."""

_LEAST = 0.005
"""Money a year that is told: what is less rounds to nothing."""


def names_in_bills(resource_id: str) -> Iterator[str]:
    """What a bill may call a resource."""
    yield resource_id
    match = _OF_EC2.fullmatch(resource_id)
    if match:
        yield match["name"]
    elif ".googleapis.com/" in resource_id:
        yield f"//{resource_id}"


def wanted(advice: Iterable[Advice]) -> frozenset[str]:
    """Ids that are to be looked for in a bill."""
    names: set[str] = set()
    for each in advice:
        for resource_id in each.members or (each.subject,):
            names.update(names_in_bills(resource_id))
    return frozenset(names)


def priced(advice: Sequence[Advice], prices: Prices | None) -> tuple[Advice, ...]:
    """The same advice with what it saves in money, where the bill tells."""
    if prices is None:
        return tuple(advice)
    told: list[Advice] = []
    for each in advice:
        cost = _cost(each, prices)
        told.append(each if cost is None else replace(each, cost=cost))
    return tuple(told)


def _cost(advice: Advice, prices: Prices) -> YearlyCost | None:
    if advice.kind in MOVED:
        return _of_move(advice, prices)
    if advice.kind in TO_GO or advice.members:
        return _whole(advice.members or (advice.subject,), prices)
    return None


def _whole(resource_ids: Iterable[str], prices: Prices) -> YearlyCost | None:
    """All that the bill charges for these resources, in one currency."""
    found: list[YearlyCost] = []
    for resource_id in resource_ids:
        costs = (prices.resources.get(name) for name in names_in_bills(resource_id))
        cost = next(filter(None, costs), None)
        if cost is not None:
            found.append(cost)
    if not found or len({cost.currency for cost in found}) > 1:
        return None
    value, lower, upper = (
        sum([cost.value for cost in found]),
        sum([cost.lower for cost in found]),
        sum([cost.upper for cost in found]),
    )
    return YearlyCost(found[0].currency, value, lower, upper) if value > _LEAST else None


def _of_move(advice: Advice, prices: Prices) -> YearlyCost | None:
    """What another machine is charged less, at as many hours."""
    uses = (prices.uses.get(name) for name in names_in_bills(advice.subject))
    use = next(filter(None, uses), None)
    if use is None:
        return None
    then = prices.machines.get(use.key._replace(machine=advice.becomes))
    if then is None:
        return None
    value, lower, upper = (
        use.cost - use.hours * then.value,
        use.cost - use.hours * then.upper,
        use.cost - use.hours * then.lower,
    )
    # As of grams: where it may be no saving at all, nothing is told.
    return YearlyCost(use.key.currency, value, lower, upper) if lower > _LEAST else None
