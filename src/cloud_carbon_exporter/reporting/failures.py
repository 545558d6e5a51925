"""Failures of one collection, as a report lists them. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from cloud_carbon_exporter.model.snapshot import Outcome, Snapshot, TargetState

Failure = dict[str, str]
"""Keys: what, cloud_provider, message; where it is known also target, account, region, kind."""


def failures(of: Snapshot) -> list[Failure]:
    """All that failed: targets, listings, measurements, and objects that could not be read."""
    return [
        *_targets(of),
        *_outcomes("listing", of.listings),
        *_outcomes("measurement", of.measurements),
        *_objects(of),
    ]


def _targets(of: Snapshot) -> list[Failure]:
    return [_target(target) for target in of.targets if not target.up]


def _target(target: TargetState) -> Failure:
    return {
        "what": "target",
        "cloud_provider": target.provider,
        "target": target.name,
        "message": target.error,
    }


def _outcomes(what: str, outcomes: Iterable[Outcome]) -> list[Failure]:
    return [_outcome(what, outcome) for outcome in outcomes if outcome.error]


def _outcome(what: str, outcome: Outcome) -> Failure:
    return {
        "what": what,
        "cloud_provider": outcome.provider,
        "cloud_account_id": outcome.account_id,
        "cloud_region": outcome.region,
        "kind": outcome.kind,
        "message": outcome.error,
    }


def _objects(of: Snapshot) -> list[Failure]:
    failed: list[Failure] = []
    for (provider, kind, reason), count in sorted(of.api.skipped.items()):
        message = f"{count} could not be read: {reason}"
        failed.append(
            {"what": "objects", "cloud_provider": provider, "kind": kind, "message": message}
        )
    return failed
