"""CloudFormation's resource types: which draw power of their own, and who counts what does not.

The tables are `types.csv`, one row a type, and `apis.csv`, one row an API whose name is not that of
a service of CloudFormation. What is estimated follows from the services, and stands in neither.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cloud_carbon_exporter.providers.aws.describing.kinds import kind_of
from cloud_carbon_exporter.providers.ownership import OWNERS

_FOLDER = Path(__file__).parent.parent
TYPES, APIS = _FOLDER / "types.csv", _FOLDER / "apis.csv"

DRAWS = {
    "yes": "yes",
    "part": "as part of another",
    "no": "no",
    "elsewhere": "at the customer's",
    "ended": "no more: AWS has ended the service",
}
"""Words of the column `draws`, and how a reader is told."""


@dataclass(frozen=True, slots=True)
class ResourceType:
    """Resource type as templates name it, or a kind of ours that no template makes.

    draws: a word of DRAWS. counted_as: the kind it is a part of.
    """

    name: str
    draws: str
    counted_as: str

    @property
    def kind(self) -> str:
        """Kind as we spell it."""
        return kind_of("", self.name) if "::" in self.name else self.name

    @property
    def service(self) -> str:
        """Service as CloudFormation spells it; empty where no template makes such a thing."""
        return self.name.split("::")[1] if "::" in self.name else ""


@dataclass(frozen=True, slots=True)
class Api:
    """API by botocore's name, and the service of CloudFormation whose types speak for it.

    draws, why: where there are no such types.
    """

    name: str
    types_of: str
    draws: str
    why: str


@cache
def types() -> tuple[ResourceType, ...]:
    """Every row of types.csv; what the table of owners says of a kind goes first."""
    known: list[ResourceType] = []
    for row in _rows(TYPES):
        told = ResourceType(row["type"], row["draws"], row["counted_as"])
        known.append(_owned(told.name, told.kind) or told)
    return tuple(known)


def _owned(name: str, kind: str) -> ResourceType | None:
    """Type as the table of owners has it; where it leads to no kind, nothing draws."""
    owners = OWNERS["aws"]
    end = owner = owners.get(kind, "")
    while end in owners:
        end = owners[end]
    if not owner:
        return None
    return ResourceType(name, "part", owner) if "/" in end else ResourceType(name, "no", "")


@cache
def apis() -> tuple[Api, ...]:
    """Every row of apis.csv."""
    return tuple(Api(row["api"], row["types_of"], row["draws"], row["why"]) for row in _rows(APIS))


@cache
def holding_nothing() -> frozenset[str]:
    """Kinds that no ledger has to name: they draw nothing here, or another kind counts it."""
    drawing = {known.kind for known in types() if known.draws == "yes"}
    return frozenset(known.kind for known in types() if known.kind not in drawing)


def new_apis(names: Iterable[str]) -> list[str]:
    """APIs of botocore that no row speaks for, by its own or by the name of CloudFormation."""
    said = {api.name for api in apis()} | {known.service.lower() for known in types()}
    return sorted(name for name in names if name not in said and name.replace("-", "") not in said)


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
