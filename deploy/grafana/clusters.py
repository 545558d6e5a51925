"""Clusters of Kubernetes: which namespace and which workload draws and emits.

Each query takes what the exporter splits, else what the rules of deploy/prometheus/kubernetes do.
"""

from __future__ import annotations

from panels import GRAMS_PER_HOUR, bars, dashboard, lines, linked, row, stat, table
from variables import variable

UP = "cloud_carbon_exporter_kubernetes_up"
POWER = "power_watts"
EMITTED = (
    "operational_emissions_grams_per_second",
    "embodied_emissions_grams_per_second",
)
CHOSEN = 'cluster=~"$cluster",namespace=~"$namespace"'
NOBODYS = 'namespace=~"__idle__|__unknown__"'


def _of(name: str, by: str, selector: str) -> str:
    """Sum by labels, of the exporter's series or of the recorded ones."""
    grouped = f"sum by ({by})" if by else "sum"
    return (
        f"{grouped} (cloud_carbon_kubernetes_{name}{{{selector}}})"
        f" or {grouped} (cloud_workload:cloud_carbon_{name}:sum{{{selector}}})"
    )


def power(by: str = "", selector: str = CHOSEN) -> str:
    """Watts."""
    return _of(POWER, by, selector)


def hourly(by: str = "", selector: str = CHOSEN) -> str:
    """Grams an hour, of the power drawn and of manufacture."""
    running, made = (f"({_of(name, by, selector)})" for name in EMITTED)
    return f"3600 * ({running} + {made})"


def share(selector: str) -> str:
    """Share of the power of the chosen clusters."""
    whole = power("", 'cluster=~"$cluster"')
    return f"({power('', selector)} or 0 * ({whole})) / ({whole})"


def dollars(by: str) -> str:
    """USD an hour by deploy/prometheus/kubernetes/cost.yml, of OpenCost or of cloudcost-exporter.

    Their series have a label of the cluster only where the scrape gives them one.
    """
    chosen = 'cluster=~"($cluster)|",namespace=~"$namespace"'
    priced = [f"sum by ({by}) (cloud_workload:{of}_usd_per_hour:sum{{{chosen}}})" for of in COSTS]
    return " or ".join(priced)


def a_dollar(by: str) -> str:
    """Grams for each dollar, of what costs something."""
    return f"({hourly(by)}) / on ({by}) (({dollars(by)}) > 0)"


GRAMS_PER_DOLLAR = "suffix: gCO2e/USD"
COSTS = ("opencost", "cloudcost")
NO_COST = "Needs cost.yml of deploy/prometheus/kubernetes, and OpenCost or cloudcost-exporter"
NAMESPACE_OF = "/d/cloud-carbon-kubernetes?var-cluster=$cluster&${__url_time_range}&var-namespace="
TO_NAMESPACE = ("This namespace alone", NAMESPACE_OF + "${__field.labels.namespace}")
TO_ROW = ("This namespace alone", NAMESPACE_OF + "${__data.fields.namespace}")
NO_CLUSTER = "No cluster is split: see kubernetes in the file of -config.file"
WORKLOAD = "cluster, namespace, workload_kind, workload"

BOARD = dashboard(
    "cloud-carbon-kubernetes",
    "Cloud carbon: Kubernetes",
    "Which namespace and which workload draws and emits, and what nobody uses.",
    [
        variable("cluster", f"label_values({UP}, cluster)"),
        variable(
            "namespace",
            'label_values({__name__=~".+:cloud_carbon_power_watts:sum|'
            'cloud_carbon_kubernetes_power_watts",namespace!=""}, namespace)',
        ),
    ],
    [
        stat("Power", power(), "watt", empty=NO_CLUSTER),
        stat("Emissions", hourly(), GRAMS_PER_HOUR, empty=NO_CLUSTER),
        stat(
            "Idle",
            share('cluster=~"$cluster",namespace="__idle__"'),
            "percentunit",
            empty=NO_CLUSTER,
        ),
        stat(
            "Unknown",
            share('cluster=~"$cluster",namespace="__unknown__"'),
            "percentunit",
            "Used by no pod that is known: the kubelet, the kernel, what was not read.",
            empty=NO_CLUSTER,
        ),
        stat("Clusters that are split", f'sum({UP}{{cluster=~"$cluster"}})', "short", empty="None"),
        stat(
            "Nodes without a machine",
            'sum(cloud_carbon_exporter_kubernetes_nodes{cluster=~"$cluster",state!="split"})',
            "short",
            "Serverless, or of an account that is not explored.",
            empty="None",
        ),
        row("Namespaces"),
        linked(
            lines(
                "Power",
                {"{{namespace}}": power("namespace")},
                "watt",
                stacked=True,
                empty=NO_CLUSTER,
            ),
            *TO_NAMESPACE,
        ),
        linked(
            lines(
                "Emissions",
                {"{{namespace}}": hourly("namespace")},
                GRAMS_PER_HOUR,
                stacked=True,
                empty=NO_CLUSTER,
            ),
            *TO_NAMESPACE,
        ),
        row("Workloads"),
        linked(
            table(
                "Largest, in watts",
                f"topk(50, {power(WORKLOAD)})",
                "watt",
                ("cluster", "namespace", "workload_kind", "workload"),
                width=12,
                empty=NO_CLUSTER,
            ),
            *TO_ROW,
        ),
        linked(
            table(
                "Largest, in grams an hour",
                f"topk(50, {hourly(WORKLOAD)})",
                GRAMS_PER_HOUR,
                ("cluster", "namespace", "workload_kind", "workload"),
                width=12,
                empty=NO_CLUSTER,
            ),
            *TO_ROW,
        ),
        bars(
            "What nobody uses",
            power("cluster, namespace", f'cluster=~"$cluster",{NOBODYS}'),
            "{{cluster}} {{namespace}}",
            "watt",
            width=24,
            empty=NO_CLUSTER,
        ),
        row("Beside what it costs"),
        linked(
            bars(
                "Grams for each dollar",
                a_dollar("namespace"),
                "{{namespace}}",
                GRAMS_PER_DOLLAR,
                "Of two namespaces that cost as much, one may emit twice as much.",
                width=12,
                empty=NO_COST,
            ),
            *TO_NAMESPACE,
        ),
        lines(
            "Dollars an hour",
            {"{{namespace}}": dollars("namespace")},
            "currencyUSD",
            "What is given to pods, at the prices of OpenCost or cloudcost-exporter.",
            stacked=True,
            empty=NO_COST,
        ),
    ],
)
