"""Cockpit queries that several services share."""

from __future__ import annotations

from cloud_carbon_exporter.providers.spec import Metric

PER_CENT = 100

# The label every series of Scaleway's products bears.
JOIN = {"resource_id": "resource_id"}


def node_cpu(series: str) -> Metric:
    """CPU of the nodes of a managed database: what of all modes' time was not idle.

    Its node exporter counts seconds by mode; the ratio needs no count of CPUs, and takes all nodes
    of a cluster together. `series`: a pattern of its name.
    """
    return Metric(
        into="cpu_ratio",
        name=(
            f'1 - sum by (resource_id) (rate({{__name__=~"{series}", mode="idle"}}[5m]))'
            f' / sum by (resource_id) (rate({{__name__=~"{series}"}}[5m]))'
        ),
        statistic="rate",
        dimensions=JOIN,
    )


def instances(product: str) -> tuple[Metric, Metric]:
    """Running copies of a serverless product, none while it sleeps, and how hard they work."""
    counted = f'{{__name__=~"{product}_instances_total"}}[5m]'
    used = f'{{__name__=~"{product}_cpu_usage_ratio"}}[5m]'
    return (
        Metric(
            into="capacity_units",
            name=f"max by (resource_id) (max_over_time({counted}))",
            statistic="max_over_time",
            dimensions=JOIN,
            # What has scaled to zero writes nothing.
            absent=0,
        ),
        Metric(
            into="cpu_ratio",
            name=f"avg by (resource_id) (avg_over_time({used}))",
            statistic="avg_over_time",
            dimensions=JOIN,
            # By its name a ratio; Scaleway's own alerts hold it against 90 and call it per cent
            # (docs-content, serverless-containers/how-to/configure-alerts-containers.mdx).
            scale=1 / PER_CENT,
            absent=0,
        ),
    )
