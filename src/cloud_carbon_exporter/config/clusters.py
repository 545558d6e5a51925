"""Clusters of the file's `kubernetes`: keys once, and what is made of each entry."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cloud_carbon_exporter.config.command_line import nearest
from cloud_carbon_exporter.config.kinds import choice, text
from cloud_carbon_exporter.config.quantities import count, duration_between, number
from cloud_carbon_exporter.config.target_keys import PROFILE, ROLE_ARN, Entry, Key
from cloud_carbon_exporter.config.targets import FiledTarget
from cloud_carbon_exporter.config.values import Kind, quoted, read_value
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.kubernetes import settings
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings, IdleShare, SourceName

_URL = re.compile(r"https?://[^\s/@?#]+(/[^\s@?#]*)?")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_MOST_WORKLOADS = 100_000


def _url() -> Kind[str]:
    """URL of a Prometheus, without credentials and query: those have keys of their own."""
    inner = text("URL")

    def accept(value: object) -> str:
        word = inner.accept(value)
        if not _URL.fullmatch(word):
            raise ValueError("is no such URL")
        return word

    allowed = "a URL of http or https without a user or password"
    return Kind("URL", allowed, accept, accept, "", secret=True)


def _name() -> Kind[str]:
    inner = text("NAME")

    def accept(value: object) -> str:
        word = inner.accept(value)
        if not word:
            raise ValueError("is empty")
        return word

    return Kind("NAME", "a name", accept, accept, "")


def _matchers() -> Kind[Mapping[str, str]]:
    """Labels and their values: exact ones, as a cluster's series all bear the same."""
    inner = text("TEXT")

    def accept(value: object) -> Mapping[str, str]:
        if not isinstance(value, Mapping):
            raise ValueError("is not a mapping of labels to text")
        matchers: dict[str, str] = {}
        for label, said in value.items():
            if not isinstance(label, str) or not _LABEL.fullmatch(label):
                raise ValueError(f"holds {quoted(label)}, which is no label")
            matchers[label] = inner.accept(said)
        return matchers

    allowed = "a mapping of labels to text, such as {cluster: prod}"
    return Kind("LABELS", allowed, accept, accept, {})


_SOURCES: Kind[SourceName] = choice(
    "prometheus", "cockpit", "cloud_monitoring", "container_insights"
)
NAME = Key("cluster", _name(), "What the cluster is called in the series.", ())
SOURCE = Key(
    "source",
    _SOURCES,
    "Who tells its usage: a Prometheus (when empty), Scaleway's Cockpit, Google's Cloud "
    "Monitoring, or Container Insights of AWS; these two are paid for by what is read.",
    (),
)
URL = Key("url", _url(), "Its Prometheus, or what answers as one (Thanos, Mimir...).", ())
TOKEN_FILE = Key("token_file", text("FILE"), "File with a bearer token, read before each call.", ())
USERNAME = Key("username", text("NAME"), "Name for basic authentication.", ())
PASSWORD_FILE = Key("password_file", text("FILE"), "File with its password.", ())
MATCHERS = Key("matchers", _matchers(), "Labels that all series of this cluster have.", ())
CALLED = Key("called", text("NAME"), "Its name in its cloud, where that is not `cluster`.", ())
PROJECT = Key("project", text("PROJECT"), "Project of Google it is in; for cloud_monitoring.", ())
LOCATION = Key(
    "location",
    text("PLACE"),
    "Its region of AWS, for container_insights; for cloud_monitoring its zone or region, where its "
    "project has two clusters of one name.",
    (),
)
EVERY = Key(
    "interval",
    duration_between(60, 86400),
    "How often it is asked; when empty, with each collection, and every 15m where it is paid for.",
    (),
)
BUDGET = Key(
    "budget",
    number("USD", "a sum from 0 up; 0 for no limit", 0),
    "USD a month that asking may cost: it is asked more seldom, so that it costs no more.",
    (),
)
_IDLE: Kind[IdleShare] = choice("apart", "by-request")
IDLE = Key(
    "idle",
    _IDLE,
    "Whether what is idle stands apart as `__idle__`, or is given to who asks for something.",
    (),
)
TOP_WORKLOADS = Key(
    "top_workloads",
    count("COUNT", "a whole number from 0 to 100000", 0, _MOST_WORKLOADS),
    "How many workloads have series of their own (500 when empty); "
    "the rest of a namespace is `__other__`.",
    (),
)
CLUSTER_KEYS: tuple[Key[object], ...] = (
    NAME,
    SOURCE,
    URL,
    TOKEN_FILE,
    USERNAME,
    PASSWORD_FILE,
    MATCHERS,
    CALLED,
    PROJECT,
    LOCATION,
    PROFILE,
    ROLE_ARN,
    EVERY,
    BUDGET,
    IDLE,
    TOP_WORKLOADS,
)


