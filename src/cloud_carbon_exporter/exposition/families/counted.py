"""Family of the comparison with a bill: what was counted of one that was billed."""

from __future__ import annotations

from collections.abc import Iterator

from cloud_carbon_exporter.exposition.family import Family, FamilySample, FromSnapshot
from cloud_carbon_exporter.exposition.label_names import ACCOUNT_KIND_LABELS
from cloud_carbon_exporter.model.snapshot import Snapshot

RATIO = "cloud_carbon_counted_hours_ratio"
RATIO_HELP = (
    "What was counted of one that was billed, over the whole days that both have, as the newest "
    "file of history -compare live says (-history.compared)."
)
RATIO_LABELS = (*ACCOUNT_KIND_LABELS, "unit")


def _ratios(snapshot: Snapshot) -> Iterator[FamilySample]:
    for line in snapshot.compared:
        if line.ratio is not None:
            yield FamilySample(line[: len(RATIO_LABELS)], line.ratio)


COUNTED: tuple[Family, ...] = (
    Family(RATIO, "gauge", RATIO_HELP, FromSnapshot(_ratios), RATIO_LABELS, "ratio"),
)
