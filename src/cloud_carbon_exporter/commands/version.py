"""`version`: which release this is, and which model it estimates by."""

from __future__ import annotations

import sys

import cloud_carbon_exporter
from cloud_carbon_exporter.config import Invocation
from cloud_carbon_exporter.config.flag import PROGRAM
from cloud_carbon_exporter.version import model_version


def run(_: Invocation) -> int:
    """Print both on one line."""
    sys.stdout.write(f"{PROGRAM} {cloud_carbon_exporter.__version__} (model {model_version()})\n")
    return 0
