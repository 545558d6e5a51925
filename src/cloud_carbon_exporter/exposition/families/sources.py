"""Family of sources: what the short names stand for that other families have as label `source`."""

from __future__ import annotations

from collections.abc import Iterator

from cloud_carbon_exporter.exposition.family import Family, FamilySample, FromSnapshot
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.source_names import source_name, texts


def _named(snapshot: Snapshot) -> Iterator[str]:
    """Every source of the Snapshot, as it is told."""
    for place in snapshot.places:
        for intensity in place.intensities:
            yield intensity.source
    for forecast in snapshot.grid.forecasts:
        yield forecast.source
    for asked in snapshot.grid.sources:
        yield asked.source
    for report in snapshot.reported:
        yield report.source
    for calibration in snapshot.calibrations:
        yield calibration.source
    for month in snapshot.reported_months:
        yield month.source
    for _, _, inventory in snapshot.listed:
        yield inventory


def _sources(snapshot: Snapshot) -> Iterator[FamilySample]:
    for name in sorted(set(map(source_name, _named(snapshot)))):
        yield FamilySample((name, texts()[name]), 1)


SOURCES: tuple[Family, ...] = (
    Family(
        # The one label that is prose: no other family has it, and no query groups by it.
        "cloud_carbon_source_info",
        "gauge",
        "What the short name of a source stands for; always 1.",
        FromSnapshot(_sources),
        ("source", "text"),
    ),
)
