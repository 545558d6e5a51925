"""Every flag, once: name, kind, default, meaning, who takes it. Parsing, help, FLAGS.md, variables
and keys follow.
"""

from __future__ import annotations

from cloud_carbon_exporter.config.exported import families
from cloud_carbon_exporter.config.flag import (
    COLLECTING,
    COMMANDS,
    MACHINE_PROVIDERS,
    PROGRAM,
    Flag,
    variable,
)
from cloud_carbon_exporter.config.grid_flags import GRID_FLAGS
from cloud_carbon_exporter.config.machine_flags import MACHINE_FLAGS
from cloud_carbon_exporter.config.push_flags import PUSH_FLAGS
from cloud_carbon_exporter.config.values import (
    address,
    boolean,
    choice,
    duration,
    fraction,
    identifier,
    number,
    several,
    shaped,
    text,
)

__all__ = [
    "COLLECTING",
    "COMMANDS",
    "FLAGS",
    "MACHINE_PROVIDERS",
    "PROGRAM",
    "REGION",
    "ROLE_ARN",
    "Flag",
    "find",
    "of_command",
    "variable",
]

_SERVE = ("serve",)
_ESTIMATE = ("estimate",)

REGION = shaped("REGION", "the name of a region, such as eu-west-3", r"[a-z][a-z0-9-]*")
ROLE_ARN = shaped(
    "ARN",
    "the ARN of a role, such as arn:aws:iam::111111111111:role/carbon",
    r"arn:[\w-]+:iam::\d+:role/\S+",
)


