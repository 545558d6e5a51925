"""The exporter itself: whether it is well and complete, and what it costs."""

from __future__ import annotations

from panels import AT, PLACES, dashboard, lines, row, stat, table, thresholds

OWN = "cloud_carbon_exporter_"
AGE = f"time() - max({OWN}last_collection_timestamp_seconds)"
WARN_AT = thresholds((None, "green"), (900, "orange"), (1800, "red"))
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
        stat("Age of the figures", AGE, "s", **WARN_AT),
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
        ),
        table(
            "Errors in 24 h, by reason",
            f"sum by (cloud_provider, reason) (increase({OWN}errors_total[24h]))",
            "short",
            ("cloud_provider", "reason"),
            width=12,
        ),
        lines(
            "Errors",
            {
                "{{cloud_provider}} {{reason}}": "sum by (cloud_provider, reason) "
                f"(rate({OWN}errors_total[1h]))"
            },
            "cps",
        ),
        lines(
            "Objects left out",
            {
                "{{cloud_provider}} {{reason}}": "sum by (cloud_provider, reason) "
                f"(increase({OWN}skipped_objects_total[1h]))"
            },
            "short",
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
        ),
        lines(
            "Calls",
            {
                "{{cloud_provider}} {{api}}": "sum by (cloud_provider, api) "
                f"(rate({OWN}api_requests_total[1h]))"
            },
            "reqps",
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
        ),
        table(
            "Estimated on assumptions",
            f'cloud_carbon_resource_info{{{AT},basis="assumed"}}',
            "short",
            ("cloud_resource_name", "kind", "host_type", "reason", "cloud_resource_id"),
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
            {"{{instance}}": f"process_resident_memory_bytes * on (instance, job) {OWN}build_info"},
            "bytes",
        ),
        lines(
            "Processor time",
            {
                "{{instance}}": "rate(process_cpu_seconds_total[5m]) * on (instance, job) "
                f"{OWN}build_info"
            },
            "percentunit",
        ),
        table("Version", f"{OWN}build_info", "short", ("instance", "version", "model_version")),
    ],
)
