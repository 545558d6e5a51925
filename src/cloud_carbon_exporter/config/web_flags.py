"""Flags that say where the exporter is found behind a proxy, as Prometheus has them."""

from __future__ import annotations

import re

from cloud_carbon_exporter.config.flag import SERVE, Flag, flags_in
from cloud_carbon_exporter.config.kinds import several
from cloud_carbon_exporter.config.values import Kind, quoted

_SEGMENT = r"[A-Za-z0-9._~-]+"
_PREFIX = re.compile(rf"/|/?{_SEGMENT}(?:/{_SEGMENT})*/?")
_URL = re.compile(rf"https?://[^\s/@?#]+(?:/{_SEGMENT})*/?")


def _route_prefix() -> Kind[str]:
    """Path of a URL with a slash before it and none behind; `/` for none, empty where not said."""

    def accept(value: object) -> str:
        word = value.strip() if isinstance(value, str) else None
        # dots are no names but ways about, and no browser sends them
        if word is None or (word and not _PREFIX.fullmatch(word)) or _goes_up(word):
            raise ValueError("is no such path")
        return f"/{word.strip('/')}" if word else ""

    return Kind("PATH", "a path such as /carbon, or / for none", accept, accept, "")


def _external_url() -> Kind[str]:
    """URL of http or https, without a user, a query or a slash at its end."""

    def accept(value: object) -> str:
        word = value.strip() if isinstance(value, str) else None
        if word is None or (word and not _URL.fullmatch(word)) or _goes_up(word):
            raise ValueError("is no such URL")
        return word.rstrip("/")

    allowed = "a URL such as https://example.org/carbon, without a user or a query"
    return Kind("URL", allowed, accept, accept, "")


_LINK = re.compile(
    r"([^=]{1,40})=(https?://[^\s@{}]+(?:\{(?:cluster|namespace|workload)\}[^\s@{}]*)*)"
)


def _links() -> Kind[tuple[tuple[str, str], ...]]:
    """Links by name: addresses in which a cluster, namespace and workload are to be filled in."""
    inner = several("NAME=URL")

    def accept(value: object) -> tuple[tuple[str, str], ...]:
        links: list[tuple[str, str]] = []
        for word in inner.accept(value):
            found = _LINK.fullmatch(word)
            if found is None:
                raise ValueError(f"holds {quoted(word)}, which is no such link")
            links.append((found[1].strip(), found[2]))
        return tuple(links)

    allowed = (
        "names and URLs with commas between them, such as Grafana=https://grafana.example.org/d/"
        "cloud-carbon-kubernetes?var-namespace={namespace}; {cluster}, {namespace}, {workload}"
    )
    return Kind("NAME=URL", allowed, accept, accept, ())


def _goes_up(path: str) -> bool:
    return any(segment in (".", "..") for segment in path.split("/"))


EXTERNAL_URL = Flag(
    "web.external-url",
    _external_url(),
    "",
    "URL the exporter is reached at from outside, where a proxy stands before it: its host is one "
    "it is asked by, its path stands before all paths unless -web.route-prefix says otherwise.",
    commands=SERVE,
)
ROUTE_PREFIX = Flag(
    "web.route-prefix",
    _route_prefix(),
    "",
    "Path before all paths that are served, /metrics among them; that of -web.external-url where "
    "it is not said, / where the proxy takes it away.",
    commands=SERVE,
)
CLUSTER_LINKS = Flag(
    "web.cluster-links",
    _links(),
    "",
    "Where the page leads from a cluster, namespace or workload of Kubernetes, such as a dashboard "
    "of Grafana or a page of Backstage: {cluster}, {namespace} and {workload} are filled in.",
    commands=SERVE,
)

WEB_FLAGS = flags_in(globals())
