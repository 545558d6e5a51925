"""What is configured of one cluster of Kubernetes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

TOP_WORKLOADS = 500
"""How many have series of their own, where nothing is said."""

IdleShare = Literal["apart", "by-request"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSettings:
    """One cluster, and the Prometheus that knows it.

    matchers: labels that tell its series from those of other clusters there. idle: whether what
    is idle stands apart, or is given to who asks for something. top_workloads: how many have
    series of their own.
    """

    cluster: str
    url: str = field(repr=False)
    token_file: str = ""
    username: str = ""
    password_file: str = ""
    matchers: Mapping[str, str] = field(default_factory=dict)
    idle: IdleShare = "apart"
    top_workloads: int = TOP_WORKLOADS
