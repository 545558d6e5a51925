"""Every flag, once: name, kind, default, meaning, who takes it.

Parsing, help, docs/FLAGS.md, variables and keys of the file follow from this table; values are read
by these names, so a misspelt one is a type error.
"""

from __future__ import annotations

from typing import Literal, get_args

from cloud_carbon_exporter.config.advice_flags import ADVICE_FLAGS
from cloud_carbon_exporter.config.cloud_flags import CLOUD_FLAGS
from cloud_carbon_exporter.config.exported import families
from cloud_carbon_exporter.config.flag import SERVE, Flag, flags_in, words_of
from cloud_carbon_exporter.config.grid_flags import GRID_FLAGS
from cloud_carbon_exporter.config.history_flags import HISTORY_FLAGS
from cloud_carbon_exporter.config.kinds import boolean, choice, host_names, several, text
from cloud_carbon_exporter.config.machine_flags import MACHINE_FLAGS
from cloud_carbon_exporter.config.period_flags import PERIOD_FLAGS
from cloud_carbon_exporter.config.plan_flags import PLAN_FLAGS
from cloud_carbon_exporter.config.push_flags import PUSH_FLAGS
from cloud_carbon_exporter.config.quantities import address, count, duration, fraction, number
from cloud_carbon_exporter.config.web_flags import WEB_FLAGS
from cloud_carbon_exporter.providers.clouds import REAL_CLOUDS

Mode = Literal["background", "scrape"]
LabelSet = Literal["full", "slim"]

KEEPING = ("serve", "report")
"""Commands of the files that outlive a process: one writes them, the other reads."""

