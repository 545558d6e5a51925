"""Watts and CO2eq of every resource of a cloud account, for Prometheus."""

__version__ = "0.1.0"
