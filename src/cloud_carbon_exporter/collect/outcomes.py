"""Outcomes of listings by region: the zones of a region are one row, and one that failed shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from cloud_carbon_exporter.model.snapshot import Outcome


class OutcomeKey(NamedTuple):
    """What has one row: the labels of the collector_* families."""

    provider: str
    account_id: str
    region: str
    kind: str


def by_region(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """One row a kind, account and region."""
    rows: dict[OutcomeKey, Outcome] = {}
    for outcome in outcomes:
        key = OutcomeKey(outcome.provider, outcome.account_id, outcome.region, outcome.kind)
        other = rows.get(key)
        rows[key] = outcome if other is None else _together(other, outcome)
    return tuple(rows.values())


def _together(outcome: Outcome, other: Outcome) -> Outcome:
    last_success: float | None = None
    if outcome.last_success is not None and other.last_success is not None:
        last_success = min(outcome.last_success, other.last_success)
    return replace(
        outcome,
        error=outcome.error or other.error,
        seconds=max(outcome.seconds, other.seconds),
        resources=outcome.resources + other.resources,
        last_success=last_success,
        found=outcome.found or other.found,
    )
