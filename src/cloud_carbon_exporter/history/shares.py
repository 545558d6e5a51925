"""Shares of an hour: how what was counted of a group divides by basis, and what it errs by.

Counters know what was drawn, to the second; the Snapshot knows of what basis it is and what each
fact may take it down and up. Both together are a row of the history.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cloud_carbon_exporter.history.series import HourRow, Series
from cloud_carbon_exporter.model.hours import Amounts, CountedHour, Group, group_of
from cloud_carbon_exporter.model.snapshot import Row
from cloud_carbon_exporter.model.sums import (
    NO_FACT,
    FootprintSum,
    Reach,
    Sum,
    footprint_sum,
    sum_of_all,
)
from cloud_carbon_exporter.model.types import Basis, Footprint

log = logging.getLogger(__name__)

MOST_GROUPS = 2_000
"""Groups an hour may have with their tags; beyond, those of an account, region and kind are one."""

MOST_REMEMBERED = 2 * MOST_GROUPS
"""Groups whose rates are remembered, those of what has gone included."""

SumsByBasis = Mapping[Basis, Sum]


class GroupRates(NamedTuple):
    """Rates of one group by basis: watts, and grams a second."""

    power: SumsByBasis
    operational: SumsByBasis
    embodied: SumsByBasis


class Shares:
    """Shares of every group that was seen. One caller at a time."""

    def __init__(self) -> None:
        self._rates: dict[Group, GroupRates] = {}
        self._tagged = True

    def look_at(self, rows: Sequence[Row]) -> None:
        """Take down what is there now; what has gone stays as it was."""
        footprints: defaultdict[tuple[Group, Basis], list[Footprint]] = defaultdict(list)
        for row in rows:
            footprints[group_of(row.resource), row.footprint.basis].append(row.footprint)
        self._look_at_tags(len({group for group, _ in footprints}))
        groups: defaultdict[Group, dict[Basis, list[Footprint]]] = defaultdict(dict)
        for (group, basis), of_it in footprints.items():
            groups[self._kept(group)].setdefault(basis, []).extend(of_it)
        for group, by_basis in groups.items():
            sums = {basis: footprint_sum(of_it) for basis, of_it in by_basis.items()}
            before = self._rates.pop(group, _NONE)
            self._rates[group] = GroupRates(*map(_unless_zero, _rates(sums), before))
        for group in list(self._rates)[:-MOST_REMEMBERED]:
            del self._rates[group]

    def _look_at_tags(self, groups: int) -> None:
        tagged = groups <= MOST_GROUPS
        if self._tagged and not tagged:
            log.warning(
                "the tags of -metrics.tags make %d groups, more than %d: the history keeps sums "
                "without tags",
                groups,
                MOST_GROUPS,
            )
        self._tagged = tagged

    def _kept(self, group: Group) -> Group:
        return group if self._tagged else group._replace(tags=())

    def rows(self, counted: CountedHour) -> Iterable[HourRow]:
        """What was counted, a row a basis."""
        group = self._kept(counted.group)
        rates = self._rates.get(group) or self._alike(group)
        parts = (
            _divided(counted.joules, rates.power),
            _divided(counted.operational_grams, rates.operational),
            _divided(counted.embodied_grams, rates.embodied),
        )
        for basis in dict.fromkeys([basis for part in parts for basis in part]):
            amounts = Amounts(*[part.get(basis, Sum()) for part in parts])
            yield HourRow(counted.hour, Series(group, basis), amounts)

    def _alike(self, group: Group) -> GroupRates:
        """Rates of what is of the same kind, or cloud: a life that no Snapshot has seen."""
        of_kind = [rates for known, rates in self._rates.items() if known.kind == group.kind]
        of_cloud = [
            rates for known, rates in self._rates.items() if known.provider == group.provider
        ]
        found = of_kind or of_cloud
        self._rates[group] = GroupRates(
            _together([rates.power for rates in found]),
            _together([rates.operational for rates in found]),
            _together([rates.embodied for rates in found]),
        )
        return self._rates[group]


_NONE = GroupRates({}, {}, {})


def _rates(sums: Mapping[Basis, FootprintSum]) -> GroupRates:
    return GroupRates(
        {basis: total.power_watts for basis, total in sums.items()},
        {basis: total.operational_grams_per_second for basis, total in sums.items()},
        {basis: total.embodied_grams_per_second for basis, total in sums.items()},
    )


def _unless_zero(now: SumsByBasis, before: SumsByBasis) -> SumsByBasis:
    """What draws nothing now says nothing of what it drew an hour ago."""
    return now if any(rate.value for rate in now.values()) else before or now


def _together(many: Iterable[SumsByBasis]) -> SumsByBasis:
    by_basis: defaultdict[Basis, list[Sum]] = defaultdict(list)
    for one in many:
        for basis, rate in one.items():
            by_basis[basis].append(rate)
    return {basis: sum_of_all(rates) for basis, rates in by_basis.items()}


def _divided(amount: float, rates: SumsByBasis) -> SumsByBasis:
    """The amount in the proportions of the rates, with their errors.

    Of what draws nothing no doubt is kept: errors are ratios to what was counted.
    """
    whole = sum([rate.value for rate in rates.values()])
    if not amount:
        return {}
    if not whole:  # nothing is known of it: it may as well be none, or twice as much
        reach = Reach({NO_FACT: amount})
        return {"assumed": Sum(amount, reach, reach, "assumed")}
    return {basis: rate.scaled(amount / whole) for basis, rate in rates.items() if rate.value}
