"""From a service down to one resource."""

from __future__ import annotations

from panels import AGGREGATED, GRAMS_PER_HOUR, bars, dashboard, lines, row, stat, table
from queries import BOTH, KIND, ONE, PLACED, POWER, RESOURCE_COLUMNS, hourly, of_resources
from variables import PLACES, variable

UNMEASURED = "Nothing is measured"
WATTS, CPU = "cloud_carbon_power_watts", "cloud_carbon_cpu_utilisation_ratio"
KINDS = ("kind",)

BOARD = dashboard(
    "cloud-carbon-resources",
    "Cloud carbon: services and resources",
    "From a service down to one resource: what it draws, how sure that is, and why.",
    [
        *PLACES,
        variable("kind", f"label_values({POWER}{{{PLACED}}}, kind)"),
        variable(
            "resource",
            f"query_result(topk(200, {of_resources(WATTS, KIND)}))",
            '/cloud_resource_id="([^"]+)"/',
            multi=False,
            includeAll=False,
            current={"text": "", "value": ""},
            sort=0,
        ),
    ],
    [
        row("Services"),
        lines(
            "Power by kind",
            {"{{kind}}": f"sum by (kind) ({POWER}{{{KIND}}})"},
            "watt",
            stacked=True,
        ),
        lines(
            "Emissions by kind",
            {"{{kind}}": hourly(BOTH, KIND, "kind")},
            GRAMS_PER_HOUR,
            stacked=True,
        ),
        bars(
            "Power per resource",
            f"avg by (kind) ({of_resources(WATTS, KIND, KINDS)})",
            "{{kind}}",
            "watt",
            width=12,
            empty=AGGREGATED,
        ),
        bars(
            "Mean utilisation of processors",
            f"avg by (kind) ({of_resources(CPU, KIND, KINDS)})",
            "{{kind}}",
            "percentunit",
            width=12,
            empty=UNMEASURED,
        ),
        table(
            "Largest, in watts",
            f"topk(50, {of_resources(WATTS, KIND)})",
            "watt",
            RESOURCE_COLUMNS,
            empty=AGGREGATED,
        ),
        row("Resource $resource"),
        stat("Power", f"cloud_carbon_power_watts{{{ONE}}}", "watt"),
        stat(
            "Operational",
            f"3600 * cloud_carbon_operational_emissions_grams_per_second{{{ONE}}}",
            GRAMS_PER_HOUR,
        ),
        stat(
            "Embodied",
            f"3600 * cloud_carbon_embodied_emissions_grams_per_second{{{ONE}}}",
            GRAMS_PER_HOUR,
        ),
        stat(
            "Energy since it is seen",
            f"cloud_carbon_energy_joules_total{{{ONE}}} / 3.6e6",
            "kwatth",
        ),
        stat(
            "Age of the measurement",
            f"time() - cloud_carbon_measurement_timestamp_seconds{{{ONE}}}",
            "s",
            empty=UNMEASURED,
        ),
        stat(
            "Emitted since it is seen",
            f"cloud_carbon_operational_emissions_grams_total{{{ONE}}}"
            f" + cloud_carbon_embodied_emissions_grams_total{{{ONE}}}",
            "massg",
        ),
        lines(
            "Power and its 90 % interval",
            {
                "power": f"cloud_carbon_power_watts{{{ONE}}}",
                "at least": f"cloud_carbon_power_lower_watts{{{ONE}}}",
                "at most": f"cloud_carbon_power_upper_watts{{{ONE}}}",
            },
            "watt",
        ),
        lines(
            "Utilisation",
            {
                "processors": f"cloud_carbon_cpu_utilisation_ratio{{{ONE}}}",
                "accelerators": f"cloud_carbon_gpu_utilisation_ratio{{{ONE}}}",
            },
            "percentunit",
            empty=UNMEASURED,
        ),
        table(
            "What it is, and how its figures came about",
            f"cloud_carbon_resource_info{{{ONE}}}",
            "short",
            (
                "cloud_resource_name",
                "kind",
                "host_type",
                "architecture",
                "cpu",
                "attached",
                "basis",
                "reason",
            ),
        ),
    ],
)
