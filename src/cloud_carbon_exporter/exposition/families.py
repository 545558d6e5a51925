"""Every metric family the exporter has: the one place of names and HELP. docs/METRICS.md is printed
from here.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from cloud_carbon_exporter.exposition import grid, months
from cloud_carbon_exporter.exposition.family import Family
from cloud_carbon_exporter.exposition.family import counter as _counter
from cloud_carbon_exporter.exposition.family import gauge as _gauge
from cloud_carbon_exporter.exposition.upstream_families import UPSTREAM

RESOURCE = (
    "cloud_provider",
    "cloud_account_id",
    "cloud_region",
    "cloud_availability_zone",
    "kind",
    "cloud_resource_id",
    "cloud_resource_name",
)
"""Labels of every per-resource series, in the order they are written; the allow-listed `tag_*`
follow them.
"""

INFO = ("host_type", "architecture", "cpu", "basis", "reason", "model_version")
ACCOUNT = ("cloud_provider", "cloud_account_id", "cloud_region", "kind")
PLACE = ("cloud_provider", "cloud_region")
GRID = (*PLACE, "method", "source")
REPORTED = ("cloud_provider", "cloud_account_id", "cloud_region", "service", "method", "source")
BILLED = ("cloud_provider", "cloud_account_id", "api")

_SUM_HELP = "Sum over the resources of one account, region and kind, of what has vanished too: "
_BOUND_HELP = "bound of the 90 % interval of the power drawn now; bounds do not add up, the account families have sums."

RESOURCES: tuple[Family, ...] = (
    _gauge("cloud_carbon_power_watts", "Mean power drawn now, PUE included.", RESOURCE, "watts"),
    _gauge("cloud_carbon_power_lower_watts", f"Lower {_BOUND_HELP}", RESOURCE, "watts"),
    _gauge("cloud_carbon_power_upper_watts", f"Upper {_BOUND_HELP}", RESOURCE, "watts"),
    _gauge(
        "cloud_carbon_operational_emissions_grams_per_second",
        "CO2eq emitted now by the power drawn: power times grid intensity.",
        RESOURCE,
        "grams_per_second",
    ),
    _gauge(
        "cloud_carbon_embodied_emissions_grams_per_second",
        "CO2eq of manufacture, spread over the lifetime of the hardware.",
        RESOURCE,
        "grams_per_second",
    ),
    _counter(
        "cloud_carbon_energy_joules_total",
        "Energy used: the integral of power.",
        RESOURCE,
        "joules",
    ),
    _counter(
        "cloud_carbon_operational_emissions_grams_total",
        "CO2eq emitted by the energy used: the integral of operational emissions.",
        RESOURCE,
        "grams",
    ),
    _counter(
        "cloud_carbon_embodied_emissions_grams_total",
        "CO2eq of manufacture: the integral of embodied emissions.",
        RESOURCE,
        "grams",
    ),
    _gauge(
        "cloud_carbon_measurement_age_seconds",
        "Age, at the last refresh, of the newest utilisation used; absent where nothing is measured.",
        RESOURCE,
        "seconds",
    ),
    _gauge(
        "cloud_carbon_cpu_utilisation_ratio",
        "Share of the processors at work, as the power drawn now is estimated from; absent where it is not measured.",
        RESOURCE,
        "ratio",
    ),
    _gauge(
        "cloud_carbon_gpu_utilisation_ratio",
        "Share of the accelerators at work, as the power drawn now is estimated from; absent where it is not measured.",
        RESOURCE,
        "ratio",
    ),
    _gauge(
        "cloud_carbon_resource_info",
        "What the resource is and how its figures came about; always 1.",
        (*RESOURCE, *INFO),
    ),
)

SUMS: tuple[Family, ...] = (
    _gauge(
        "cloud_carbon_account_power_watts",
        "Sum of the power drawn now, PUE included.",
        ACCOUNT,
        "watts",
    ),
    _gauge(
        "cloud_carbon_account_power_lower_watts",
        "Lower bound of the 90 % interval of the sum.",
        ACCOUNT,
        "watts",
    ),
    _gauge(
        "cloud_carbon_account_power_upper_watts",
        "Upper bound of the 90 % interval of the sum.",
        ACCOUNT,
        "watts",
    ),
    _counter(
        "cloud_carbon_account_energy_joules_total", f"{_SUM_HELP}energy used.", ACCOUNT, "joules"
    ),
    _counter(
        "cloud_carbon_account_operational_emissions_grams_total",
        f"{_SUM_HELP}CO2eq emitted by the energy used.",
        ACCOUNT,
        "grams",
    ),
    _counter(
        "cloud_carbon_account_embodied_emissions_grams_total",
        f"{_SUM_HELP}CO2eq of manufacture.",
        ACCOUNT,
        "grams",
    ),
    _gauge(
        "cloud_carbon_account_info",
        "The name people call an account by; always 1.",
        ("cloud_provider", "cloud_account_id", "cloud_account_name"),
    ),
    _gauge(
        "cloud_carbon_resources",
        "The ledger: how many resources are known, by how their figures came about (measured, default, assumed) "
        "or that there are none (unsupported).",
        ("cloud_provider", "cloud_account_id", "kind", "basis"),
    ),
)

PLACES: tuple[Family, ...] = (
    _gauge(
        "cloud_carbon_grid_intensity_grams_per_kilowatt_hour",
        "CO2eq of a kilowatt hour of the region's grid; estimated: whether its source says that it was not measured.",
        (*GRID, "year", "estimated"),
        "grams_per_kilowatt_hour",
    ),
    _gauge(
        "cloud_carbon_grid_intensity_age_seconds",
        "Age, at the last refresh, of a live grid intensity: since the start of the time it was published for.",
        GRID,
        "seconds",
    ),
    _gauge(
        "cloud_carbon_grid_intensity_validity_seconds",
        "How long, from the last refresh, a live grid intensity is still valid.",
        GRID,
        "seconds",
    ),
    _gauge(
        "cloud_carbon_pue_ratio",
        "Power usage effectiveness of the region's data centres.",
        PLACE,
        "ratio",
    ),
    _gauge(
        "cloud_carbon_wue_liters_per_kilowatt_hour",
        "Water used on site for a kilowatt hour of IT energy, where the provider publishes it.",
        PLACE,
        "liters_per_kilowatt_hour",
    ),
    *(_gauge(*each) for each in grid.PLACES),
)

OTHERS: tuple[Family, ...] = (
    _gauge(
        "cloud_carbon_provider_reported_emissions_grams",
        "CO2eq the provider itself reports for the newest closed month.",
        REPORTED,
        "grams",
    ),
    _gauge(
        "cloud_carbon_provider_reported_month_timestamp_seconds",
        "Start of the month the provider's report is for.",
        REPORTED,
        "seconds",
    ),
    *(_gauge(*each) for each in months.FAMILIES),
    _gauge(
        "cloud_carbon_demo_connected_users",
        "Made-up users connected to the made-up estate of the demo.",
    ),
)

_OWN = "cloud_carbon_exporter_"

OWN: tuple[Family, ...] = (
    _gauge(f"{_OWN}build_info", "The version that runs; always 1.", ("version", "model_version")),
    _gauge(
        f"{_OWN}target_up",
        "Whether a target's credentials and account answered the last time.",
        ("target", "cloud_provider"),
    ),
    _gauge(f"{_OWN}collector_up", "Whether the last listing succeeded.", ACCOUNT),
    _gauge(f"{_OWN}measurement_up", "Whether the last reading of utilisation succeeded.", ACCOUNT),
    _gauge(
        f"{_OWN}collector_duration_seconds", "How long the last listing took.", ACCOUNT, "seconds"
    ),
    _gauge(f"{_OWN}collector_resources", "How many resources the last listing brought.", ACCOUNT),
    _gauge(
        f"{_OWN}collector_last_success_timestamp_seconds",
        "When a listing last succeeded.",
        ACCOUNT,
        "seconds",
    ),
    _counter(
        f"{_OWN}api_requests_total",
        "Calls made to the clouds, by outcome (success, or the reason of the error).",
        ("cloud_provider", "api", "operation", "outcome"),
    ),
    _counter(
        f"{_OWN}api_cost_dollars_total",
        "What the exporter's own calls have cost.",
        BILLED,
        "dollars",
    ),
    _gauge(
        f"{_OWN}api_cost_forecast_dollars_per_month",
        "What the exporter's own calls will cost a month at this rate.",
        BILLED,
        "dollars_per_month",
    ),
    _counter(
        f"{_OWN}errors_total",
        "Errors of calls to the clouds, by reason.",
        ("cloud_provider", "operation", "reason"),
    ),
    _counter(
        f"{_OWN}skipped_objects_total",
        "Objects left out, by reason: unreadable, or with the labels of another (duplicate).",
        ("cloud_provider", "kind", "reason"),
    ),
    _gauge(
        f"{_OWN}listed_resources",
        "How many resources another inventory of the provider counts, to hold ours against.",
        ("cloud_provider", "cloud_account_id", "source"),
    ),
    _gauge(
        f"{_OWN}unlisted_resources",
        "How many estimated resources the provider's inventory does not list: what it cannot see.",
        ("cloud_provider", "cloud_account_id"),
    ),
    _gauge(
        f"{_OWN}coverage_ratio",
        "How much of what the provider's inventory lists is estimated; absent where there is no inventory.",
        ("cloud_provider", "cloud_account_id"),
        "ratio",
    ),
    *(_gauge(*each) for each in grid.OWN),
    _gauge(
        f"{_OWN}last_collection_timestamp_seconds",
        "When the figures shown were made.",
        (),
        "seconds",
    ),
)

SCRAPE: tuple[Family, ...] = (
    _gauge(
        f"{_OWN}config_last_reload_successful",
        "Whether the configuration in the files is the one in force.",
    ),
    _gauge(
        f"{_OWN}config_last_reload_success_timestamp_seconds",
        "When the configuration was last read and followed.",
        (),
        "seconds",
    ),
    _gauge(f"{_OWN}series", "Series in this answer."),
    _gauge(f"{_OWN}scrape_size_bytes", "Size of this answer before compression.", (), "bytes"),
)

FAMILIES: tuple[Family, ...] = (*RESOURCES, *SUMS, *PLACES, *OTHERS, *OWN, *SCRAPE)
"""All families, in the order they are exposed. Of the process itself, `process_*` and `python_*`
come beside them.
"""


def matching(patterns: Iterable[str]) -> frozenset[str]:
    """The names of the families, upstream's included, that match one of the patterns."""
    names = [family.name for family in (*FAMILIES, *UPSTREAM)]
    return frozenset(name for pattern in patterns for name in names if fnmatchcase(name, pattern))
