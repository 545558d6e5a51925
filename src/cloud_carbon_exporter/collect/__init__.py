"""From clouds to one Snapshot: sweep, keep the last good, integrate, join."""

from cloud_carbon_exporter.collect.collector import Collector
from cloud_carbon_exporter.collect.settings import CollectSettings
from cloud_carbon_exporter.collect.shard import Shard
from cloud_carbon_exporter.collect.target import Target

__all__ = ["CollectSettings", "Collector", "Shard", "Target"]
