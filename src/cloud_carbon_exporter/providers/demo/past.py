"""Past of the made-up estate: what its monitoring would have said at any moment before now."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Resource, Signal
from cloud_carbon_exporter.providers.demo.day import SLOT_SECONDS
from cloud_carbon_exporter.providers.demo.series import read_points, window
from cloud_carbon_exporter.providers.demo.services import SPECS
from cloud_carbon_exporter.providers.spec import Read

_METRICS = {service.kind: service.metrics for service in SPECS}


def loads_at(resource: Resource, at: float, seed: int) -> dict[Signal, float]:
    """Loads of a resource in the slot that begins at a moment."""
    within, loads = window(at, at + SLOT_SECONDS), dict[Signal, float]()
    for metric in _METRICS.get(resource.kind, ()):
        for series in read_points(Read(resource, metric, at), within, seed):
            loads[series.signal] = series.points[0].value
    return loads
