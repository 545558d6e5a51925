"""What is shown under a configuration: settings of exposition and HTTP side, and its size."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

import cloud_carbon_exporter
from cloud_carbon_exporter import exposition
from cloud_carbon_exporter.config import Settings
from cloud_carbon_exporter.exposition.families import matching
from cloud_carbon_exporter.version import model_version
from cloud_carbon_exporter.web.settings import WebSettings

log = logging.getLogger(__name__)

# What VictoriaMetrics' agent takes at most, by default.
LARGE_BYTES = 16 << 20


def exposition_settings(settings: Settings) -> exposition.Settings:
    """What is exported and how."""
    return exposition.Settings(
        tags=settings.tags,
        labels=settings.labels,
        families=matching(settings.families) if settings.families else None,
        aggregate=settings.aggregate,
        upstream_names=settings.upstream_names,
        version=cloud_carbon_exporter.__version__,
        model_version=model_version(),
        interval_seconds=_interval_seconds(settings),
    )


def _interval_seconds(settings: Settings) -> float:
    """How often what is shown is made anew: each target's refresh shows all; 0 in scrape mode."""
    if settings.mode != "background":
        return 0
    own = [target.interval_seconds for target in settings.targets]
    return min(own, default=settings.interval_seconds)


def route_prefix(settings: Settings) -> str:
    """Path before all paths, as Prometheus has it: empty for none."""
    return (settings.route_prefix or urlsplit(settings.external_url).path).rstrip("/")


def web_settings(settings: Settings) -> WebSettings:
    """What the HTTP side is told."""
    return WebSettings(
        exposition=exposition_settings(settings),
        mode=settings.mode,
        version=cloud_carbon_exporter.__version__,
        allowed_hosts=settings.allowed_hosts,
        external_url=settings.external_url,
        cluster_links=settings.cluster_links,
        route_prefix=route_prefix(settings),
    )


class SizeWarning:
    """Warns once of a /metrics larger than some agents take, and again after it was smaller."""

    def __init__(self) -> None:
        self._large = False

    def look_at(self, size: int, settings: Settings) -> None:
        """`size`: bytes of the newest rendering."""
        large = size > LARGE_BYTES
        if large and not self._large:
            slim = "-metrics.labels=slim, " if settings.labels == "full" else ""
            log.warning(
                "/metrics is %.1f MiB: more than the 16 MiB some agents take by default "
                "(-promscrape.maxScrapeSize of vmagent); %s-metrics.families or "
                "-metrics.aggregate make it smaller",
                size / (1 << 20),
                slim,
            )
        self._large = large
