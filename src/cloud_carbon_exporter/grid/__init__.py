"""Live grid intensities: sources behind one small interface, and which of them holds when."""

from cloud_carbon_exporter.grid.feed import Feed
from cloud_carbon_exporter.grid.settings import GridSettings, Preference, preferences
from cloud_carbon_exporter.grid.sources import SOURCES

__all__ = ["SOURCES", "Feed", "GridSettings", "Preference", "preferences"]
