"""Storage classes: a stored GiB of each, multiplied from drive, rack, copies and rest.

`facts/storage_classes.csv` says which factors a class has, `facts/local_drives.csv` which a drive
in a host, `facts/storage_factors.csv` what they are. This is the one place that multiplies them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cloud_carbon_exporter.model.errors import Errors
from cloud_carbon_exporter.model.figure import Figure
from cloud_carbon_exporter.model.quantities import GIB_PER_GIGABYTE, GIB_PER_TERABYTE

Quantity = Literal["watts", "embodied"]

_UNITS = {"watts_per_gib": "W/GiB", "embodied_grams_per_gib": "gCO2eq/GiB"}

_BASES = ("published", "derived", "recalled", "assumed")
"""Bases of figures, the strongest first: a product is as weak as the weakest of its factors."""


@dataclass(frozen=True, slots=True)
class _Factors:
    """What one quantity of a GiB is the product of: a number that is exact, and figures."""

    exact: float
    figures: tuple[Figure, ...]


def figures_of(
    storage_class: Mapping[str, str], factors: Mapping[str, Figure]
) -> tuple[Figure, Figure]:
    """Figures of one class: watts, and embodied grams, a GiB that the customer stores."""
    name, kept = storage_class["class"], _kept(storage_class, factors)
    drive = storage_class["drive"]
    watts = _of_gigabytes(drive, "watts", factors)
    embodied = _of_gigabytes(drive, "embodied", factors)
    powered = tuple(_around_drive(storage_class, "watts", factors))
    made = tuple(_around_drive(storage_class, "embodied", factors))
    return (
        _product(f"storage.{name}.watts_per_gib", watts, powered, kept),
        _product(f"storage.{name}.embodied_grams_per_gib", embodied, made, kept),
    )


def local_figures_of(
    local_drive: Mapping[str, str], factors: Mapping[str, Figure]
) -> tuple[Figure, Figure]:
    """Figures of a GiB of one drive in a host: of its size, or of its generation."""
    name, drive = local_drive["class"], local_drive["drive"]
    if local_drive["terabytes"]:
        terabytes = float(local_drive["terabytes"])
        watts = _of_drive(factors[f"drive.{drive}.watts"], terabytes)
        embodied = _of_drive(factors[f"drive.{drive}.embodied_grams"], terabytes)
    else:
        watts = _of_gigabytes(drive, "watts", factors)
        embodied = _of_gigabytes(local_drive["made"] or drive, "embodied", factors)
    return (
        _product(f"storage.{name}.watts_per_gib", watts),
        _product(f"storage.{name}.embodied_grams_per_gib", embodied),
    )


def _of_gigabytes(drive: str, quantity: Quantity, factors: Mapping[str, Figure]) -> _Factors:
    """A GiB of a drive whose size nobody told.

    Flash costs by the gigabyte. A hard disk costs the same whatever it holds, so that a GiB of it
    costs by how many drives a terabyte takes.
    """
    if quantity == "watts":
        return _Factors(1 / GIB_PER_TERABYTE, (factors[f"drive.{drive}.watts_per_terabyte"],))
    by_gigabyte = factors.get(f"drive.{drive}.embodied_grams_per_gigabyte")
    if by_gigabyte:
        return _Factors(1 / GIB_PER_GIGABYTE, (by_gigabyte,))
    names = ("embodied_grams", "drives_per_terabyte")
    return _Factors(1 / GIB_PER_TERABYTE, tuple(factors[f"drive.{drive}.{name}"] for name in names))


def _of_drive(whole: Figure, terabytes: float) -> _Factors:
    """A GiB of a drive of that size."""
    return _Factors(1 / (terabytes * GIB_PER_TERABYTE), (whole,))


def _around_drive(
    storage_class: Mapping[str, str], quantity: Quantity, factors: Mapping[str, Figure]
) -> Iterator[Figure]:
    """What surrounds a drive, how often data are kept, and how much it rests."""
    drive, copies, rest = (storage_class[column] for column in ("drive", "copies", "rest"))
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
    figure_id: str, drive: _Factors, around: Sequence[Figure] = (), share: Figure | None = None
) -> Figure:
    """Product of factors whose errors are independent, each a ratio to its central value.

    ln(value / low) of the product is the root of the sum of squares of those of its factors, and so
    is ln(high / value): the interval of a product of log-normal factors. A share multiplies the
    bounds themselves, since what is kept is one unknown case and no error that evens out.
    """
    factors = (*drive.figures, *around)
    value = drive.exact * math.prod(factor.value for factor in factors)
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
        _UNITS[figure_id.rpartition(".")[2]],
        max((factor.basis for factor in used), key=_BASES.index),
        "; ".join(_said(factor) for factor in used),
        used[0].year,
        # a drive's figure is the same row in every class that stands on such drives
        parts=Errors(tuple(factor.id for factor in used), tuple(less), tuple(more)),
    )


def _said(factor: Figure) -> str:
    """Who says so, under the first word of the factor's id: "copies: three zones (AWS)"."""
    return f"{factor.id.partition('.')[0]}: {factor.source}"
