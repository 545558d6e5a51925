"""Counting of what is alike and in one place: the sums that each piece of its time counts in."""

from __future__ import annotations

from typing import NamedTuple

from cloud_carbon_exporter.collect.running_totals import RunningTotals
from cloud_carbon_exporter.collect.service_months import ServicePart
from cloud_carbon_exporter.collect.surroundings import Surroundings
from cloud_carbon_exporter.model.hours import Group

# Where a tag that is shown names each thing, each has one of its own: of an estate that has seen
# more than so many, those that Timelines do not hold are made anew.
MOST_KEPT = 65_536


class Counting(NamedTuple):
    """Sums of an account, region and kind, its part of a month and its group of an hour."""

    account: RunningTotals
    water: list[float]
    held: dict[str, float]
    part: ServicePart
    group: Group
    around: Surroundings
