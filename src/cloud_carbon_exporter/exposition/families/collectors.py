"""Families of listings and measurements: those that matter one by one, all others as counts.

A whole AWS account is asked for 135 kinds in each of its regions, and holds a few of them. A
listing has series of its own once it has found something or while it fails; what is empty and well
is a number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cloud_carbon_exporter.exposition.family import Family, FamilySample, FromSnapshot
from cloud_carbon_exporter.exposition.label_names import ACCOUNT_KIND_LABELS, ACCOUNT_LABELS
from cloud_carbon_exporter.model.snapshot import Outcome, Snapshot

STATES = ("found", "empty", "failing")
"""State of a listing: it has found something since the start, or nothing yet, or it fails."""


def _state(listing: Outcome) -> str:
    if listing.error:
        return "failing"
    return "found" if listing.found else "empty"


def _shown(snapshot: Snapshot) -> Iterator[Outcome]:
    """The listings that have series of their own."""
    for listing in snapshot.listings:
        if listing.found or listing.error:
            yield listing


def _counts(snapshot: Snapshot) -> Iterator[FamilySample]:
    counts = Counter(
        (listing.provider, listing.account_id, _state(listing)) for listing in snapshot.listings
    )
    accounts = dict.fromkeys(
        (listing.provider, listing.account_id) for listing in snapshot.listings
    )
    for provider, account_id in accounts:
        for state in STATES:
            labels = (provider, account_id, state)
            yield FamilySample(labels, counts[labels])


def _up(snapshot: Snapshot) -> Iterator[FamilySample]:
    for listing in _shown(snapshot):
        labels = (listing.provider, listing.account_id, listing.region, listing.kind)
        yield FamilySample(labels, int(not listing.error))


def _last_success(snapshot: Snapshot) -> Iterator[FamilySample]:
    # of what is well the moment is that of the last collection
    for listing in snapshot.listings:
        if listing.error and listing.last_success is not None:
            labels = (listing.provider, listing.account_id, listing.region, listing.kind)
            yield FamilySample(labels, listing.last_success)


def _resources(snapshot: Snapshot) -> Iterator[FamilySample]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for listing in _shown(snapshot):
        counts[listing.provider, listing.account_id, listing.kind] += listing.resources
    for labels, count in counts.items():
        yield FamilySample(labels, count)


def _seconds(snapshot: Snapshot) -> Iterator[FamilySample]:
    longest: dict[tuple[str, str, str], float] = {}
    for listing in _shown(snapshot):
        labels = (listing.provider, listing.account_id, listing.kind.partition("/")[0])
        longest[labels] = max(listing.seconds, longest.get(labels, 0.0))
    for labels, seconds in longest.items():
        yield FamilySample(labels, seconds)


def _measured(snapshot: Snapshot) -> Iterator[FamilySample]:
    up: dict[tuple[str, str, str], bool] = {}
    for measurement in snapshot.measurements:
        labels = (measurement.provider, measurement.account_id, measurement.kind)
        up[labels] = up.get(labels, True) and not measurement.error
    for labels, well in up.items():
        yield FamilySample(labels, int(well))


COLLECTORS: tuple[Family, ...] = (
    Family(
        "cloud_carbon_exporter_collectors",
        "gauge",
        "How many listings there are, of a kind in a region each: "
        "that have found something, that are empty, that fail.",
        FromSnapshot(_counts),
        (*ACCOUNT_LABELS, "state"),
    ),
    Family(
        # Listing and monitoring are two permissions and two APIs: one may fail without the other.
        "cloud_carbon_exporter_collector_up",
        "gauge",
        "Whether the last listing succeeded; of listings that have found something or that fail.",
        FromSnapshot(_up),
        ACCOUNT_KIND_LABELS,
    ),
    Family(
        "cloud_carbon_exporter_measurement_up",
        "gauge",
        "Whether the last reading of utilisation succeeded, in all regions.",
        FromSnapshot(_measured),
        (*ACCOUNT_LABELS, "kind"),
    ),
    Family(
        "cloud_carbon_exporter_collector_duration_seconds",
        "gauge",
        "How long the longest of the last listings of a service took.",
        FromSnapshot(_seconds),
        (*ACCOUNT_LABELS, "service"),
        "seconds",
    ),
    Family(
        "cloud_carbon_exporter_collector_resources",
        "gauge",
        "How many resources the last listings brought.",
        FromSnapshot(_resources),
        (*ACCOUNT_LABELS, "kind"),
    ),
    Family(
        "cloud_carbon_exporter_collector_last_success_timestamp_seconds",
        "gauge",
        "When a listing that fails last succeeded; absent while it is well.",
        FromSnapshot(_last_success),
        ACCOUNT_KIND_LABELS,
        "seconds",
    ),
)
