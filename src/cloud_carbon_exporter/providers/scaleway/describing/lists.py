"""Lists of Scaleway's APIs: which things draw power of their own, and which kind counts them.

The table is `lists.csv`, one row for each list call of the official SDK.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LISTS = Path(__file__).parent.parent / "lists.csv"

DRAWS = {
    "yes": "yes",
    "part": "as part of another",
    "no": "no",
    "elsewhere": "at the customer's",
}
"""Words of the column `draws`, and how a reader is told."""


@dataclass(frozen=True, slots=True)
class ListCall:
    """List call of the SDK. product: its package. things: what it lists.

    draws: a word of DRAWS. counted_as: the kind that estimates them, empty where none does.
    """

    product: str
    things: str
    draws: str
    counted_as: str


@cache
def list_calls() -> tuple[ListCall, ...]:
    """Every row of lists.csv."""
    with LISTS.open(encoding="utf-8") as file:
        return tuple(ListCall(**row) for row in csv.DictReader(file))
