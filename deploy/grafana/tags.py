"""By tag, or by any other label of resources: who emits, from all of them down to one."""

from __future__ import annotations

from panels import AGGREGATED, GRAMS_PER_HOUR, bars, dashboard, lines, several, stat
from queries import EMISSIONS, INFO, PLACED, RESOURCE_COLUMNS, of_resources
from variables import GROUP, PLACES, variable

WATTS = "cloud_carbon_power_watts"
CHOSEN = f'{PLACED},$group=~"$value"'
LABELLED = f'{PLACED},$group!=""'
OPERATIONAL = "cloud_carbon_operational_emissions_grams_per_second"
EMBODIED = "cloud_carbon_embodied_emissions_grams_per_second"


def chosen(expression: str, by: str = "$group") -> str:
    """Series of what bears a value that is chosen, summed by a label."""
    return f"sum by ({by}) ({of_resources(expression, CHOSEN, (by,))})"


def total(expression: str) -> str:
    """Sum of what bears a value that is chosen."""
    return f"sum({of_resources(expression, CHOSEN, ('kind',))})"


BOARD = dashboard(
    "cloud-carbon-tags",
    "Cloud carbon: by tag",
    "Who emits: by a tag of -metrics.tags, or by another label of resources.",
    [*PLACES, GROUP, variable("value", f"label_values({INFO}{{{PLACED}}}, $group)")],
    [
        stat("Emissions now", f"3600 * {total(EMISSIONS)}", GRAMS_PER_HOUR, empty=AGGREGATED),
        stat("Operational", f"3600 * {total(OPERATIONAL)}", GRAMS_PER_HOUR, empty=AGGREGATED),
        stat("Embodied", f"3600 * {total(EMBODIED)}", GRAMS_PER_HOUR, empty=AGGREGATED),
        stat("Power now", total(WATTS), "watt", empty=AGGREGATED),
        stat("Resources", f"count({INFO}{{{CHOSEN}}})", "short", empty=AGGREGATED),
        stat(
            "With such a label",
            f"(sum({of_resources(EMISSIONS, LABELLED, ('kind',))})"
            f" or vector(0)) / sum({of_resources(EMISSIONS, PLACED, ('kind',))})",
            "percentunit",
            "Share of all emissions of the places chosen, whatever value it has.",
            empty=AGGREGATED,
        ),
        lines(
            "Emissions by $group",
            {"{{$group}}": f"3600 * {chosen(EMISSIONS)}"},
            GRAMS_PER_HOUR,
            "What bears no such label is a curve without a name.",
            stacked=True,
            empty=AGGREGATED,
        ),
        lines(
            "Power by $group",
            {"{{$group}}": chosen(WATTS)},
            "watt",
            stacked=True,
            empty=AGGREGATED,
        ),
        bars(
            "Emissions by kind",
            f"sort_desc(3600 * {chosen(EMISSIONS, 'kind')})",
            "{{kind}}",
            GRAMS_PER_HOUR,
            width=12,
            empty=AGGREGATED,
        ),
        bars(
            "Emissions by region",
            f"sort_desc(3600 * {chosen(EMISSIONS, 'cloud_region')})",
            "{{cloud_region}}",
            GRAMS_PER_HOUR,
            width=12,
            empty=AGGREGATED,
        ),
        several(
            "Largest emitters",
            {"g a day": (f"topk(50, 86400 * {of_resources(EMISSIONS, CHOSEN)})", "massg")},
            RESOURCE_COLUMNS,
            empty=AGGREGATED,
        ),
    ],
)
