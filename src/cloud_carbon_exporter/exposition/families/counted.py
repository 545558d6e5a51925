"""Family of the comparison with a bill: what was counted of one that was billed."""

from __future__ import annotations

from collections.abc import Iterator

from cloud_carbon_exporter.exposition.family import Family, FamilySample, FromSnapshot
from cloud_carbon_exporter.exposition.label_names import ACCOUNT_LABELS
from cloud_carbon_exporter.model.comparison import ComparedLine
from cloud_carbon_exporter.model.snapshot import Snapshot

RATIO = "cloud_carbon_counted_hours_ratio"
RATIO_HELP = (
    "What was counted of one that was billed, over the whole days that both have, as the newest "
    "file of history -compare live says (-history.compared)."
)
# Not in the order of sums: ratios do not add up, whatever labels are left out.
RATIO_LABELS = (*ACCOUNT_LABELS, "kind", "unit", "cloud_region")


def ratio_labels(line: ComparedLine) -> tuple[str, ...]:
    """Values of the labels of a line."""
    return (line.provider, line.account_id, line.kind, line.unit, line.region)


def _ratios(snapshot: Snapshot) -> Iterator[FamilySample]:
    for line in snapshot.compared:
        if line.ratio is not None:
            yield FamilySample(ratio_labels(line), line.ratio)


COUNTED: tuple[Family, ...] = (
    Family(RATIO, "gauge", RATIO_HELP, FromSnapshot(_ratios), RATIO_LABELS, "ratio"),
)
