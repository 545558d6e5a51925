"""Snapshot -> families. Names and HELP live here and nowhere else."""

from cloud_carbon_exporter.exposition.families import FAMILIES
from cloud_carbon_exporter.exposition.family import Family
from cloud_carbon_exporter.exposition.render import Exposition, Format, Renderer, Settings, render
from cloud_carbon_exporter.exposition.tail import tail
from cloud_carbon_exporter.exposition.upstream_families import UPSTREAM

__all__ = [
    "FAMILIES",
    "UPSTREAM",
    "Exposition",
    "Family",
    "Format",
    "Renderer",
    "Settings",
    "render",
    "tail",
]
