"""Metrics of the process itself: memory, processor time, open files, Python's garbage collector."""

from __future__ import annotations

import functools

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from cloud_carbon_exporter.exposition import Format


@functools.cache
def _registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    # registered apart: prometheus_client's own registry would take in what libraries register
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


def process_metrics(format_: Format) -> bytes:
    """`process_*` and `python_*`, read now, in one format."""
    generate = generate_openmetrics if format_ == "openmetrics" else generate_latest
    return generate(_registry())
