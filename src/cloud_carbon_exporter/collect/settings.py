"""Settings of collecting: how often, how long old figures hold, and what is asked besides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from cloud_carbon_exporter.collect.advice_book import AdviceBook
from cloud_carbon_exporter.collect.advising import Past
from cloud_carbon_exporter.collect.shard import Shard
from cloud_carbon_exporter.grid import GridSettings
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from cloud_carbon_exporter.kubernetes.sources import Opening, open_source


@dataclass(frozen=True, slots=True)
class CollectSettings:
    """How often, and how long the last good figures of a failing sweep are served.

    dismissed: advice that is not to be told. past_loads: past of an estate that is made up. advice:
    what is remembered of advice, from one configuration to the next. open_cluster: opens what tells
    of a cluster.
    """

    interval_seconds: float = 300
    stale_after_seconds: float = 1800
    mode: Literal["background", "scrape"] = "background"
    shard: Shard = field(default_factory=Shard)
    grid: GridSettings = field(default_factory=GridSettings)
    clusters: Sequence[ClusterSettings] = ()
    dismissed: frozenset[str] = frozenset()
    past_loads: Past | None = None
    advice: AdviceBook = field(default_factory=AdviceBook)
    open_cluster: Opening = open_source
