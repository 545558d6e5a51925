"""What a metric family is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FamilyType = Literal["gauge", "counter"]


@dataclass(frozen=True, slots=True)
class Family:
    """One metric family. `labels` in the order they are written; a label whose value is empty is
    left out.

    unit: OpenMetrics unit; the name ends with it (before `_total`). Empty where OpenMetrics knows
        none.
    """

    name: str
    type: FamilyType
    help: str
    unit: str = ""
    labels: tuple[str, ...] = ()


def gauge(name: str, text: str, labels: tuple[str, ...] = (), unit: str = "") -> Family:
    """What goes up and down."""
    return Family(name, "gauge", text, unit, labels)


def counter(name: str, text: str, labels: tuple[str, ...] = (), unit: str = "") -> Family:
    """What only goes up."""
    return Family(name, "counter", text, unit, labels)
