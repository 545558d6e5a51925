"""Every metric that is read, held against Google's own lists of metrics and monitored resources."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.fakes.gcp_metric_types import METRICS, PLACES, PROJECTS, RESOURCES, MetricType
from tests.fakes.gcp_monitoring import valid_for
from tests.over_all import over_all

from cloud_carbon_exporter.model.types import SIGNALS
from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.spec import Metric

pytestmark = pytest.mark.slow

READ = [metric for spec in PROVIDER.services for metric in spec.metrics]
over_all_read = over_all("metric", READ, ids=lambda metric: f"{metric.namespace} {metric.name}")

_GIB = 1024**3
_NODE = "metadata.system_labels.node_name"
_RATIOS = {"%": 0.01, "percent": 0.01, "10^2.%": 1.0, "1": 1.0}
_GIBIBYTES = {"By": 1 / _GIB, "GiBy": 1.0, "GiBy.s": 1.0}
_CORES = ("s{CPU}", "s{vCPU}", "{cpu}")
"""Units of what counts cores that work; the first two when their rate is taken."""


def asked_for(metric: Metric) -> tuple[str, ...]:
    """Types of resources whose series it asks for."""
    return (metric.namespace,) if metric.namespace else METRICS[metric.name].resources


def labels(metric: Metric, owner: str) -> Iterator[str]:
    """Labels it names, of the resource or its own."""
    extra = (metric.spread, metric.class_dimension)
    for label in (*metric.dimensions, *metric.fixed, *extra):
        where, _, name = label.partition(".label.")
        if where == owner:
            yield name


def factor(metric: Metric, known: MetricType) -> float:
    """Factor from Google's unit to the signal's. Raises KeyError where they have none."""
    if metric.into.endswith("_ratio"):
        if known.unit in _CORES:
            assert metric.over, "what counts cores is divided by them"
            return 1.0
        return _RATIOS[known.unit]
    if metric.into.endswith("_gib"):
        return _GIBIBYTES[known.unit]
    if metric.into == "bytes":
        return {"By": 1.0}[known.unit]
    return 1e-9 if known.unit == "ns" else 1.0


@over_all_read
def test_it_is_in_googles_list_for_that_resource(metric: Metric) -> None:
    assert metric.into in SIGNALS
    assert set(asked_for(metric)) <= set(METRICS[metric.name].resources)


@over_all_read
def test_its_aligner_fits_its_kind(metric: Metric) -> None:
    """A mean is of what is there now; of what went on since the last sample it is its rate."""
    known = METRICS[metric.name]
    aligner, _, reducer = metric.statistic.partition("/")
    assert valid_for(aligner, known.kind, known.value_type)
    if known.value_type == "DISTRIBUTION":
        there = ("ALIGN_SUM", "ALIGN_PERCENTILE_50")
        assert aligner in (there if known.kind == "GAUGE" else ("ALIGN_DELTA",))
    else:
        assert aligner == ("ALIGN_MEAN" if known.kind == "GAUGE" else "ALIGN_RATE")
    assert reducer in ("", "REDUCE_MEAN", "REDUCE_SUM")


@over_all_read
def test_its_unit_is_scaled_to_the_signals(metric: Metric) -> None:
    assert metric.scale == factor(metric, METRICS[metric.name])


@over_all_read
def test_its_labels_are_those_of_the_resource_and_the_metric(metric: Metric) -> None:
    assert set(labels(metric, "metric")) <= METRICS[metric.name].labels
    for resource in asked_for(metric):
        assert set(labels(metric, "resource")) <= RESOURCES[resource].labels


@over_all_read
def test_what_is_named_alike_in_two_regions_is_told_apart(metric: Metric) -> None:
    if _NODE in metric.dimensions:
        return  # GKE draws part of a node's name by lot
    joined = {*labels(metric, "resource")}
    for resource in asked_for(metric):
        known = RESOURCES[resource]
        places = known.labels & PLACES
        if places and not (known.one_of and known.one_of <= joined):
            assert joined & places, f"a name of {resource} is of one in its region only"


@over_all_read
def test_ratios_of_several_places_are_not_added_up(metric: Metric) -> None:
    """Shares of what is provisioned in a region are a sum there, and a mean of the regions."""
    if metric.into.endswith("_ratio") and metric.statistic.endswith("REDUCE_SUM"):
        kept = {*labels(metric, "resource")}
        for resource in asked_for(metric):
            assert metric.over or kept & PLACES or not RESOURCES[resource].labels & PLACES


@over_all_read
def test_it_is_waited_for_as_long_as_google_says(metric: Metric) -> None:
    hidden = METRICS[metric.name].hidden_seconds
    assert metric.delay_seconds == max(0, hidden - PROVIDER.settle_seconds)


def test_the_tables_name_each_other() -> None:
    for known in METRICS.values():
        assert known.kind in ("GAUGE", "DELTA", "CUMULATIVE")
        assert set(known.resources) <= RESOURCES.keys()
    for resource in RESOURCES.values():
        assert len(resource.labels & PROJECTS) == 1
        assert resource.one_of <= resource.labels


def test_what_few_lists_leave_open_is_said_so() -> None:
    """Most rows are Google's word; of thirteen no list was found to tell how late they are."""
    open_rows = [name for name, known in METRICS.items() if not known.documented]
    assert len(open_rows) <= 13, open_rows
