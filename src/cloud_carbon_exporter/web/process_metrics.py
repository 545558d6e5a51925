"""Metrics of the process itself: memory, processor time, open files, Python's garbage collector.

As prometheus_client's collectors read them and its `generate_latest` writes them, in a fifth of the
time: that was the longest part of a scrape that is not sending it. What they are called, and what
does not change, is read with its collectors, once.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.metrics_core import Metric
from prometheus_client.utils import floatToGoString

from cloud_carbon_exporter.exposition import Format
from cloud_carbon_exporter.exposition.labels import pairs

_EOF = "# EOF\n"
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_OF_GENERATION = {
    "python_gc_objects_collected_total": "collected",
    "python_gc_objects_uncollectable_total": "uncollectable",
    "python_gc_collections_total": "collections",
}
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


class _Sample(NamedTuple):
    """Sample of a process metric: its name and generation, and its line up to the number."""

    name: str
    generation: str
    line: str
    first: float


@cache
def _samples(format_: Format) -> Sequence[_Sample]:
    """All samples, as they were read first; the lines before each of them stand in its own."""
    samples: list[_Sample] = []
    for family in _collectors().collect():
        before = _head(family.name, family.documentation, family.type, format_)
        for sample in family.samples:
            line = f"{before}{_series(sample.name, tuple(sample.labels.items()))} "
            generation = sample.labels.get("generation", "")
            samples.append(_Sample(sample.name, generation, line, sample.value))
            before = ""
    return samples


def process_metrics(format_: Format) -> bytes:
    """`process_*` and `python_*`, read now, in one format."""
    try:
        now = _of_process()
    except (OSError, ValueError, IndexError):  # no Linux, or /proc is hidden
        return written(_collectors().collect(), format_)
    generations = gc.get_stats()
    lines: list[str] = []
    for name, generation, line, first in _samples(format_):
        if generation:
            number = float(generations[int(generation)][_OF_GENERATION[name]])
        else:
            number = now.get(name, first)
        lines.append(f"{line}{_number(number)}\n")
    if format_ == "openmetrics":
        lines.append(_EOF)
    return "".join(lines).encode()


def _of_process() -> Mapping[str, float]:
    """What changes of the process; see proc_pid_stat(5), whose fields are counted from 1."""
    # The name before them may hold spaces and brackets.
    fields = Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()
    user, system, size, pages = (int(fields[number - 3]) for number in (14, 15, 23, 24))
    return {
        "process_cpu_seconds_total": user / _TICKS + system / _TICKS,
        "process_virtual_memory_bytes": float(size),
        "process_resident_memory_bytes": float(pages * _PAGE_BYTES),
        "process_open_fds": float(sum(1 for _ in os.scandir("/proc/self/fd"))),
    }


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
