"""The overview: what the estate draws and emits, and where to begin."""

from __future__ import annotations

from panels import (
    AT,
    BOTH,
    EMISSIONS,
    GRAMS_PER_HOUR,
    INFO,
    PLACED,
    PLACES,
    POWER,
    RESOURCE_COLUMNS,
    bars,
    bound,
    dashboard,
    hourly,
    lines,
    of_resources,
    row,
    service,
    stat,
    table,
)

WASTE_ABOUT = "No machine holds it, and its drives spin all the same."
IDLE_ABOUT = (
    "Measured, and never more than 5 % at work in the last day; what only accelerators "
    "work in is not idle."
)

UNATTACHED = f'{PLACED},attached="false"'
LEDGER = f'cloud_carbon_resources{{{AT},basis!="unsupported"}}'
"""How many there are where no resource has series of its own (-metrics.aggregate)."""

ALLOWED = "max by (budget, period) (cloud_carbon_budget_grams)"


def of_budgets(family: str) -> str:
    """A family of budgets, of all replicas together."""
    return f"sum by (budget, period) ({family})"


BOARD = dashboard(
    "cloud-carbon-overview",
    "Cloud carbon: overview",
    "What the estate draws and emits: now, over time, by cloud, account, region and service.",
    PLACES,
    [
        stat("Power now", f"sum({POWER}{{{PLACED}}})", "watt", "Mean power now, PUE included."),
        stat(
            "At least",
            bound("lower"),
            "watt",
            "Lower bound of the 90 % interval of the sum; of a part of a cloud, or of some clouds, "
            "bounds of accounts added up: the true one is higher.",
        ),
        stat(
            "At most",
            bound("upper"),
            "watt",
            "Upper bound of the 90 % interval of the sum; of a part of a cloud, or of some clouds, "
            "bounds of accounts added up: the true one is lower.",
        ),
        stat(
            "Operational",
            hourly(("operational",), PLACED),
            GRAMS_PER_HOUR,
        ),
        stat(
            "Embodied",
            hourly(("embodied",), PLACED),
            GRAMS_PER_HOUR,
        ),
        stat(
            "A year at this rate",
            f"24 * 365.25 / 1000 * {hourly(BOTH, PLACED)}",
            "suffix: kgCO2e",
            "Operational and embodied emissions, as if every hour of the year were this one.",
        ),
        stat(
            "Energy in 24 h",
            f"sum(increase(cloud_carbon_account_energy_joules_total{{{PLACED}}}[24h])) / 3.6e6",
            "kwatth",
        ),
        stat(
            "Emitted in 24 h",
            f"sum(increase(cloud_carbon_account_operational_emissions_grams_total{{{PLACED}}}[24h]))"
            " + "
            f"sum(increase(cloud_carbon_account_embodied_emissions_grams_total{{{PLACED}}}[24h]))",
            "massg",
        ),
        stat(
            "Resources",
            f"count({INFO}{{{PLACED}}}) or sum({LEDGER})",
            "short",
        ),
        stat(
            "Measured",
            f'sum(cloud_carbon_resources{{{AT},basis="measured"}}) / '
            f"sum(cloud_carbon_resources{{{AT}}})",
            "percentunit",
            "Resources whose load is read, or whose power follows from their size alone.",
        ),
        stat(
            "Power per connected user",
            f"sum({POWER}) / avg(cloud_carbon_demo_connected_users)",
            "watt",
            "Of the whole estate. The demo's users are made up: put your own functional unit in "
            "their place.",
        ),
        stat(
            "Emissions per user and hour",
            f"{hourly(BOTH, '')} / avg(cloud_carbon_demo_connected_users)",
            "massg",
            "Software Carbon Intensity (ISO/IEC 21031): operational and embodied, per "
            "functional unit.",
        ),
        lines(
            "Power by cloud",
            {"{{cloud_provider}}": f"sum by (cloud_provider) ({POWER}{{{PLACED}}})"},
            "watt",
            stacked=True,
        ),
        lines(
            "Emissions: operational and embodied",
            {
                "operational": hourly(("operational",), PLACED),
                "embodied": hourly(("embodied",), PLACED),
            },
            GRAMS_PER_HOUR,
            stacked=True,
        ),
        lines(
            "Emissions by account",
            {"{{cloud_account_id}}": hourly(BOTH, PLACED, "cloud_account_id")},
            GRAMS_PER_HOUR,
            stacked=True,
        ),
        lines(
            "Energy per connected user",
            {"J per user and second": f"sum({POWER}) / avg(cloud_carbon_demo_connected_users)"},
            "joule",
            "Nights show what idles: users leave, power stays.",
        ),
        bars(
            "Power by service",
            f"sum by (service) ({service(f'{POWER}{{{PLACED}}}')})",
            "{{service}}",
            "watt",
        ),
        bars(
            "Power by region",
            f"sum by (cloud_region) ({POWER}{{{PLACED}}})",
            "{{cloud_region}}",
            "watt",
        ),
        bars(
            "Grid intensity",
            "max by (cloud_provider, cloud_region, method) "
            "(cloud_carbon_grid_intensity_grams_per_kilowatt_hour"
            '{cloud_provider=~"$provider",cloud_region=~"$region",method=~"location|live"})',
            "{{cloud_provider}} {{cloud_region}} {{method}}",
            "suffix: g/kWh",
            "Where a kilowatt hour emits most, by the annual mean (location) and, with "
            "-grid.source, now (live).",
        ),
        row("Budgets"),
        bars(
            "Budgets: spent",
            f"{of_budgets('cloud_carbon_budget_spent_grams')} / {ALLOWED}",
            "{{budget}}, this {{period}}",
            "percentunit",
            "Emitted in the month or year so far, by what is allowed in all of it. Budgets "
            "stand in the file of -config.file.",
        ),
        lines(
            "Budgets: burn rate",
            {"{{budget}}": of_budgets("cloud_carbon_budget_burn_rate_ratio")},
            "short",
            "1 uses a budget up exactly at the end of its month or year.",
        ),
        lines(
            "Budgets: foreseen",
            {
                "{{budget}}": f"{of_budgets('cloud_carbon_budget_forecast_grams')} / {ALLOWED}",
                "{{budget}}, low": f"{of_budgets('cloud_carbon_budget_forecast_lower_grams')}"
                f" / {ALLOWED}",
                "{{budget}}, high": f"{of_budgets('cloud_carbon_budget_forecast_upper_grams')}"
                f" / {ALLOWED}",
            },
            "percentunit",
            "What is emitted by the end of the month or year, as the last seven days went, by what "
            "is allowed; shown once a day of a month, or a week of a year, was counted.",
        ),
        row("Where to begin"),
        table(
            "Largest emitters, g a day",
            f"topk(20, 86400 * {of_resources(EMISSIONS, PLACED)})",
            "massg",
            RESOURCE_COLUMNS,
            width=12,
        ),
        table(
            "Disks without a machine, g a day",
            f"topk(20, 86400 * {of_resources(EMISSIONS, UNATTACHED)})",
            "massg",
            RESOURCE_COLUMNS,
            WASTE_ABOUT,
            width=12,
        ),
        table(
            "Machines that idle, g a day",
            f"topk(20, 86400 * {of_resources(EMISSIONS, PLACED)}"
            " and on (cloud_resource_id) "
            "(max_over_time(cloud_carbon_cpu_utilisation_ratio[1d]) < 0.05)"
            " unless on (cloud_resource_id) "
            "(max_over_time(cloud_carbon_gpu_utilisation_ratio[1d]) >= 0.05))",
            "massg",
            RESOURCE_COLUMNS,
            IDLE_ABOUT,
        ),
    ],
)
