"""The overview: what the estate emits and draws, and where to begin."""

from __future__ import annotations

import budgets
import forecast
import reported
from panels import (
    AGGREGATED,
    GRAMS_PER_HOUR,
    GRAMS_PER_KWH,
    bars,
    dashboard,
    lines,
    row,
    several,
    stat,
    table,
)
from queries import (
    AT,
    BOTH,
    EMISSIONS,
    INFO,
    PLACED,
    POWER,
    RESOURCE_COLUMNS,
    bound,
    counted,
    grouped,
    hourly,
    of_resources,
    service,
)
from variables import GROUP, PLACES, text

WASTE_ABOUT = "No machine holds it, and its drives spin all the same."
IDLE_ABOUT = (
    "Measured for a day at the least, and never more than 5 % at work in it; what only "
    "accelerators work in is not idle."
)
YOUNGER = "Of what is watched for less than a day: since then."

UNATTACHED = f'{PLACED},attached="false"'
IDLE = (
    f"86400 * {of_resources(EMISSIONS, PLACED)}"
    " and on (cloud_resource_id) (max_over_time(cloud_carbon_cpu_utilisation_ratio[1d]) < 0.05)"
    " and on (cloud_resource_id)"
    " (count_over_time(cloud_carbon_cpu_utilisation_ratio[5m] offset 1d) > 0)"
    " unless on (cloud_resource_id)"
    " (max_over_time(cloud_carbon_gpu_utilisation_ratio[1d]) >= 0.05)"
)
LEDGER = f'cloud_carbon_resources{{{AT},basis!="unsupported"}}'
"""How many there are where no resource has series of its own (-metrics.aggregate)."""

UNIT = text("unit", "Functional units an hour", 'sum(cloud_carbon_resources{basis!="unsupported"})')
PER_UNIT = f"{hourly(BOTH, PLACED)} / scalar(sum(${{unit:raw}}))"
"""What is typed, as it is: Grafana puts a backslash before the quotes of a choice otherwise."""

NOW = [
    stat(
        "Emissions now",
        hourly(BOTH, PLACED),
        GRAMS_PER_HOUR,
        "Operational and embodied, by the method of -grid.method.",
    ),
    stat("Operational", hourly(("operational",), PLACED), GRAMS_PER_HOUR, "Of the power drawn."),
    stat(
        "Embodied",
        hourly(("embodied",), PLACED),
        GRAMS_PER_HOUR,
        "Of manufacture, spread over the lifetime of the hardware.",
    ),
    stat(
        "A year at this rate",
        f"24 * 365.25 / 1000 * {hourly(BOTH, PLACED)}",
        "suffix: kgCO2e",
        "As if every hour of the year were this one.",
    ),
    stat(
        "Emitted in 24 h",
        counted("cloud_carbon_account_operational_emissions_grams_total")
        + " + "
        + counted("cloud_carbon_account_embodied_emissions_grams_total"),
        "massg",
        YOUNGER,
    ),
    stat(
        "Per functional unit",
        PER_UNIT,
        "massg",
        "Software Carbon Intensity (ISO/IEC 21031): operational and embodied, by the units of an "
        "hour. A resource is the unit until you type yours at the head, such as "
        "sum(rate(http_requests_total[1h])) * 3600.",
    ),
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
        "Energy in 24 h",
        f"{counted('cloud_carbon_account_energy_joules_total')} / 3.6e6",
        "kwatth",
        YOUNGER,
    ),
    stat("Resources", f"count({INFO}{{{PLACED}}}) or sum({LEDGER})", "short"),
    stat(
        "Measured",
        f'(sum(cloud_carbon_resources{{{AT},basis="measured"}}) or vector(0)) / '
        f"sum(cloud_carbon_resources{{{AT}}})",
        "percentunit",
        "Resources whose load is read, or whose power follows from their size alone.",
    ),
]

WHERE = [
    lines(
        "Emissions: operational and embodied",
        {part: hourly((part,), PLACED) for part in BOTH},
        GRAMS_PER_HOUR,
        stacked=True,
    ),
    lines(
        "Emissions by cloud",
        {"{{cloud_provider}}": hourly(BOTH, PLACED, "cloud_provider")},
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
        "Power by cloud",
        {"{{cloud_provider}}": f"sum by (cloud_provider) ({POWER}{{{PLACED}}})"},
        "watt",
        stacked=True,
    ),
    bars(
        "Emissions by service",
        f"sort_desc(sum by (service) ({service(hourly(BOTH, PLACED, 'kind'))}))",
        "{{service}}",
        GRAMS_PER_HOUR,
        width=12,
    ),
    bars(
        "Emissions by $group",
        f"sort_desc(3600 * {grouped(EMISSIONS)})",
        "{{$group}}",
        GRAMS_PER_HOUR,
        "What bears no such label is a bar without a name. Tags are those of -metrics.tags.",
        width=12,
        empty=AGGREGATED,
    ),
    several(
        "Regions, by what a kilowatt hour emits there",
        {
            "g/kWh": (
                "3.6e6 * sum by (cloud_provider, cloud_region) "
                f"(cloud_carbon_account_operational_emissions_grams_per_second{{{PLACED}}})"
                f" / (sum by (cloud_provider, cloud_region) ({POWER}{{{PLACED}}}) > 0)",
                GRAMS_PER_KWH,
            ),
            "emissions": (hourly(BOTH, PLACED, "cloud_provider, cloud_region"), GRAMS_PER_HOUR),
            "power": (
                f"sum by (cloud_provider, cloud_region) ({POWER}{{{PLACED}}})",
                "watt",
            ),
        },
        ("cloud_provider", "cloud_region"),
        "Operational emissions by energy, as they are counted: by the method of -grid.method.",
    ),
]

BEGIN = [
    row("Where to begin"),
    table(
        "Largest emitters, g a day",
        f"topk(20, 86400 * {of_resources(EMISSIONS, PLACED)})",
        "massg",
        RESOURCE_COLUMNS,
        width=12,
        empty=AGGREGATED,
    ),
    table(
        "Disks without a machine, g a day",
        f"topk(20, 86400 * {of_resources(EMISSIONS, UNATTACHED)})",
        "massg",
        RESOURCE_COLUMNS,
        WASTE_ABOUT,
        width=12,
        empty="None that is known",
    ),
    table(
        "Machines that idle, g a day",
        f"topk(20, {IDLE})",
        "massg",
        RESOURCE_COLUMNS,
        IDLE_ABOUT,
        empty="None that is known: it takes a day of measuring",
    ),
]

BOARD = dashboard(
    "cloud-carbon-overview",
    "Cloud carbon: overview",
    "What the estate emits and draws: now, over time, by cloud, account, region, service and tag.",
    [*PLACES, GROUP, UNIT],
    [*NOW, *WHERE, *budgets.ROW, *BEGIN, *forecast.ROW, *reported.ROW],
)
