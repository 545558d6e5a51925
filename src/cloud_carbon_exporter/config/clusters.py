"""Clusters of the file's `kubernetes`: keys once, and what is made of each entry."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.config.command_line import nearest
from cloud_carbon_exporter.config.kinds import choice, text
from cloud_carbon_exporter.config.quantities import count
from cloud_carbon_exporter.config.target_keys import Entry, Key
from cloud_carbon_exporter.config.targets import FiledTarget
from cloud_carbon_exporter.config.values import Kind, quoted, read_value
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.kubernetes import settings
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings, IdleShare

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


NAME = Key("cluster", _name(), "What the cluster is called in the series.", ())
URL = Key("url", _url(), "Its Prometheus, or what answers as one (Thanos, Mimir...).", ())
TOKEN_FILE = Key("token_file", text("FILE"), "File with a bearer token, read before each call.", ())
USERNAME = Key("username", text("NAME"), "Name for basic authentication.", ())
PASSWORD_FILE = Key("password_file", text("FILE"), "File with its password.", ())
MATCHERS = Key("matchers", _matchers(), "Labels that all series of this cluster have.", ())
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
    URL,
    TOKEN_FILE,
    USERNAME,
    PASSWORD_FILE,
    MATCHERS,
    IDLE,
    TOP_WORKLOADS,
)


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
            if (earlier.url, earlier.matchers) == (cluster.url, cluster.matchers):
                raise ConfigError(
                    f"{entry.where}: the same series as {quoted(earlier.cluster)}: "
                    "clusters in one Prometheus are told apart by matchers"
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
    for key in (NAME, URL):
        if key not in said:
            raise ConfigError(f"{where}: {key.name} is missing; allowed: {key.kind.allowed}")
    return Entry("", said)


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
        idle=entry.get(IDLE, "apart"),
        top_workloads=entry.get(TOP_WORKLOADS, settings.TOP_WORKLOADS),
    )