COMMON: tuple[Key[object], ...] = (NAME, SOURCE, EVERY, IDLE, TOP_WORKLOADS)


class Own(NamedTuple):
    """Keys that one source understands, beside those of all."""

    needed: tuple[Key[object], ...]
    allowed: tuple[Key[object], ...]


OWN_KEYS: Mapping[SourceName, Own] = {
    "prometheus": Own((URL,), (TOKEN_FILE, USERNAME, PASSWORD_FILE, MATCHERS)),
    "cockpit": Own((URL, TOKEN_FILE), (MATCHERS,)),
    "cloud_monitoring": Own((PROJECT,), (CALLED, LOCATION, BUDGET)),
    "container_insights": Own((LOCATION,), (CALLED, PROFILE, ROLE_ARN, BUDGET)),
}


def read_clusters(filed: Sequence[FiledTarget]) -> tuple[ClusterSettings, ...]:
    """All clusters. Raises ConfigError for a key, value or twin that cannot be followed."""
    clusters: list[ClusterSettings] = []
    for entry in filed:
        cluster = _cluster(entry.where, _entry(entry.where, entry.keys))
        for earlier in clusters:
            if earlier.cluster == cluster.cluster:
                raise ConfigError(
                    f"{entry.where}: cluster: {quoted(cluster.cluster)} is there already: "
                    "two clusters need two names"
                )
            if _series_of(earlier) == _series_of(cluster):
                raise ConfigError(
                    f"{entry.where}: the same series as {quoted(earlier.cluster)}: "
                    "clusters in one Prometheus are told apart by matchers, in one cloud by "
                    "called, project and location"
                )
        clusters.append(cluster)
    return tuple(clusters)


def _entry(where: str, keys: Mapping[str, Any]) -> Entry:
    allowed = {key.name: key for key in CLUSTER_KEYS}
    said: dict[Key[object], object] = {}
    for name, value in keys.items():
        key = allowed.get(str(name).replace("-", "_"))
        if key is None:
            near = nearest(str(name), allowed)
            raise ConfigError(
                f"{where}: unknown key {quoted(name)}{near}; allowed: {', '.join(allowed)}"
            )
        if value is not None:
            said[key] = read_value(f"{where}: {key.name}", key.kind, value, decoded=True)
    entry = Entry("", said)
    source = entry.get(SOURCE, "prometheus")
    own = OWN_KEYS[source]
    for key in (NAME, *own.needed):
        if key not in said:
            raise ConfigError(f"{where}: {key.name} is missing; allowed: {key.kind.allowed}")
    for key in said:
        if key not in (*COMMON, *own.needed, *own.allowed):
            raise ConfigError(f"{where}: {key.name} means nothing where source is {source}")
    return entry


def _series_of(cluster: ClusterSettings) -> tuple[object, ...]:
    """What tells the series of a cluster from those of others."""
    if cluster.url:
        return cluster.url, cluster.matchers
    called = cluster.called or cluster.cluster
    return cluster.source, cluster.project, cluster.location, called


def _cluster(where: str, entry: Entry) -> ClusterSettings:
    token, username = entry.get(TOKEN_FILE, ""), entry.get(USERNAME, "")
    password = entry.get(PASSWORD_FILE, "")
    if token and (username or password):
        raise ConfigError(f"{where}: token_file and username exclude each other; allowed: one")
    if password and not username:
        raise ConfigError(f"{where}: password_file needs a username")
    return ClusterSettings(
        cluster=entry.get(NAME, ""),
        url=entry.get(URL, ""),
        token_file=token,
        username=username,
        password_file=password,
        matchers=entry.get(MATCHERS, {}),
        source=entry.get(SOURCE, "prometheus"),
        called=entry.get(CALLED, ""),
        project=entry.get(PROJECT, ""),
        location=entry.get(LOCATION, ""),
        profile=entry.get(PROFILE, ""),
        role_arns=entry.get(ROLE_ARN, ()),
        interval_seconds=entry.get(EVERY, 0.0),
        budget_dollars=entry.get(BUDGET, 0.0),
        idle=entry.get(IDLE, "apart"),
        top_workloads=entry.get(TOP_WORKLOADS, settings.TOP_WORKLOADS),
    )
