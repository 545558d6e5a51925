"""Ratios of errors to their values, as bytes: what an estate errs by hardly changes by the hour.

Rows of many hours share one, so that a year of them takes little room.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from math import sqrt
from typing import NamedTuple

from cloud_carbon_exporter.model.hours import Amounts
from cloud_carbon_exporter.model.sums import Reach, Sum
from cloud_carbon_exporter.model.types import Basis

DIGITS = 4
"""Digits a ratio is kept with: fewer make more hours alike, and no interval is known so well."""

MOST = 1e30
"""Ratio that says as much as any larger one; a float of 32 bits holds it."""

_COUNT = struct.Struct("<H")


class SumRatios(NamedTuple):
    """Errors of one Sum beside its value: by fact, and what its terms have each alone."""

    facts: tuple[str, ...] = ()
    down: tuple[float, ...] = ()
    up: tuple[float, ...] = ()
    own_down: float = 0
    own_up: float = 0

    def of(self, value: float, basis: Basis) -> Sum:
        """The Sum of this value."""
        down = {fact: ratio * value for fact, ratio in zip(self.facts, self.down, strict=True)}
        up = {fact: ratio * value for fact, ratio in zip(self.facts, self.up, strict=True)}
        own_down, own_up = self.own_down * value, self.own_up * value
        return Sum(value, Reach(down, own_down * own_down), Reach(up, own_up * own_up), basis)


class Ratios(NamedTuple):
    """Errors of Amounts beside their values."""

    energy: SumRatios = SumRatios()
    operational: SumRatios = SumRatios()
    embodied: SumRatios = SumRatios()


def ratios_of(amounts: Amounts) -> Ratios:
    """What the Amounts err by, beside their values."""
    return Ratios(
        _ratios(amounts.energy_joules),
        _ratios(amounts.operational_grams),
        _ratios(amounts.embodied_grams),
    )


def _ratios(of: Sum) -> SumRatios:
    if not of.value:
        return SumRatios()
    facts = tuple(sorted(of.down.by_fact.keys() | of.up.by_fact.keys()))
    down, up = of.down.by_fact, of.up.by_fact
    return SumRatios(
        facts,
        tuple([_rounded(down.get(fact, 0) / of.value) for fact in facts]),
        tuple([_rounded(up.get(fact, 0) / of.value) for fact in facts]),
        _rounded(sqrt(of.down.own) / of.value),
        _rounded(sqrt(of.up.own) / of.value),
    )


def _rounded(ratio: float) -> float:
    return float(f"{min(ratio, MOST):.{DIGITS - 1}e}")


def packed(ratios: Ratios, number_of: Callable[[str], int]) -> bytes:
    """As the file has them. number_of: the number of a fact."""
    parts: list[bytes] = []
    for each in ratios:
        count = len(each.facts)
        numbers = [number_of(fact) for fact in each.facts]
        parts.append(_COUNT.pack(count))
        parts.append(struct.pack(f"<{count}I", *numbers))
        floats = (*each.down, *each.up, each.own_down, each.own_up)
        parts.append(struct.pack(f"<{len(floats)}f", *floats))
    return b"".join(parts)


def unpacked(body: bytes, facts: Sequence[str]) -> Ratios:
    """Back from the file. facts: by number. Raises struct.error or IndexError for nonsense."""
    return Ratios(*_sums(body, facts))


def _sums(body: bytes, facts: Sequence[str]) -> Iterator[SumRatios]:
    at = 0
    for _ in Ratios._fields:
        (count,) = _COUNT.unpack_from(body, at)
        at += _COUNT.size
        numbers = struct.unpack_from(f"<{count}I", body, at)
        at += struct.calcsize(f"<{count}I")
        form = f"<{2 * count + 2}f"
        floats = struct.unpack_from(form, body, at)
        at += struct.calcsize(form)
        names = tuple([facts[number] for number in numbers])
        down, up = floats[:count], floats[count : 2 * count]
        yield SumRatios(names, down, up, floats[-2], floats[-1])
