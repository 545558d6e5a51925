"""What is shown under a configuration."""

from __future__ import annotations

from dataclasses import replace

from cloud_carbon_exporter.config import Settings
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.service.shown import exposition_settings


def test_the_interval_told_is_that_of_whoever_refreshes_most_often() -> None:
    settings = Settings(interval_seconds=300)
    assert exposition_settings(settings).interval_seconds == 300
    slow = TargetSettings(provider="scaleway", interval_seconds=3600)
    assert exposition_settings(replace(settings, targets=(slow,))).interval_seconds == 3600
    both = (slow, replace(slow, interval_seconds=600))
    assert exposition_settings(replace(settings, targets=both)).interval_seconds == 600


def test_where_each_scrape_refreshes_there_is_no_interval() -> None:
    assert exposition_settings(Settings(mode="scrape")).interval_seconds == 0
