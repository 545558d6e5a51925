"""What is configured of one cluster of Kubernetes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

TOP_WORKLOADS = 500
"""How many have series of their own, where nothing is said."""

IdleShare = Literal["apart", "by-request"]
SourceName = Literal["prometheus", "cockpit", "cloud_monitoring", "container_insights"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSettings:
    """One cluster, and who tells its usage.

    url, token_file, username, password_file: of a Prometheus. matchers: labels that tell its series
    from those of other clusters there.
    called: its name in its cloud, where it is another. project: of Google. location: its zone or
    region there, or its region of AWS; profile, role_arns: to ask AWS under.
    interval_seconds: how often it is asked; 0 for as often as is collected. budget_dollars: what
    that may cost a month; 0 for no limit.
    idle: whether what is idle stands apart, or is given to who asks for something. top_workloads:
    how many have series of their own.
    """

    cluster: str
    source: SourceName = "prometheus"
    url: str = field(default="", repr=False)
    token_file: str = ""
    username: str = ""
    password_file: str = ""
    matchers: Mapping[str, str] = field(default_factory=dict)
    called: str = ""
    project: str = ""
    location: str = ""
    profile: str = ""
    role_arns: tuple[str, ...] = ()
    interval_seconds: float = 0
    budget_dollars: float = 0
    idle: IdleShare = "apart"
    top_workloads: int = TOP_WORKLOADS
