"""Metrics of the process are written as prometheus_client writes them, to the letter."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.registry import Collector

from cloud_carbon_exporter.exposition import Format
from cloud_carbon_exporter.web.process_metrics import _collectors, process_metrics, written


class Frozen(Collector):
    """What was read once."""

    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Sequence[Metric]:
        return self._families


@pytest.mark.parametrize(
    ("format_", "generate"), [("text", generate_latest), ("openmetrics", generate_openmetrics)]
)
def test_they_are_what_prometheus_client_writes(
    format_: Format, generate: Callable[[CollectorRegistry], bytes]
) -> None:
    families = tuple(_collectors().collect())
    registry = CollectorRegistry()
    registry.register(Frozen(families))
    assert written(families, format_) == generate(registry)


def test_they_are_read_anew_each_time() -> None:
    before = process_metrics("text")
    held = [bytearray(1 << 20) for _ in range(64)]
    assert process_metrics("text") != before
    assert held
