"""Metric families the exporter has, one row each: the one place of names and HELP.

docs/METRICS.md is printed from here. A module a concern:
    resources.py  one series a resource
    sums.py       sums by account, region and kind, and the ledger
    totals.py     sums by cloud and over all, with their bounds
    counted.py    what was counted, held against a bill
    models.py     language models: tokens, and joules of one
    places.py     grid intensity now, PUE and WUE of a region
    grid.py       what is foreseen of a grid, methods side by side, who was asked
    reported.py   what providers report, beside our own figure of the month
    calibration.py  ratio of both by service, and totals calibrated by it
    advice.py     what could be done: how much of it, and what it would save
    budgets.py    budgets of carbon: allowed, spent, left, foreseen
    kubernetes.py clusters split by workload, and how they were read
    sources.py    what short names of sources stand for
    demo.py       the made-up estate
    own.py        the exporter itself: health, calls, cost
    answer.py     the answer itself: series, size
    upstream.py   names of the original exporter
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from cloud_carbon_exporter.exposition.families.advice import ADVICE
from cloud_carbon_exporter.exposition.families.answer import ANSWER
from cloud_carbon_exporter.exposition.families.budgets import BUDGETS
from cloud_carbon_exporter.exposition.families.calibration import CALIBRATION
from cloud_carbon_exporter.exposition.families.collectors import COLLECTORS
from cloud_carbon_exporter.exposition.families.counted import COUNTED
from cloud_carbon_exporter.exposition.families.demo import DEMO
from cloud_carbon_exporter.exposition.families.grid import GRID, GRID_SOURCES
from cloud_carbon_exporter.exposition.families.kubernetes import KUBERNETES, KUBERNETES_READS
from cloud_carbon_exporter.exposition.families.models import MODELS
from cloud_carbon_exporter.exposition.families.own import OWN
from cloud_carbon_exporter.exposition.families.places import PLACES
from cloud_carbon_exporter.exposition.families.reported import REPORTED
from cloud_carbon_exporter.exposition.families.resources import RESOURCES
from cloud_carbon_exporter.exposition.families.sources import SOURCES
from cloud_carbon_exporter.exposition.families.sums import SUMS
from cloud_carbon_exporter.exposition.families.totals import TOTALS
from cloud_carbon_exporter.exposition.families.upstream import UPSTREAM
from cloud_carbon_exporter.exposition.family import Family

OF_ESTATE: tuple[Family, ...] = (
    *RESOURCES,
    *SUMS,
    *TOTALS,
    *COUNTED,
    *KUBERNETES,
    *MODELS,
    *PLACES,
    *GRID,
    *REPORTED,
    *CALIBRATION,
    *ADVICE,
    *BUDGETS,
    *SOURCES,
    *DEMO,
)
"""Families of what the clouds hold; -metrics.families chooses among them."""

OF_EXPORTER: tuple[Family, ...] = (*GRID_SOURCES, *KUBERNETES_READS, *COLLECTORS, *OWN, *ANSWER)
"""Families of the exporter itself, which are always there."""

FAMILIES: tuple[Family, ...] = (*OF_ESTATE, *OF_EXPORTER)
"""All families, in the order they are exposed; `process_*` and `python_*` stand before the last."""

__all__ = ["FAMILIES", "OF_ESTATE", "OF_EXPORTER", "UPSTREAM", "matching"]


def matching(patterns: Iterable[str]) -> frozenset[str]:
    """Names of the families, upstream's included, that match one of the patterns."""
    wanted = tuple(patterns)
    names = set()
    for family in (*FAMILIES, *UPSTREAM):
        if any(fnmatchcase(family.name, pattern) for pattern in wanted):
            names.add(family.name)
    return frozenset(names)
