"""Families of the comparison with what providers report: ratios, and totals calibrated by them.

They stand beside the estimates, under names and labels of their own: nothing else is changed by
them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from cloud_carbon_exporter.exposition.family import (
    Family,
    FamilySample,
    FromSnapshot,
)
from cloud_carbon_exporter.exposition.label_names import ACCOUNT_LABELS
from cloud_carbon_exporter.model.months import Calibration
from cloud_carbon_exporter.model.reported_services import service_of
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.source_names import source_name
from cloud_carbon_exporter.model.types import Estimate

_SHOWN: tuple[tuple[str, str, Callable[[Estimate], float]], ...] = (
    ("", "", lambda ratio: ratio.value),
    ("lower_", "Lower bound of the 90 % interval: ", lambda ratio: ratio.lower),
    ("upper_", "Upper bound of the 90 % interval: ", lambda ratio: ratio.upper),
)
_RATIO_LABELS = (*ACCOUNT_LABELS, "cloud_region", "service", "scope", "method", "source")
_TOTAL_LABELS = (*ACCOUNT_LABELS, "cloud_region", "service", "method", "source")


class _Part(NamedTuple):
    provider: str
    account_id: str
    region: str
    service: str


def _per_ratio(number: Callable[[Calibration], float]) -> FromSnapshot:
    def samples(snapshot: Snapshot) -> Iterator[FamilySample]:
        for known in snapshot.calibrations:
            of = (known.provider, known.account_id, known.region, known.service)
            how = (known.scope, known.method, source_name(known.source))
            yield FamilySample((*of, *how), number(known))

    return FromSnapshot(samples)


def _ratios(bound: Callable[[Estimate], float]) -> FromSnapshot:
    return _per_ratio(lambda known: bound(known.ratio))


def _calibrated(bound: Callable[[Estimate], float]) -> FromSnapshot:
    """Grams a second of each service and region, times its ratio, else the service's own."""

    def samples(snapshot: Snapshot) -> Iterator[FamilySample]:
        ratios: dict[_Part, list[Calibration]] = defaultdict(list)
        for known in snapshot.calibrations:
            if known.scope == "total":
                part = _Part(known.provider, known.account_id, known.region, known.service)
                ratios[part].append(known)
        for part, grams_per_second in _by_service(snapshot).items():
            everywhere = part._replace(region="")
            for known in ratios[part] or ratios[everywhere]:
                labels = (*part, known.method, source_name(known.source))
                yield FamilySample(labels, grams_per_second * bound(known.ratio))

    return FromSnapshot(samples)


def _by_service(snapshot: Snapshot) -> dict[_Part, float]:
    """Operational and embodied grams a second now, of services that reports have."""
    sums: dict[_Part, float] = defaultdict(float)
    if not snapshot.calibrations:
        return sums
    for row in snapshot.accounts_now():
        service = service_of(row.provider, row.kind)
        if service:
            now = row.now
            grams = now.operational_grams_per_second.value + now.embodied_grams_per_second.value
            sums[_Part(row.provider, row.account_id, row.region, service)] += grams
    return sums


def _families(
    name: str,
    unit: str,
    what: str,
    source: Callable[[Callable[[Estimate], float]], FromSnapshot],
    labels: tuple[str, ...],
) -> Iterator[Family]:
    """The value of a figure, and each bound of it."""
    for word, head, bound in _SHOWN:
        help_text = f"{head}{what}" if head else f"{what[0].upper()}{what[1:]}"
        yield Family(f"{name}_{word}{unit}", "gauge", help_text, source(bound), labels, unit)


def _model_versions(snapshot: Snapshot) -> Iterator[FamilySample]:
    told: dict[tuple[str, ...], None] = {}
    for report in snapshot.reported:
        if report.model_version:
            source = source_name(report.source)
            told[report.provider, report.account_id, source, report.model_version] = None
    for labels in told:
        yield FamilySample(labels, 1)


def _restated(snapshot: Snapshot) -> Iterator[FamilySample]:
    told: dict[tuple[str, ...], set[float]] = defaultdict(set)
    for month in snapshot.reported_months:
        again = {month.start} if month.restated else set()
        told[month.provider, month.account_id, source_name(month.source)] |= again
    for labels, months in told.items():
        yield FamilySample(labels, len(months))


CALIBRATION: tuple[Family, ...] = (
    *_families(
        "cloud_carbon_calibration",
        "ratio",
        "what the provider reports over our own figure of the same whole months, by service and "
        "region; over all of them where none is named.",
        _ratios,
        _RATIO_LABELS,
    ),
    Family(
        "cloud_carbon_calibration_months",
        "gauge",
        "How many whole months that ratio is of.",
        _per_ratio(lambda known: len(known.months)),
        _RATIO_LABELS,
    ),
    *_families(
        "cloud_carbon_calibrated_emissions",
        "grams_per_second",
        "operational and embodied CO2eq of a service now, times what its provider reports over "
        "our own figure: no part of any other total.",
        _calibrated,
        _TOTAL_LABELS,
    ),
    Family(
        "cloud_carbon_provider_model_info",
        "gauge",
        "Version of the provider's own model that made its newest report, where it tells one.",
        FromSnapshot(_model_versions),
        (*ACCOUNT_LABELS, "source", "model_version"),
    ),
    Family(
        "cloud_carbon_provider_restated_months",
        "gauge",
        "How many of the months kept the provider has told again with other figures.",
        FromSnapshot(_restated),
        (*ACCOUNT_LABELS, "source"),
    ),
)
