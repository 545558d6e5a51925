"""Exposition: from a Snapshot to metric families. Names and HELP stand here and nowhere else."""

from cloud_carbon_exporter.exposition.families import FAMILIES, OF_ESTATE, OF_EXPORTER, UPSTREAM
from cloud_carbon_exporter.exposition.family import ConfigReload, Family
from cloud_carbon_exporter.exposition.render import Exposition, Format, Renderer, Settings, render
from cloud_carbon_exporter.exposition.selection import select
from cloud_carbon_exporter.exposition.tail import tail

__all__ = [
    "FAMILIES",
    "OF_ESTATE",
    "OF_EXPORTER",
    "UPSTREAM",
    "ConfigReload",
    "Exposition",
    "Family",
    "Format",
    "Renderer",
    "Settings",
    "render",
    "select",
    "tail",
]