# 2922 is the port of the original exporter: dashboards and scrape jobs stay as they are.
LISTEN = Flag("listen", address(), "0.0.0.0:2922", "Address to serve at.", commands=SERVE)
WEB_CONFIG_FILE = Flag(
    "web.config.file",
    text("FILE"),
    "",
    "YAML file with TLS, users, headers and rates, in the format of Prometheus' exporter toolkit.",
    commands=SERVE,
)
ALLOWED_HOSTS = Flag(
    "web.allowed-hosts",
    host_names(),
    "",
    "Names the exporter is asked by, beside those of its machine, addresses and localhost: "
    "carbon.example.org, *.example.org, or * for any. A page of another name is refused.",
    commands=SERVE,
)
LOG_LEVEL = Flag(
    "log.level", choice("debug", "info", "warn", "error"), "info", "The least that is logged."
)
# severity and message are the names Cloud Logging reads.
LOG_FORMAT = Flag(
    "log.format",
    choice("text", "json"),
    "text",
    "Form of the log lines on stderr; json has the keys severity and message.",
)
CONFIG_FILE = Flag(
    "config.file",
    text("FILE"),
    "",
    "YAML file with several targets, and anything the flags can say.",
)
INTERVAL = Flag(
    "collect.interval", duration(), "5m", "Time between two collections.", commands=SERVE
)
# GetMetricData is billed by the metric asked for, not by the points it brings: a longer interval
# costs less and loses nothing.
UTILISATION_INTERVAL = Flag(
    "collect.utilisation-interval",
    duration(),
    "15m",
    "How often a resource's utilisation is read where reads cost money. One read brings all points "
    "since the last, so energy is exact; free reads come with every collection.",
    commands=SERVE,
)
# Cloud Run, by default, and Lambda give a process CPU only while it answers a request.
MODE: Flag[Mode] = Flag(
    "collect.mode",
    choice("background", "scrape"),
    "background",
    "Collect on a timer, or (scrape, for serverless platforms) when Prometheus asks.",
    commands=SERVE,
)
STALE_AFTER = Flag(
    "collect.stale-after",
    duration(),
    "30m",
    "How long the last good figures of what now fails are served.",
    commands=SERVE,
)
BUDGET = Flag(
    "api.budget",
    number("USD", "a sum from 0 up; 0 for no limit", 0),
    "0",
    "What a target's monitoring reads may cost a month, in USD; 0 for no limit. Small and steady "
    "machines wait.",
    commands=SERVE,
)
FREE_REQUESTS = Flag(
    "api.free-requests",
    count("COUNT", "a whole number from 0 up", 0),
    "0",
    "How many of the requests an AWS payer has free each month (a million) the monitoring reads "
    "may take, before any that costs. The targets share them.",
    commands=SERVE,
    providers=("aws",),
)
SHARD = Flag(
    "shard",
    fraction(),
    "0/1",
    "Which part of the estate this replica explores: i/n, i from 0; n replicas cover it all.",
    commands=SERVE,
)
STATE_FILE = Flag(
    "state.file",
    text("FILE"),
    "",
    "Where counters, the bill, the trend and hours by load are kept over a restart.",
    commands=KEEPING,
)
HISTORY_FILE = Flag(
    "history.file",
    text("FILE"),
    "",
    "Where sums by hour are kept for 13 months, as a database of SQLite; without it a day is kept "
    "in memory.",
    commands=(*KEEPING, "history"),
)
TAGS = Flag(
    "metrics.tags",
    several("KEYS"),
    "",
    "Keys of the resource tags that become labels tag_<key>.",
)
LABEL_SET: Flag[LabelSet] = Flag(
    "metrics.labels",
    choice("full", "slim"),
    "full",
    "All labels on every series of a resource, or (slim) cloud_resource_id alone, and the rest on "
    "cloud_carbon_resource_info.",
    commands=SERVE,
)
FAMILIES = Flag(
    "metrics.families",
    families(),
    "all",
    "Families to export, such as cloud_carbon_power_watts,cloud_carbon_account_*; or all. The "
    "exporter's own are always there.",
    commands=SERVE,
)
# VictoriaMetrics' agent drops an answer above 16 MiB; as sums a large estate fits into one.
AGGREGATE = Flag(
    "metrics.aggregate",
    several("LABELS", "account", "region", "kind"),
    "",
    "Export sums by these, and by provider, instead of resources.",
    commands=SERVE,
)
UPSTREAM_NAMES = Flag(
    "metrics.upstream-names",
    boolean(),
    "false",
    "Also emit the names of the original Go exporter, for dashboards that query them.",
    commands=SERVE,
)
REPORT_FORMAT = Flag(
    "format",
    choice("text", "json", "csv", "markdown", "html"),
    "text",
    "Form of the report; html prints well to paper and PDF.",
    commands=("report",),
)
ANSWER_FORMAT = Flag(
    "format",
    choice("text", "json"),
    "text",
    "Form of the answer.",
    commands=("check",),
)
ESTIMATE_FORMAT = Flag(
    "format",
    choice("text", "json", "markdown"),
    "text",
    "Form of the answer.",
    commands=("estimate",),
)
STRICT = Flag(
    "strict",
    boolean(),
    "false",
    "Refuse a region, machine or processor that is not known, with exit code 2; and end a report "
    "of which anything failed with exit code 1.",
    commands=("report", "estimate"),
)
LIST_FORMAT = Flag(
    "format", choice("text", "markdown"), "text", "Form of the list.", commands=("services",)
)
POLICY_FORMAT = Flag(
    "format",
    choice("text", *(cloud.policy for cloud in REAL_CLOUDS.values())),
    "text",
    "A readable list, an IAM policy of AWS, a custom role of Google Cloud, or an IAM policy of "
    "Scaleway.",
    commands=("permissions",),
)

Feature = Literal["coverage", "cost-explorer", "free-requests", "organization", "own-figure"]
FEATURES: tuple[Feature, ...] = get_args(Feature)
# Of Scaleway and Google; own-figure and coverage are of both as well.
OTHER_FEATURES = ("audit-trail", "history")
POLICY_REGIONS = Flag(
    "regions",
    several("REGIONS"),
    "",
    "Regions the IAM policy is limited to, as in `regions` of the target; all when empty.",
    commands=("permissions",),
)
POLICY_OPTIONAL = Flag(
    "optional",
    several("FEATURES", *FEATURES, *OTHER_FEATURES),
    ",".join((*FEATURES, *OTHER_FEATURES)),
    "What of the optional a policy or role allows; nothing when empty.",
    commands=("permissions",),
)

FLAGS: tuple[Flag[object], ...] = (
    *CLOUD_FLAGS,
    *flags_in(globals()),
    *WEB_FLAGS,
    *GRID_FLAGS,
    *PUSH_FLAGS,
    *MACHINE_FLAGS,
    *PLAN_FLAGS,
    *PERIOD_FLAGS,
    *HISTORY_FLAGS,
    *ADVICE_FLAGS,
)


def of_command(command: str) -> tuple[Flag[object], ...]:
    """Flags a command takes, in the order of the table."""
    return tuple(flag for flag in FLAGS if command in flag.commands)


def find(name: str, command: str) -> Flag[object] | None:
    """Flag of that name, or alias, that the command takes."""
    return words_of(of_command(command)).get(name)
