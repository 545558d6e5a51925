"""Queries of the dashboards: what is chosen, what is summed, what is joined from where.

What a resource is stands on cloud_carbon_resource_info alone (-metrics.labels=slim): what is chosen
or grouped by is joined from there, and what is summed is taken from the gauges of accounts.
"""

from __future__ import annotations

from collections.abc import Sequence

AT = 'cloud_provider=~"$provider",cloud_account_id=~"$account"'
PLACED = f'{AT},cloud_region=~"$region"'
KIND = f'{PLACED},kind=~"$kind"'
BOTH = ("operational", "embodied")
ONE = 'cloud_resource_id="$resource"'
EMISSIONS = (
    "(cloud_carbon_operational_emissions_grams_per_second"
    " + cloud_carbon_embodied_emissions_grams_per_second)"
)
"""What each resource emits now, with its manufacture, in grams a second."""

POWER = "cloud_carbon_account_power_watts"
INFO = "cloud_carbon_resource_info"
RESOURCE_COLUMNS = (
    "cloud_resource_name",
    "kind",
    "cloud_region",
    "cloud_account_id",
    "cloud_resource_id",
)


def of_resources(
    expression: str, selector: str, labels: Sequence[str] = RESOURCE_COLUMNS[:-1]
) -> str:
    """Series of resources, those that are chosen, with labels of what they are."""
    joined = f"on (job, instance, cloud_resource_id) group_left ({', '.join(labels)})"
    return f"{expression} * {joined} {INFO}{{{selector}}}"


def hourly(parts: tuple[str, ...], selector: str, by: str = "") -> str:
    """What is emitted now, in grams an hour, summed by labels. parts: operational, embodied.

    The gauges are right from the first scrape on; the rate of a counter only after its whole
    window. Those of accounts are there whatever -metrics.labels and -metrics.aggregate say.
    """
    grouped = f"sum by ({by})" if by else "sum"
    gauges = " + ".join(
        f"cloud_carbon_account_{part}_emissions_grams_per_second{{{selector}}}" for part in parts
    )
    return f"3600 * {grouped} ({gauges})"


def bound(side: str) -> str:
    """A bound of the power of all that is chosen. side: lower or upper.

    Bounds do not add up. The exporter has that of all clouds and of each, shown where all, or one
    cloud and all of it, is chosen. Those of accounts are added up for a part alone.
    """
    total, accounts = (f"cloud_carbon_{of}_power_{side}_watts" for of in ("total", "account"))
    chosen, of_clouds = f"{accounts}{{{PLACED}}}", f'{accounts}{{cloud_provider=~"$provider"}}'
    clouds = f"count(count by (cloud_provider) ({chosen}))"
    return (
        f'sum({total}{{cloud_provider=""}}) and on () (count({chosen}) == count({accounts}))'
        f' or sum({total}{{cloud_provider=~"$provider",cloud_provider!=""}})'
        f" and on () (count({chosen}) == count({of_clouds})) and on () ({clouds} == 1)"
        f" or sum({chosen})"
    )


def service(expression: str) -> str:
    """With the service, the first half of the kind, as a label."""
    return f'label_replace({expression}, "service", "$1", "kind", "([^/]+)/.*")'


def grouped(expression: str, by: str = "$group") -> str:
    """Series of resources, those that are chosen, summed by any label of what they are."""
    return f"sum by ({by}) ({of_resources(expression, PLACED, (by,))})"


def counted(counter: str, hours: int = 24) -> str:
    """What a counter of accounts has gone on by; of a younger one all of it, never a share."""
    return f"sum(increase({counter}{{{PLACED}}}[{hours}h]))"


def mean_rate(counter: str, window: str, since: str) -> str:
    """A counter a second, of a process that is younger than the window over its whole life.

    rate() alone divides what has come by all of the window: of the first minute of an hour it
    shows a sixtieth.
    """
    young = f"{counter} / (time() - {since})"
    return f"(rate({counter}[{window}]) and {counter} offset {window} or {young})"
