"""Storage classes: a stored GiB of each, multiplied from drive, rack, copies and rest.

`facts/storage_classes.csv` says which factors a class has, `facts/storage_factors.csv` what they
are. This is the one place that multiplies them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from cloud_carbon_exporter.model.errors import Errors
from cloud_carbon_exporter.model.figure import Figure
from cloud_carbon_exporter.model.quantities import GIB_PER_GIGABYTE, GIB_PER_TERABYTE

Quantity = Literal["watts", "embodied"]

_BASES = ("published", "derived", "recalled", "assumed")
"""Bases of figures, the strongest first: a product is as weak as the weakest of its factors."""


def figures_of(
    storage_class: Mapping[str, str], factors: Mapping[str, Figure]
) -> tuple[Figure, Figure]:
    """Figures of one class: watts, and embodied grams, a GiB that the customer stores."""
    name = storage_class["class"]
    return (
        _product(
            f"storage.{name}.watts_per_gib",
            "W/GiB",
            1 / GIB_PER_TERABYTE,
            list(_factors(storage_class, "watts", factors)),
            _kept(storage_class, factors),
        ),
        _product(
            f"storage.{name}.embodied_grams_per_gib",
            "gCO2eq/GiB",
            1 / GIB_PER_GIGABYTE,
            list(_factors(storage_class, "embodied", factors)),
            _kept(storage_class, factors),
        ),
    )


def _factors(
    storage_class: Mapping[str, str], quantity: Quantity, factors: Mapping[str, Figure]
) -> Iterator[Figure]:
    """The drive first; then what surrounds it, how often data are kept, and how much it rests."""
    drive, copies, rest = (storage_class[column] for column in ("drive", "copies", "rest"))
    unit = "watts_per_terabyte" if quantity == "watts" else "embodied_grams_per_gigabyte"
    yield factors[f"drive.{drive}.{unit}"]
    if copies:
        yield factors[f"rack.{drive}.{quantity}_ratio"]
        yield factors[f"copies.{copies}.ratio"]
    if rest and quantity == "watts":  # a drive that rests was made all the same
        yield factors[f"rest.{rest}.watts_ratio"]


def _kept(storage_class: Mapping[str, str], factors: Mapping[str, Figure]) -> Figure | None:
    """How much of the GiB named is kept at all, where the cloud does not tell."""
    kept = storage_class["kept"]
    return factors[f"{kept}.share"] if kept else None


def _product(
    figure_id: str, unit: str, exact: float, factors: Sequence[Figure], share: Figure | None
) -> Figure:
    """Product of factors whose errors are independent, each a ratio to its central value.

    ln(value / low) of the product is the root of the sum of squares of those of its factors, and so
    is ln(high / value): the interval of a product of log-normal factors. A share multiplies the
    bounds themselves, since what is kept is one unknown case and no error that evens out.
    """
    value = exact * math.prod(factor.value for factor in factors)
    less = [math.log(factor.value / factor.low) for factor in factors]
    more = [math.log(factor.high / factor.value) for factor in factors]
    low = value * math.exp(-math.hypot(*less))
    high = value * math.exp(math.hypot(*more))
    used = list(factors)
    if share is not None:
        value, low, high = value * share.value, low * share.low, high * share.high
        less.append(math.log(share.value / share.low))
        more.append(math.log(share.high / share.value))
        used.append(share)
    return Figure(
        figure_id,
        value,
        low,
        high,
        unit,
        max((factor.basis for factor in used), key=_BASES.index),
        "; ".join(_said(factor) for factor in used),
        used[0].year,
        # a drive's figure is the same row in every class that stands on such drives
        parts=Errors(tuple(factor.id for factor in used), tuple(less), tuple(more)),
    )


def _said(factor: Figure) -> str:
    """Who says so, under the first word of the factor's id: "copies: three zones (AWS)"."""
    return f"{factor.id.partition('.')[0]}: {factor.source}"
