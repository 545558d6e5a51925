"""What -metrics.upstream-names adds: the names existing dashboards of the original (a Go program)
query.
"""

from __future__ import annotations

from cloud_carbon_exporter.exposition.family import Family, gauge

_UPSTREAM = (
    "explorer",
    "kind",
    "location",
    "az",
    "zone",
    "region",
    "instance_id",
    "volume_id",
    "volume_type",
    "bucket_name",
    "instance_name",
    "disk_name",
    "cloud_resource_id",
)

UPSTREAM: tuple[Family, ...] = (
    gauge("estimated_watts", "Name of the Go exporter for cloud_carbon_power_watts.", _UPSTREAM),
    gauge(
        "estimated_g_co2eq_second",
        "Name of the Go exporter for cloud_carbon_operational_emissions_grams_per_second.",
        _UPSTREAM,
    ),
    gauge(
        "estimated_usage_emissions_kgCO2eq_day",
        "Name of the Go exporter for operational emissions, in kilograms a day.",
        _UPSTREAM,
    ),
    gauge(
        "estimated_embodied_emissions_kgCO2eq_day",
        "Name of the Go exporter for embodied emissions, in kilograms a day.",
        _UPSTREAM,
    ),
    gauge(
        "collect_duration_ms",
        "Name of the Go exporter for the longest collector duration, in milliseconds.",
    ),
    gauge("error_count", "Name of the Go exporter for the errors since the start."),
    gauge("api_calls", "Name of the Go exporter for the API calls since the start."),
)
"""What -metrics.upstream-names adds: the names existing dashboards of the original (a Go program)
query.
"""
