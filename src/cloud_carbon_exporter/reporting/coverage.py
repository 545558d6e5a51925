"""Coverage of one collection: how much of what is there is estimated, and how well. Pure."""

from __future__ import annotations

from collections import Counter
from typing import Any

from cloud_carbon_exporter.exposition.coverage import covered
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.types import BASES


def coverage(of: Snapshot) -> dict[str, Any]:
    """Coverage as the report's JSON has it.

    ratio: estimated by listed, where another inventory of the provider counts what an account
        holds; else null.
    """
    by_basis: Counter[str] = Counter()
    for (_, _, _, basis), count in of.ledger.items():
        by_basis[basis] += count
    return {
        "estimated": sum(by_basis[basis] for basis in BASES),
        "by_basis": {basis: by_basis[basis] for basis in BASES},
        "unsupported": by_basis["unsupported"],
        "listed": _listed(of),
        "ratio": _ratio(of),
    }


def _listed(of: Snapshot) -> list[dict[str, Any]]:
    """What other inventories of the providers count, each account by itself."""
    listed: list[dict[str, Any]] = []
    for (provider, account, source), count in sorted(of.listed.items()):
        listed.append(
            {
                "cloud_provider": provider,
                "cloud_account_id": account,
                "source": source,
                "resources": count,
            }
        )
    return listed


def _ratio(of: Snapshot) -> float | None:
    estimated = everything = 0
    for part, whole in covered(of).values():
        estimated, everything = estimated + part, everything + whole
    return estimated / everything if everything else None
