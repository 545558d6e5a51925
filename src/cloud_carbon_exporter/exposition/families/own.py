"""Families of the exporter itself: whether it works, what it calls, what that costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import product

from cloud_carbon_exporter.errors import REASONS
from cloud_carbon_exporter.exposition import coverage
from cloud_carbon_exporter.exposition.family import (
    Family,
    FamilySample,
    FromContext,
    FromSnapshot,
    RenderContext,
    from_mapping,
)
from cloud_carbon_exporter.exposition.label_names import ACCOUNT_LABELS
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.source_names import source_name

_BILLED_LABELS = (*ACCOUNT_LABELS, "api")
_UNREADABLE, _DUPLICATE = "unreadable", "duplicate"


def _build_info(context: RenderContext) -> Iterator[FamilySample]:
    yield FamilySample((context.version, context.model_version), 1.0)


def _interval(context: RenderContext) -> Iterator[FamilySample]:
    if context.interval_seconds:
        yield FamilySample((), context.interval_seconds)


def _targets_up(snapshot: Snapshot) -> Iterator[FamilySample]:
    for target in snapshot.targets:
        for account_id in target.account_ids or ("",):
            yield FamilySample((target.name, target.provider, account_id), int(target.up))


def _refused(snapshot: Snapshot) -> Iterator[FamilySample]:
    for refusal in snapshot.refused:
        labels = (refusal.provider, refusal.account_id, refusal.permission)
        yield FamilySample(labels, 1)


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


def _providers(snapshot: Snapshot) -> Iterable[str]:
    return dict.fromkeys(target.provider for target in snapshot.targets)


def _requests(snapshot: Snapshot) -> Iterator[FamilySample]:
    # by API: an account is asked by 200 operations, most of which never fail
    counts: Counter[tuple[str, str, str]] = Counter()
    for (provider, api, _operation, outcome), count in snapshot.api.requests.items():
        counts[provider, api, outcome] += count
    for labels, count in counts.items():
        yield FamilySample(labels, count)


def _errors(snapshot: Snapshot) -> Iterator[FamilySample]:
    # A counter that is not there at 0 hides its first error from rate() and increase().
    asked = [*_providers(snapshot), *(["kubernetes"] if snapshot.clusters.states else [])]
    counts = Counter(dict.fromkeys(product(asked, REASONS), 0))
    for (provider, _operation, reason), count in snapshot.api.errors.items():
        counts[provider, reason] += count
    for labels, count in counts.items():
        yield FamilySample(labels, count)


def _skipped(context: RenderContext) -> Iterator[FamilySample]:
    counts = Counter(
        dict.fromkeys(product(_providers(context.snapshot), (_UNREADABLE, _DUPLICATE)), 0)
    )
    for (provider, _kind, reason), count in context.snapshot.api.skipped.items():
        counts[provider, _DUPLICATE if reason == _DUPLICATE else _UNREADABLE] += count
    for dropped, count in context.duplicates.items():
        counts[dropped.provider, _DUPLICATE] += count
    for labels, count in counts.items():
        yield FamilySample(labels, count)


def _listed(snapshot: Snapshot) -> Iterator[FamilySample]:
    for (provider, account_id, source), count in snapshot.listed.items():
        yield FamilySample((provider, account_id, source_name(source)), count)


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
        "Whether a target's credentials answered the last time, by account that it has.",
        FromSnapshot(_targets_up),
        ("target", *ACCOUNT_LABELS),
    ),
    Family(
        "cloud_carbon_exporter_optional_refused",
        "gauge",
        "What is optional and the cloud does not allow; always 1. `check` says what for.",
        FromSnapshot(_refused),
        (*ACCOUNT_LABELS, "permission"),
    ),
    Family(
        "cloud_carbon_exporter_api_requests_total",
        "counter",
        "Calls made to the clouds, by outcome (success, or the reason of the error).",
        FromSnapshot(_requests),
        ("cloud_provider", "api", "outcome"),
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
        FromSnapshot(_errors),
        ("cloud_provider", "reason"),
    ),
    Family(
        # AWS' Resource Explorer and Google's Cloud Asset Inventory see kinds we have no listing
        # for.
        "cloud_carbon_exporter_listed_resources",
        "gauge",
        "How many resources another inventory of the provider counts, to hold ours against.",
        FromSnapshot(_listed),
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
        "cloud_carbon_exporter_collect_interval_seconds",
        "gauge",
        "How often the figures are made anew; absent where each scrape does it.",
        FromContext(_interval),
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
        ("cloud_provider", "reason"),
    ),
)
"""Skipped objects come last: they count what was dropped while the other families were written."""
