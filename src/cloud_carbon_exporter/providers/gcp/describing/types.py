"""Asset types of Google: which draw power of their own, and who counts what does not.

The tables are `types.csv`, one row a type as Google lists them
(https://docs.cloud.google.com/asset-inventory/docs/asset-types, of April 2026), and `apis.csv`, one
row an API that lists things in projects and of which Asset Inventory knows no type.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cloud_carbon_exporter.providers.gcp.describing.asset import kind
from cloud_carbon_exporter.providers.types_table import ResourceType, read, rows, without_power

_FOLDER = Path(__file__).parent.parent
TYPES, APIS = _FOLDER / "types.csv", _FOLDER / "apis.csv"


@dataclass(frozen=True, slots=True)
class Api:
    """API by the host that answers it, whether what it keeps draws, and what that is."""

    host: str
    draws: str
    why: str


@cache
def types() -> tuple[ResourceType, ...]:
    """Every row of types.csv."""
    return read(TYPES, "gcp", lambda name: kind(name) if "." in name else name)


@cache
def apis() -> tuple[Api, ...]:
    """Every row of apis.csv."""
    return tuple(Api(row["api"], row["draws"], row["why"]) for row in rows(APIS))


@cache
def holding_nothing() -> frozenset[str]:
    """Kinds that no ledger has to name: they draw nothing here, or another kind counts it."""
    return without_power(types())
