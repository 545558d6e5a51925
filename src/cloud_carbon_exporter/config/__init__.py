"""Configuration: flags, environment and file, read into one frozen Settings."""

from cloud_carbon_exporter.config.settings import Invocation, Settings, load

__all__ = ["Invocation", "Settings", "load"]