FLAGS: tuple[Flag, ...] = (
    Flag(
        "cloud.provider",
        several("PROVIDERS", "aws", "gcp", "scw", "demo"),
        "",
        "Clouds to explore.",
    ),
    Flag(
        "cloud.provider",
        choice(*MACHINE_PROVIDERS, "scaleway"),
        "",
        "Cloud that rents the machine.",
        commands=_ESTIMATE,
    ),
    Flag(
        "cloud.provider",
        several("PROVIDERS", *MACHINE_PROVIDERS),
        "",
        "Clouds to print; all when empty.",
        commands=("services", "permissions"),
    ),
    Flag(
        "cloud.aws.defaultregion",
        REGION,
        "us-east-1",
        "Region of the calls that belong to none.",
        providers=("aws",),
    ),
    Flag(
        "cloud.aws.rolearn",
        ROLE_ARN,
        "",
        "Role to assume before anything is read.",
        providers=("aws",),
    ),
    Flag(
        "cloud.aws.discovery",
        choice("regions", "cost-explorer"),
        "regions",
        "How the regions in use are found: by probing each opted-in region, or by asking Cost Explorer once a day "
        "(0.01 USD a request).",
        providers=("aws",),
    ),
    Flag(
        "cloud.gcp.projectid",
        identifier("PROJECT"),
        "",
        "Project to explore; that of the Application Default Credentials when empty.",
        aliases=("gcp.projectid",),
        providers=("gcp",),
    ),
    Flag(
        "cloud.scw.organizationid",
        text("ID"),
        "",
        "Organisation to explore; SCW_DEFAULT_ORGANIZATION_ID or that of the Scaleway profile when empty.",
        providers=("scw",),
    ),
    Flag(
        "cloud.scw.cockpit-token",
        text("TOKEN", secret=True),
        "",
        "Token to read Cockpit's metrics with; SCW_COCKPIT_TOKEN when empty.",
        providers=("scw",),
    ),
    Flag(
        "cloud.scw.cockpit-create-tokens",
        boolean(),
        "false",
        "Make a Cockpit token for each project and region that has none, and delete it at the end; needs the "
        "permission set ObservabilityFullAccess.",
        providers=("scw",),
    ),
    Flag(
        "demo.enabled",
        boolean(),
        "false",
        "Add a made-up estate of three clouds.",
        providers=("demo",),
    ),
    Flag(
        "demo.resources",
        number("COUNT", "a whole number from 0 to 1000000", 0, 1_000_000, whole=True),
        "200",
        "How many resources the made-up estate holds.",
        providers=("demo",),
    ),
    Flag(
        "demo.seed",
        number("NUMBER", "a whole number from 0 up", 0, 2**63 - 1, whole=True),
        "0",
        "Another number is another made-up estate; the same number is the same one.",
        providers=("demo",),
    ),
    Flag("listen", address(), "0.0.0.0:2922", "Address to serve at.", commands=_SERVE),
    Flag(
        "web.config.file",
        text("FILE"),
        "",
        "YAML file with TLS, users, headers and rates, in the format of Prometheus' exporter toolkit.",
        commands=_SERVE,
    ),
    Flag(
        "log.level", choice("debug", "info", "warn", "error"), "info", "The least that is logged."
    ),
    Flag(
        "log.format",
        choice("text", "json"),
        "text",
        "Form of the log lines on stderr; json has the keys severity and message.",
    ),
    Flag(
        "config.file",
        text("FILE"),
        "",
        "YAML file with several targets, and anything the flags can say.",
    ),
    Flag("collect.interval", duration(), "5m", "Time between two collections.", commands=_SERVE),
    Flag(
        "collect.utilisation-interval",
        duration(),
        "15m",
        "How often a resource's utilisation is read where reads cost money. One read brings all points since the "
        "last, so energy is exact; free reads come with every collection.",
        commands=_SERVE,
    ),
    Flag(
        "collect.mode",
        choice("background", "scrape"),
        "background",
        "Collect on a timer, or (scrape, for serverless platforms) when Prometheus asks.",
        commands=_SERVE,
    ),
    Flag(
        "collect.stale-after",
        duration(),
        "30m",
        "How long the last good figures of what now fails are served.",
        commands=_SERVE,
    ),
    Flag(
        "api.budget",
        number("USD", "a sum from 0 up; 0 for no limit", 0),
        "0",
        "What a target's monitoring reads may cost a month, in USD; 0 for no limit. Small and steady machines wait.",
        commands=_SERVE,
    ),
    Flag(
        "api.free-requests",
        number("COUNT", "a whole number from 0 up", 0, whole=True),
        "0",
        "How many of the requests an AWS payer has free each month (a million) the monitoring reads may take, before "
        "any that costs. The targets share them.",
        commands=_SERVE,
        providers=("aws",),
    ),
    Flag(
        "shard",
        fraction(),
        "0/1",
        "Which part of the estate this replica explores: i/n, i from 0; n replicas cover it all.",
        commands=_SERVE,
    ),
    Flag(
        "state.file",
        text("FILE"),
        "",
        "Where counters, the bill and the trend are kept over a restart.",
        commands=_SERVE,
    ),
    Flag(
        "metrics.tags",
        several("KEYS"),
        "",
        "Keys of the resource tags that become labels tag_<key>.",
    ),
    Flag(
        "metrics.labels",
        choice("full", "slim"),
        "full",
        "All labels on every series of a resource, or (slim) cloud_resource_id alone, and the rest on "
        "cloud_carbon_resource_info.",
        commands=_SERVE,
    ),
    Flag(
        "metrics.families",
        families(),
        "all",
        "Families to export, such as cloud_carbon_power_watts,cloud_carbon_account_*; or all. The exporter's "
        "own are always there.",
        commands=_SERVE,
    ),
    Flag(
        "metrics.aggregate",
        several("LABELS", "account", "region", "kind"),
        "",
        "Export sums by these, and by provider, instead of resources.",
        commands=_SERVE,
    ),
    Flag(
        "metrics.upstream-names",
        boolean(),
        "false",
        "Also emit the names of the original Go exporter, for dashboards that query them.",
        commands=_SERVE,
    ),
    Flag(
        "format",
        choice("text", "json", "csv", "markdown"),
        "text",
        "Form of the report.",
        commands=("report",),
    ),
    Flag(
        "format",
        choice("text", "json"),
        "text",
        "Form of the answer.",
        commands=("estimate", "check"),
    ),
    Flag("format", choice("text", "markdown"), "text", "Form of the list.", commands=("services",)),
    Flag(
        "format",
        choice("text", "iam", "gcp", "scw"),
        "text",
        "A readable list, an IAM policy of AWS, a custom role of Google Cloud, or an IAM policy of Scaleway.",
        commands=("permissions",),
    ),
    *GRID_FLAGS,
    *PUSH_FLAGS,
    *MACHINE_FLAGS,
)


def of_command(command: str) -> tuple[Flag, ...]:
    """The flags a command takes, in the order of the table."""
    return tuple(flag for flag in FLAGS if command in flag.commands)


def find(name: str, command: str) -> Flag | None:
    """The flag of that name, or alias, that the command takes."""
    return next((flag for flag in of_command(command) if name in flag.names), None)
