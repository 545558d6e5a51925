"""Families with one series a resource: power, emissions, counters, utilisation, info."""

from __future__ import annotations

from operator import attrgetter

from cloud_carbon_exporter.exposition.family import STEPS, Family, PerResource
from cloud_carbon_exporter.exposition.label_names import INFO_LABELS, RESOURCE_LABELS
from cloud_carbon_exporter.exposition.resource_lines import (
    Value,
    counter_lines,
    gauge_lines,
    info_lines,
    measured_at_lines,
)
from cloud_carbon_exporter.model.snapshot import Row
from cloud_carbon_exporter.model.types import Signal

_FOOTPRINT, _LOADS, _TOTALS = attrgetter("footprint"), attrgetter("loads"), attrgetter("totals")
_RESOURCE_AND_FOOTPRINT = attrgetter("resource", "footprint")
_BOUND_HELP = (
    "bound of the 90 % interval of the power drawn now; bounds do not add up, "
    "the account and total families have sums."
)


def operational_grams_per_second(row: Row) -> float | None:
    """Operational emissions of a row; None where no grid is known."""
    emissions = row.footprint.operational_grams_per_second
    return None if emissions is None else emissions.value


def _of_footprint(value: Value) -> PerResource:
    return PerResource(gauge_lines(value), _FOOTPRINT)


def _utilisation(signal: Signal) -> PerResource:
    def ratio(row: Row) -> float | None:
        return row.loads.get(signal)

    return PerResource(gauge_lines(ratio), _LOADS)


def _counted(total_name: str) -> PerResource:
    read_total = attrgetter(total_name)

    def value(row: Row) -> float | None:
        if row.totals is None:
            return None
        number: float = read_total(row.totals)
        return number

    return PerResource(counter_lines(value), _TOTALS)


RESOURCES: tuple[Family, ...] = (
    Family(
        "cloud_carbon_power_watts",
        "gauge",
        "Mean power drawn now, PUE included.",
        _of_footprint(attrgetter("footprint.power_watts.value")),
        RESOURCE_LABELS,
        "watts",
    ),
    Family(
        # Bounds are families, not labels: a label `bound` would be summed with the value by any
        # `sum`.
        "cloud_carbon_power_lower_watts",
        "gauge",
        f"Lower {_BOUND_HELP}",
        _of_footprint(attrgetter("footprint.power_watts.lower")),
        RESOURCE_LABELS,
        "watts",
    ),
    Family(
        "cloud_carbon_power_upper_watts",
        "gauge",
        f"Upper {_BOUND_HELP}",
        _of_footprint(attrgetter("footprint.power_watts.upper")),
        RESOURCE_LABELS,
        "watts",
    ),
    Family(
        "cloud_carbon_operational_emissions_grams_per_second",
        "gauge",
        "CO2eq emitted now by the power drawn: power times grid intensity.",
        _of_footprint(operational_grams_per_second),
        RESOURCE_LABELS,
        "grams_per_second",
    ),
    Family(
        "cloud_carbon_embodied_emissions_grams_per_second",
        "gauge",
        "CO2eq of manufacture, spread over the lifetime of the hardware.",
        _of_footprint(attrgetter("footprint.embodied_grams_per_second.value")),
        RESOURCE_LABELS,
        "grams_per_second",
    ),
    Family(
        # Joules and grams, Prometheus' base units: rate() of joules is watts.
        "cloud_carbon_energy_joules_total",
        "counter",
        f"Energy used: the integral of power.{STEPS}",
        _counted("energy_joules"),
        RESOURCE_LABELS,
        "joules",
    ),
    Family(
        "cloud_carbon_operational_emissions_grams_total",
        "counter",
        f"CO2eq emitted by the energy used: the integral of operational emissions.{STEPS}",
        _counted("operational_grams"),
        RESOURCE_LABELS,
        "grams",
    ),
    Family(
        "cloud_carbon_embodied_emissions_grams_total",
        "counter",
        f"CO2eq of manufacture: the integral of embodied emissions.{STEPS}",
        _counted("embodied_grams"),
        RESOURCE_LABELS,
        "grams",
    ),
    Family(
        # a moment, not an age: that would be written anew in each refresh
        "cloud_carbon_measurement_timestamp_seconds",
        "gauge",
        "When the newest utilisation used was measured; absent where nothing is measured.",
        PerResource(measured_at_lines, lambda row: row.measured_at),
        RESOURCE_LABELS,
        "seconds",
    ),
    Family(
        "cloud_carbon_cpu_utilisation_ratio",
        "gauge",
        "Share of the processors at work, as the power drawn now is estimated from; "
        "absent where it is not measured.",
        _utilisation("cpu_ratio"),
        RESOURCE_LABELS,
        "ratio",
    ),
    Family(
        "cloud_carbon_gpu_utilisation_ratio",
        "gauge",
        "Share of the accelerators at work, as the power drawn now is estimated from; "
        "absent where it is not measured.",
        _utilisation("gpu_ratio"),
        RESOURCE_LABELS,
        "ratio",
    ),
    Family(
        # The one family that says everything, whatever -metrics.labels leaves on the others.
        "cloud_carbon_resource_info",
        "gauge",
        "What the resource is and how its figures came about; always 1. "
        "reason: the gravest there is to doubt them, in an id; the API has all, in words. "
        "provider_id: what Kubernetes calls a machine, to be joined with kube_node_info.",
        PerResource(info_lines, _RESOURCE_AND_FOOTPRINT, "full"),
        INFO_LABELS,
    ),
)
