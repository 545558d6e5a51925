"""Rows of the metric families: each whole, named as Prometheus and OpenMetrics ask."""

from __future__ import annotations

import re

import pytest
from tests.over_all import over_all

from cloud_carbon_exporter.exposition import FAMILIES, OF_EXPORTER, UPSTREAM, Family
from cloud_carbon_exporter.exposition.family import FromSnapshot, FromSums
from cloud_carbon_exporter.exposition.label_names import ACCOUNT_KIND_LABELS

EVERY = (*FAMILIES, *UPSTREAM)
NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def names(families: tuple[Family, ...]) -> list[str]:
    return [family.name for family in families]


def test_no_name_stands_twice() -> None:
    assert len(set(names(EVERY))) == len(EVERY)


@over_all("family", EVERY, ids=names(EVERY))
def test_a_row_is_whole(family: Family) -> None:
    assert NAME.fullmatch(family.name)
    assert family.help.endswith("."), "HELP is a sentence"
    assert all(map(NAME.fullmatch, family.labels))
    assert len(set(family.labels)) == len(family.labels)


@over_all("family", FAMILIES, ids=names(FAMILIES))
def test_a_name_ends_with_its_unit_and_a_counter_with_total(family: Family) -> None:
    assert (family.type == "counter") == family.name.endswith("_total")
    assert family.name.removesuffix("_total").endswith(family.unit)


def test_sums_by_account_region_and_kind_are_summed_and_nothing_else_is() -> None:
    """-metrics.aggregate leaves labels out: what stands by them must be summed, or be our own."""
    for family in FAMILIES:
        stands_by = family.labels[: len(ACCOUNT_KIND_LABELS)]
        by_account_kind = stands_by == ACCOUNT_KIND_LABELS and family not in OF_EXPORTER
        assert (family.summed != "never") == by_account_kind, family.name
        summed_anew = by_account_kind and isinstance(family.source, FromSums)
        assert (family.summed == "interval") == summed_anew


def test_the_exporters_own_are_named_for_it() -> None:
    prefixed = [name for name in names(FAMILIES) if name.startswith("cloud_carbon_exporter_")]
    assert prefixed == names(OF_EXPORTER)


def test_only_sums_have_an_interval() -> None:
    with pytest.raises(ValueError, match="only sums"):
        Family("x", "gauge", "X.", FromSnapshot(lambda _: ()), summed="interval")
