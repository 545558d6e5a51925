"""CloudFormation's resource types: which draw power of their own, and who counts what does not.

The tables are `types.csv`, one row a type, and `apis.csv`, one row an API whose name is not that of
a service of CloudFormation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cloud_carbon_exporter.providers.aws.describing.kinds import kind_of
from cloud_carbon_exporter.providers.types_table import ResourceType, read, rows, without_power

_FOLDER = Path(__file__).parent.parent
TYPES, APIS = _FOLDER / "types.csv", _FOLDER / "apis.csv"


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
    """Every row of types.csv."""
    return read(TYPES, "aws", lambda name: kind_of("", name) if "::" in name else name)


def service_of(name: str) -> str:
    """Service as CloudFormation spells it; empty where no template makes such a thing."""
    return name.split("::")[1] if "::" in name else ""


@cache
def apis() -> tuple[Api, ...]:
    """Every row of apis.csv."""
    return tuple(Api(row["api"], row["types_of"], row["draws"], row["why"]) for row in rows(APIS))


@cache
def holding_nothing() -> frozenset[str]:
    """Kinds that no ledger has to name: they draw nothing here, or another kind counts it."""
    return without_power(types())
