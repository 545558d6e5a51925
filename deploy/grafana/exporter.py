"""The exporter itself: whether it is well and complete, and what it costs."""

from __future__ import annotations

from panels import dashboard, lines, row, stat, table, thresholds
from queries import AT, mean_rate
from variables import PLACES

OWN = "cloud_carbon_exporter_"
MISSED = (
    f"max(clamp_min(floor((time() - {OWN}last_collection_timestamp_seconds)"
    f" / on (job, instance) {OWN}collect_interval_seconds), 0))"
)
WARN_AT = thresholds((None, "green"), (2, "orange"), (4, "red"))
OF_THE_EXPORTER = f"* on (instance, job) {OWN}build_info"
CPU = mean_rate("process_cpu_seconds_total", "5m", "process_start_time_seconds")
ANY_IS_BAD = thresholds((None, "green"), (1, "red"))

BOARD = dashboard(
    "cloud-carbon-exporter",
    "Cloud carbon: the exporter",
    "Is it well, is it complete, what does it cost?",
    PLACES[:2],
    [
        stat(
            "Targets that answer",
            f"sum({OWN}target_up) / count({OWN}target_up)",
            "percentunit",
            width=4,
        ),
        stat(
            "Listings that fail",
            f"sum({OWN}collectors{{{AT},state='failing'}}) or vector(0)",
            "short",
            width=4,
            **ANY_IS_BAD,
        ),
        stat(
            "Measurements that fail",
            f"count({OWN}measurement_up{{{AT}}} == 0) or vector(0)",
            "short",
            **ANY_IS_BAD,
        ),
        stat(
            "Collections missed",
            MISSED,
            "short",
            "Since the figures were made, by -collect.interval.",
            empty="Each scrape collects",
            **WARN_AT,
        ),
        stat(
            "Spent in 30 days",
            f"sum(increase({OWN}api_cost_dollars_total{{{AT}}}[30d])) or vector(0)",
            "currencyUSD",
        ),
        stat(
            "Bill a month, at this rate",
            f"sum({OWN}api_cost_forecast_dollars_per_month{{{AT}}}) or vector(0)",
            "currencyUSD",
        ),
        row("What fails"),
        table(
            "Listings that fail",
            f"{OWN}collector_up{{{AT}}} == 0",
            "short",
            ("cloud_provider", "cloud_account_id", "cloud_region", "kind"),
            width=12,
            empty="None",
        ),
        table(
            "Errors in 24 h, by reason",
            f"sum by (cloud_provider, reason) (increase({OWN}errors_total[24h]))",
            "short",
            ("cloud_provider", "reason"),
            width=12,
            empty="None",
        ),
        lines(
            "Errors in an hour",
            {
                "{{cloud_provider}} {{reason}}": "sum by (cloud_provider, reason) "
                f"(increase({OWN}errors_total[1h]))"
            },
            "short",
            empty="None",
        ),
        lines(
            "Objects left out in an hour",
            {
                "{{cloud_provider}} {{reason}}": "sum by (cloud_provider, reason) "
                f"(increase({OWN}skipped_objects_total[1h]))"
            },
            "short",
            empty="None",
        ),
        row("What it costs"),
        lines(
            "Bill a month, at this rate",
            {
                "{{cloud_account_id}} {{api}}": "sum by (cloud_account_id, api) "
                f"({OWN}api_cost_forecast_dollars_per_month{{{AT}}})"
            },
            "currencyUSD",
            stacked=True,
            empty="Nothing that is read is paid for",
        ),
        lines(
            "Calls in an hour",
            {
                "{{cloud_provider}} {{api}}": "sum by (cloud_provider, api) "
                f"(increase({OWN}api_requests_total[1h]))"
            },
            "short",
            stacked=True,
        ),
        row("How complete it is"),
        lines(
            "Resources, by how they are known",
            {"{{basis}}": f"sum by (basis) (cloud_carbon_resources{{{AT}}})"},
            "short",
            stacked=True,
        ),
        lines(
            "Share of the provider's inventory that is estimated",
            {"{{cloud_account_id}}": f"{OWN}coverage_ratio{{{AT}}}"},
            "percentunit",
            empty="No inventory of a provider is at hand to compare with",
        ),
        table(
            "Estimated on assumptions",
            f'cloud_carbon_resource_info{{{AT},basis="assumed"}}',
            "short",
            ("cloud_resource_name", "kind", "host_type", "reason", "cloud_resource_id"),
            empty="None that is known",
        ),
        row("How it runs"),
        lines(
            "Slowest listings",
            {
                "{{cloud_account_id}} {{service}}": "topk(10, "
                f"{OWN}collector_duration_seconds{{{AT}}})"
            },
            "s",
        ),
        lines("Series of one scrape", {"{{instance}}": f"{OWN}series"}, "short", width=6),
        lines("Size of one scrape", {"{{instance}}": f"{OWN}scrape_size_bytes"}, "bytes", width=6),
        lines(
            "Memory",
            {"{{instance}}": f"process_resident_memory_bytes {OF_THE_EXPORTER}"},
            "bytes",
        ),
        lines(
            "Processor time",
            {"{{instance}}": f"{CPU} {OF_THE_EXPORTER}"},
            "percentunit",
        ),
        table("Version", f"{OWN}build_info", "short", ("instance", "version", "model_version")),
    ],
)
