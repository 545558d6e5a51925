"""Metrics of a common form: what passed in a period becomes so much a second, and silence means
that nothing passed.
"""

from __future__ import annotations

from collections.abc import Mapping

from cloud_carbon_exporter.model.types import Signal
from cloud_carbon_exporter.providers.spec import Metric

MINUTES = 300
HOUR = 3600


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
    """What a counter of bytes, requests or tokens says, in its own unit a second, for each five
    minutes.
    """
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
    )


def hourly(
    into: Signal, namespace: str, name: str, dimensions: Mapping[str, str], *, scale: float = 1.0
) -> Metric:
    """The same for things that draw so little, and are so many, that reading them more often would
    cost more.
    """
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
    )


def percent(
    into: Signal, namespace: str, name: str, dimensions: Mapping[str, str], *, over: str = ""
) -> Metric:
    """A mean in per cent as a ratio. over: key of Resource.monitor with how many cores or boards it
    is a sum over.
    """
    return Metric(
        into=into, namespace=namespace, name=name, dimensions=dimensions, scale=0.01, over=over
    )
