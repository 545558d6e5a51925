"""Error of a bill that cannot be read, whatever stands in the way."""

from __future__ import annotations

from cloud_carbon_exporter.errors import ExporterError


class BadBill(ExporterError):
    """Bill that cannot be read, and why."""
