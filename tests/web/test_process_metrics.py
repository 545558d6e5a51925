"""Metrics of the process are written as prometheus_client writes them, to the letter."""

from __future__ import annotations

import gc
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


def _told(text: bytes) -> dict[str, float]:
    """Lines without their numbers, and the numbers."""
    told: dict[str, float] = {}
    for line in text.decode().splitlines():
        series, _, number = line.rpartition(" ")
        told[line if line.startswith("#") else series] = 0 if line[0] == "#" else float(number)
    return told


@pytest.mark.parametrize("format_", ["text", "openmetrics"])
def test_they_are_read_as_prometheus_client_reads_them(format_: Format) -> None:
    gc.disable()  # or a collection between the two would be told by one of them
    try:
        theirs = _told(written(_collectors().collect(), format_))
        ours = _told(process_metrics(format_))
    finally:
        gc.enable()
    assert list(ours) == list(theirs)
    for series, number in theirs.items():
        assert ours[series] == pytest.approx(number, rel=0.05, abs=1), series


def test_where_proc_is_hidden_they_are_what_prometheus_client_can_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def hidden() -> None:
        raise FileNotFoundError("/proc/self/stat")

    monkeypatch.setattr("cloud_carbon_exporter.web.process_metrics._of_process", hidden)
    assert b"python_info{" in process_metrics("text")
