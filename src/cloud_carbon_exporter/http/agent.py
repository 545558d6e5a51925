"""User-Agent of every request: who asks, in which version, and where a person may read about it."""

from __future__ import annotations

from cloud_carbon_exporter import __version__

SOURCE_URL = "https://github.com/cloud-carbon-exporter/cloud-carbon-exporter"
USER_AGENT = f"cloud-carbon-exporter/{__version__} (+{SOURCE_URL})"
