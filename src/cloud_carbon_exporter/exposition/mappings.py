"""Samples of figures that stand in the Snapshot by their label values already."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from cloud_carbon_exporter.exposition.family import FamilySample, FromSnapshot
from cloud_carbon_exporter.model.types import Snapshot


def samples_of_mapping(
    figures: Callable[[Snapshot], Mapping[tuple[str, ...], float]],
) -> FromSnapshot:
    """Source of a mapping from label values to a number."""

    def samples(snapshot: Snapshot) -> Iterator[FamilySample]:
        for labels, number in figures(snapshot).items():
            yield FamilySample(labels, number)

    return FromSnapshot(samples)
