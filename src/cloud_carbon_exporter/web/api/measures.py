"""Measures a person looks at the estate by: all emissions, a part of them, or power."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from multidict import MultiMapping

from cloud_carbon_exporter.exposition.labels import tag_label
from cloud_carbon_exporter.history.query import Summed
from cloud_carbon_exporter.history.series import LABELS, By, tag_value
from cloud_carbon_exporter.model.hours import Amounts
from cloud_carbon_exporter.model.sums import FootprintSum, Sum
from cloud_carbon_exporter.web.api.resource_query import BadQuery


@dataclass(frozen=True, slots=True)
class Measure:
    """Measure, of what is there now and of what was counted.

    unit: of a rate; an amount is that many grams, or joules.
    """

    unit: str
    now: Callable[[FootprintSum], Sum]
    amount: Callable[[Amounts], Sum]

    def rate(self, row: Summed) -> Sum:
        """Mean over the time that was counted, in `unit`s."""
        return self.amount(row.amounts).scaled(1 / row.seconds if row.seconds else 0)


GRAMS = "grams_per_second"
MEASURES: Mapping[str, Measure] = {
    "total": Measure(
        GRAMS,
        lambda of: of.emissions_grams_per_second,
        lambda amounts: amounts.emissions_grams,
    ),
    "operational": Measure(
        GRAMS,
        lambda of: of.operational_grams_per_second,
        lambda amounts: amounts.operational_grams,
    ),
    "embodied": Measure(
        GRAMS,
        lambda of: of.embodied_grams_per_second,
        lambda amounts: amounts.embodied_grams,
    ),
    "power": Measure("watts", lambda of: of.power_watts, lambda amounts: amounts.energy_joules),
}
"""Measures by name; the first is what is shown where none is named."""

MEASURE_DEFAULT = "total"
BY_DEFAULT = "cloud_provider"


def check_parameters(parameters: MultiMapping[str], known: Sequence[str]) -> None:
    """Raises BadQuery for a parameter that is unknown, or given more than once."""
    for name in parameters:
        if name not in known:
            raise BadQuery(name, f"unknown parameter; known are {', '.join(known)}")
        if len(parameters.getall(name)) > 1:
            raise BadQuery(name, "given more than once")


def one_named(
    parameters: MultiMapping[str], name: str, allowed: Sequence[str], default: str
) -> str:
    """The value of a parameter that is one of a few words. Raises BadQuery for another."""
    value = parameters.get(name, default)
    if value not in allowed:
        raise BadQuery(name, f"{value[:100]!r} is not known; allowed are {', '.join(allowed)}")
    return value


def labels_to_sum_by(tags: Sequence[str]) -> Mapping[str, By]:
    """Labels that sums of the history may be asked by."""
    known: dict[str, By] = {**LABELS}
    for key in tags:
        known.setdefault(tag_label(key), tag_value(key))
    return known
