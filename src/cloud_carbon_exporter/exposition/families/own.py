"""Families of the exporter itself: whether it works, what it calls, what that costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from cloud_carbon_exporter.exposition import coverage
from cloud_carbon_exporter.exposition.family import (
    Family,
    FamilySample,
    FromContext,
    FromSnapshot,
    RenderContext,
    from_mapping,
)
from cloud_carbon_exporter.exposition.label_names import ACCOUNT_KIND_LABELS, ACCOUNT_LABELS
from cloud_carbon_exporter.model.snapshot import Outcome, Snapshot

_BILLED_LABELS = (*ACCOUNT_LABELS, "api")


def _build_info(context: RenderContext) -> Iterator[FamilySample]:
    yield FamilySample((context.version, context.model_version), 1.0)


def _targets_up(snapshot: Snapshot) -> Iterator[FamilySample]:
    for target in snapshot.targets:
        yield FamilySample((target.name, target.provider), int(target.up))


def _of_outcomes(
    outcomes: Callable[[Snapshot], Iterable[Outcome]],
    number: Callable[[Outcome], float | None],
) -> FromSnapshot:
    def samples(snapshot: Snapshot) -> Iterator[FamilySample]:
        for outcome in outcomes(snapshot):
            value = number(outcome)
            if value is not None:
                labels = (outcome.provider, outcome.account_id, outcome.region, outcome.kind)
                yield FamilySample(labels, value)

    return FromSnapshot(samples)


def _of_listings(number: Callable[[Outcome], float | None]) -> FromSnapshot:
    return _of_outcomes(lambda snapshot: snapshot.listings, number)


def _of_measurements(number: Callable[[Outcome], float | None]) -> FromSnapshot:
    return _of_outcomes(lambda snapshot: snapshot.measurements, number)


def _refused(snapshot: Snapshot) -> Iterator[FamilySample]:
    for refusal in snapshot.refused:
        labels = (refusal.provider, refusal.account_id, refusal.permission, refusal.purpose)
        yield FamilySample(labels, 1)


def _went_well(outcome: Outcome) -> int:
    return int(not outcome.error)


def _last_collection(snapshot: Snapshot) -> Iterator[FamilySample]:
    # 0 before the first collection: a moment in 1970 would look like a hung exporter
    if snapshot.taken_at:
        yield FamilySample((), snapshot.taken_at)


def _of_first_collection(number: Callable[[Snapshot], int]) -> FromSnapshot:
    def samples(snapshot: Snapshot) -> Iterator[FamilySample]:
        if snapshot.taken_at and snapshot.targets:
            yield FamilySample((), number(snapshot))

    return FromSnapshot(samples)


def _clock_step(snapshot: Snapshot) -> Iterator[FamilySample]:
    if snapshot.clock is not None:
        yield FamilySample((), snapshot.clock.apart_seconds)


def _clock_steps(snapshot: Snapshot) -> Iterator[FamilySample]:
    if snapshot.clock is not None:
        yield FamilySample((), snapshot.clock.steps)


def _skipped(context: RenderContext) -> Iterator[FamilySample]:
    skipped = Counter(dict(context.snapshot.api.skipped))
    for dropped, count in context.duplicates.items():
        skipped[dropped.provider, dropped.kind, "duplicate"] += count
    for labels, count in skipped.items():
        yield FamilySample(labels, count)


OWN: tuple[Family, ...] = (
    Family(
        "cloud_carbon_exporter_build_info",
        "gauge",
        "The version that runs; always 1.",
        FromContext(_build_info),
        ("version", "model_version"),
    ),
    Family(
        "cloud_carbon_exporter_target_up",
        "gauge",
        "Whether a target's credentials and account answered the last time.",
        FromSnapshot(_targets_up),
        ("target", "cloud_provider"),
    ),
    Family(
        # Listing and monitoring are two permissions and two APIs: one may fail without the other.
        "cloud_carbon_exporter_collector_up",
        "gauge",
        "Whether the last listing succeeded.",
        _of_listings(_went_well),
        ACCOUNT_KIND_LABELS,
    ),
    Family(
        "cloud_carbon_exporter_measurement_up",
        "gauge",
        "Whether the last reading of utilisation succeeded.",
        _of_measurements(_went_well),
        ACCOUNT_KIND_LABELS,
    ),
    Family(
        "cloud_carbon_exporter_optional_refused",
        "gauge",
        "What is optional and the cloud does not allow, with what it would bring; always 1.",
        FromSnapshot(_refused),
        (*ACCOUNT_LABELS, "permission", "purpose"),
    ),
    Family(
        "cloud_carbon_exporter_collector_duration_seconds",
        "gauge",
        "How long the last listing took.",
        _of_listings(lambda listing: listing.seconds),
        ACCOUNT_KIND_LABELS,
        "seconds",
    ),
    Family(
        "cloud_carbon_exporter_collector_resources",
        "gauge",
        "How many resources the last listing brought.",
        _of_listings(lambda listing: listing.resources),
        ACCOUNT_KIND_LABELS,
    ),
    Family(
        "cloud_carbon_exporter_collector_last_success_timestamp_seconds",
        "gauge",
        "When a listing last succeeded.",
        _of_listings(lambda listing: listing.last_success),
        ACCOUNT_KIND_LABELS,
        "seconds",
    ),
    Family(
        "cloud_carbon_exporter_api_requests_total",
        "counter",
        "Calls made to the clouds, by outcome (success, or the reason of the error).",
        from_mapping(lambda snapshot: snapshot.api.requests),
        ("cloud_provider", "api", "operation", "outcome"),
    ),
    Family(
        # CloudWatch bills each metric read, Google each time series returned, Scaleway nothing.
        "cloud_carbon_exporter_api_cost_dollars_total",
        "counter",
        "What the exporter's own calls have cost.",
        from_mapping(lambda snapshot: snapshot.api.dollars),
        _BILLED_LABELS,
        "dollars",
    ),
    Family(
        "cloud_carbon_exporter_api_cost_forecast_dollars_per_month",
        "gauge",
        "What the exporter's own calls will cost a month at this rate.",
        from_mapping(lambda snapshot: snapshot.api.dollars_per_month),
        _BILLED_LABELS,
        "dollars_per_month",
    ),
    Family(
        "cloud_carbon_exporter_errors_total",
        "counter",
        "Errors of calls to the clouds, by reason.",
        from_mapping(lambda snapshot: snapshot.api.errors),
        ("cloud_provider", "operation", "reason"),
    ),
    Family(
        # AWS' Resource Explorer and Google's Cloud Asset Inventory see kinds we have no listing
        # for.
        "cloud_carbon_exporter_listed_resources",
        "gauge",
        "How many resources another inventory of the provider counts, to hold ours against.",
        from_mapping(lambda snapshot: snapshot.listed),
        (*ACCOUNT_LABELS, "source"),
    ),
    Family(
        "cloud_carbon_exporter_unlisted_resources",
        "gauge",
        "How many estimated resources the provider's inventory does not list: what it cannot see.",
        from_mapping(coverage.unlisted),
        ACCOUNT_LABELS,
    ),
    Family(
        "cloud_carbon_exporter_coverage_ratio",
        "gauge",
        "How much of what the provider's inventory lists is estimated; "
        "absent where there is no inventory.",
        from_mapping(coverage.ratios),
        ACCOUNT_LABELS,
        "ratio",
    ),
    Family(
        # What lived between two refreshes is told by EC2's terminated instances, stopped tasks...
        "cloud_carbon_exporter_lives_energy_ratio",
        "gauge",
        "Share of the energy counted since the start, by how its time is known: "
        "by sight, or by events alone, as the cloud told a start or an end.",
        from_mapping(lambda snapshot: snapshot.known_by),
        ("cloud_provider", "known_by"),
        "ratio",
    ),
    Family(
        "cloud_carbon_exporter_last_collection_timestamp_seconds",
        "gauge",
        "When the figures shown were made.",
        FromSnapshot(_last_collection),
        (),
        "seconds",
    ),
    Family(
        # Figures are shown as listings end: until all have, sums over accounts and regions are low.
        "cloud_carbon_exporter_first_collection_done",
        "gauge",
        "Whether the first collection of every target has ended; "
        "until then sums are of a part, and totals are absent.",
        _of_first_collection(lambda snapshot: int(snapshot.first_collection_done)),
    ),
    Family(
        "cloud_carbon_exporter_first_collection_listings",
        "gauge",
        "How many listings there are, of all kinds in all places, as far as is known.",
        _of_first_collection(lambda snapshot: snapshot.listings_known),
    ),
    Family(
        "cloud_carbon_exporter_first_collection_listings_ended",
        "gauge",
        "How many of those have ended at least once, well or not.",
        _of_first_collection(lambda snapshot: snapshot.listings_ended),
    ),
    Family(
        "cloud_carbon_exporter_clock_step_seconds",
        "gauge",
        "How far the machine's clock is ahead of elapsed time, having been set; "
        "0 again once the new time is taken over.",
        FromSnapshot(_clock_step),
        (),
        "seconds",
    ),
    Family(
        "cloud_carbon_exporter_clock_steps_total",
        "counter",
        "How often the machine's clock was set by a minute or more.",
        FromSnapshot(_clock_steps),
    ),
    Family(
        "cloud_carbon_exporter_skipped_objects_total",
        "counter",
        "Objects left out, by reason: unreadable, or with the labels of another (duplicate).",
        FromContext(_skipped),
        ("cloud_provider", "kind", "reason"),
    ),
)
"""Skipped objects come last: they count what was dropped while the other families were written."""
