"""Metrics of a common form: counters as rates, levels by the hour or day, per cents as ratios."""

from __future__ import annotations

from collections.abc import Mapping

from cloud_carbon_exporter.model.types import Signal
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB
from cloud_carbon_exporter.providers.aws.describing.lateness import delay_seconds
from cloud_carbon_exporter.providers.spec import Metric

MINUTES = 300
HOUR = 3600
DAY = 24 * HOUR
# How many hours an hourly level still speaks for the present: bytes kept change slowly.
_LATE_HOURS = 6
# The same of daily ones.
_LATE_DAYS = 3


def rate(
    into: Signal,
    namespace: str,
    name: str,
    dimensions: Mapping[str, str],
    *,
    fixed: Mapping[str, str] | None = None,
    scale: float = 1.0,
    region: str = "",
) -> Metric:
    """Counter of bytes, requests or tokens, as its own unit a second, for each five minutes."""
    return Metric(
        into=into,
        namespace=namespace,
        name=name,
        statistic="Sum",
        dimensions=dimensions,
        fixed=fixed or {},
        scale=scale / MINUTES,
        period_seconds=MINUTES,
        region=region,
        absent=0,
        delay_seconds=delay_seconds(namespace),
    )


def hourly(
    into: Signal, namespace: str, name: str, dimensions: Mapping[str, str], *, scale: float = 1.0
) -> Metric:
    """Counter of things so many, and of so little power, that to read them oftener costs more."""
    return Metric(
        into=into,
        namespace=namespace,
        name=name,
        statistic="Sum",
        dimensions=dimensions,
        scale=scale / HOUR,
        period_seconds=HOUR,
        valid_seconds=3 * HOUR,
        every_seconds=HOUR,
        absent=0,
        delay_seconds=delay_seconds(namespace),
    )


def level(
    into: Signal,
    namespace: str,
    name: str,
    dimensions: Mapping[str, str],
    *,
    fixed: Mapping[str, str] | None = None,
    scale: float = 1.0,
    over: str = "",
    spread: str = "",
) -> Metric:
    """Level of what is kept, read once an hour: bytes of a volume, or a share of its capacity."""
    return Metric(
        into=into,
        namespace=namespace,
        name=name,
        dimensions=dimensions,
        fixed=fixed or {},
        scale=scale,
        over=over,
        spread=spread,
        period_seconds=HOUR,
        valid_seconds=_LATE_HOURS * HOUR,
        every_seconds=HOUR,
    )


def percent(
    into: Signal,
    namespace: str,
    name: str,
    dimensions: Mapping[str, str],
    *,
    over: str = "",
    spread: str = "",
) -> Metric:
    """Mean in per cent as a ratio. over: key of Resource.monitor with how many it is a sum over."""
    return Metric(
        into=into,
        namespace=namespace,
        name=name,
        dimensions=dimensions,
        scale=0.01,
        over=over,
        spread=spread,
    )


def daily_bytes(
    namespace: str, name: str, dimensions: Mapping[str, str], *, apart: str = ""
) -> Metric:
    """Bytes kept, which S3 tells once a day. apart: the dimension that tells classes apart."""
    return Metric(
        into="stored_gib",
        namespace=namespace,
        name=name,
        dimensions=dimensions,
        class_dimension=apart,
        scale=1 / BYTES_PER_GIB,
        period_seconds=DAY,
        valid_seconds=_LATE_DAYS * DAY,
        every_seconds=DAY,
    )


def daily_sum(into: Signal, namespace: str, name: str, dimensions: Mapping[str, str]) -> Metric:
    """Counter of what is so many, and draws so little, that once a day is enough."""
    return Metric(
        into=into,
        namespace=namespace,
        name=name,
        statistic="Sum",
        dimensions=dimensions,
        scale=1 / DAY,
        period_seconds=DAY,
        valid_seconds=_LATE_DAYS * DAY,
        every_seconds=DAY,
        absent=0,
        delay_seconds=delay_seconds(namespace),
    )
