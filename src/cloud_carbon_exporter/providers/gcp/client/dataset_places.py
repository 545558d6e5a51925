"""Places of BigQuery's datasets: where the slots of a project work, as its metrics do not say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from cloud_carbon_exporter.providers.gcp.describing.asset import project, region_of
from cloud_carbon_exporter.providers.spec import Raw, Scope

_TYPE = "bigquery.googleapis.com/Dataset"


class DatasetPlaces:
    """Regions of the datasets of each project, of this listing and the one before."""

    def __init__(self) -> None:
        self._now: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._before: Mapping[str, Counter[str]] = {}

    def begin(self) -> None:
        """Another listing begins."""
        self._before = self._now or self._before
        self._now = defaultdict(Counter)

    def see(self, page: Sequence[Raw], scope: Scope) -> None:
        """Datasets of one page; one that cannot be read is left to `describe`, which says so."""
        for raw in page:
            if raw.get("assetType") != _TYPE:
                continue
            try:
                self._now[project(raw, scope)][region_of(raw)] += 1
            except (AttributeError, KeyError, TypeError):
                continue

    def regions(self) -> Mapping[str, str]:
        """Region in which most datasets of a project stand, by project."""
        counted = {**self._now, **self._before}  # a whole listing before half of one
        return {name: _most(regions) for name, regions in counted.items()}


def _most(regions: Counter[str]) -> str:
    return max(sorted(regions), key=regions.__getitem__)
