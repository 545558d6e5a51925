"""Resource types of a cloud: which draw power of their own, and who counts what does not.

A table of each cloud, `types.csv`, has one row a type. What is estimated follows from the services,
and stands in none.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from cloud_carbon_exporter.providers.ownership import OWNERS


@dataclass(frozen=True, slots=True)
class ResourceType:
    """Resource type as its cloud names it, or a kind of ours that the cloud has no type for.

    kind: as we spell it. draws: yes, part (of another), no, elsewhere (at the customer's) or ended
    (with its service). counted_as: the kind it is a part of.
    """

    name: str
    kind: str
    draws: str
    counted_as: str


def rows(path: Path) -> list[dict[str, str]]:
    """Rows of a table beside the code, by its header."""
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def read(path: Path, provider: str, kind_of: Callable[[str], str]) -> tuple[ResourceType, ...]:
    """Every row of a types.csv; what the table of owners says of a kind goes first."""
    known: list[ResourceType] = []
    for row in rows(path):
        name, kind = row["type"], kind_of(row["type"])
        told = ResourceType(name, kind, row["draws"], row["counted_as"])
        known.append(_owned(provider, name, kind) or told)
    return tuple(known)


def _owned(provider: str, name: str, kind: str) -> ResourceType | None:
    """Type as the table of owners has it; where it leads to no kind, nothing draws."""
    owners = OWNERS[provider]
    end = owner = owners.get(kind, "")
    while end in owners:
        end = owners[end]
    if not owner:
        return None
    if "/" in end:
        return ResourceType(name, kind, "part", owner)
    return ResourceType(name, kind, "no", "")


def without_power(known: Iterable[ResourceType]) -> frozenset[str]:
    """Kinds that no ledger has to name: they draw nothing here, or another kind counts it."""
    types = tuple(known)
    drawing = {of_cloud.kind for of_cloud in types if of_cloud.draws == "yes"}
    return frozenset(of_cloud.kind for of_cloud in types if of_cloud.kind not in drawing)
