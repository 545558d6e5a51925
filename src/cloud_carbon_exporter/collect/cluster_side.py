"""Clusters beside the collection: opened under its settings, and told of what it has counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect.counters import Counters
from cloud_carbon_exporter.collect.failure_log import FailureLog
from cloud_carbon_exporter.collect.settings import CollectSettings
from cloud_carbon_exporter.collect.side_tasks import unless_it_fails
from cloud_carbon_exporter.kubernetes.clusters import Clusters
from cloud_carbon_exporter.kubernetes.feed import ClusterFeed
from cloud_carbon_exporter.model.clusters import ClusterNews
from cloud_carbon_exporter.model.snapshot import Row


def open_clusters(
    settings: CollectSettings, budget: Budget, counters: Counters, clock: Callable[[], float]
) -> Clusters:
    """Clusters to be split; counters keep the time of their nodes from now on, if there are any."""
    interval = settings.interval_seconds
    feed = ClusterFeed(
        settings.clusters,
        interval,
        budget.meter("kubernetes"),
        budget.error,
        FailureLog(),
        clock,
        first_patience_seconds=settings.grid.patience_seconds,
        opened=settings.open_cluster,
        bills=budget,
    )
    counting = settings.mode == "background"
    clusters = Clusters(feed, interval, settings.stale_after_seconds, counting=counting)
    counters.nodes.wanted = bool(clusters)
    return clusters


def cluster_news(
    clusters: Clusters, counters: Counters, rows: Sequence[Row], now: float, *, advance: bool
) -> ClusterNews:
    """What is known of clusters beside these rows; whatever becomes of it, the rows are shown."""
    news = ClusterNews()
    with unless_it_fails("the split of clusters"):
        news = clusters.news(rows, counters.nodes.take(), now, advance=advance)
        for told in news.requests if advance else ():
            counters.loads.workloads.look(told, clusters.reach_seconds)
    return news
