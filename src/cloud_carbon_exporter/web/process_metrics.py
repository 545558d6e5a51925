"""Metrics of the process itself: memory, processor time, open files, Python's garbage collector.

Read by prometheus_client's collectors, and written here as its `generate_latest` does, in half
the time: that was the longest part of a scrape that is not sending it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import NamedTuple

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.metrics_core import Metric
from prometheus_client.utils import floatToGoString

from cloud_carbon_exporter.exposition import Format
from cloud_carbon_exporter.exposition.labels import pairs

_EOF = "# EOF\n"
_number: Callable[[float], str] = floatToGoString  # which has no types


class _Collectors(NamedTuple):
    process: ProcessCollector
    platform: PlatformCollector
    collections: GCCollector

    def collect(self) -> Iterator[Metric]:
        yield from self.process.collect()
        yield from self.platform.collect()
        yield from self.collections.collect()


@cache
def _collectors() -> _Collectors:
    # a registry of their own: prometheus_client's would take in what libraries register
    registry = CollectorRegistry()
    return _Collectors(
        ProcessCollector(registry=registry),
        PlatformCollector(registry=registry),
        GCCollector(registry=registry),
    )


def process_metrics(format_: Format) -> bytes:
    """`process_*` and `python_*`, read now, in one format."""
    return written(_collectors().collect(), format_)


def written(families: Iterable[Metric], format_: Format) -> bytes:
    """Gauges and counters without unit, as prometheus_client writes them."""
    lines: list[str] = []
    for family in families:
        lines.append(_head(family.name, family.documentation, family.type, format_))
        for sample in family.samples:
            series = _series(sample.name, tuple(sample.labels.items()))
            lines.append(f"{series} {_number(sample.value)}\n")
    if format_ == "openmetrics":
        lines.append(_EOF)
    return "".join(lines).encode()


@cache
def _head(name: str, documentation: str, type_: str, format_: Format) -> str:
    """HELP and TYPE. The older format calls a counter by the name of its samples."""
    if format_ == "text" and type_ == "counter":
        name = f"{name}_total"
    return f"# HELP {name} {documentation}\n# TYPE {name} {type_}\n"


@cache
def _series(name: str, labels: tuple[tuple[str, str], ...]) -> str:
    return f"{name}{{{pairs(sorted(labels))}}}" if labels else name
