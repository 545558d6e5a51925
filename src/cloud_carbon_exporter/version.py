"""What is running: the program's version, and a mark of the facts it estimates with."""

from __future__ import annotations

import hashlib
from importlib.resources import files

import cloud_carbon_exporter


def model_version() -> str:
    """Version of the program and a digest of all facts.

    Two estimates of the same thing are comparable when it is equal.
    """
    digest = hashlib.sha256()
    tables = files("cloud_carbon_exporter.facts").iterdir()
    for table in sorted(tables, key=lambda entry: entry.name):
        if table.name.endswith(".csv"):
            digest.update(table.name.encode())
            digest.update(table.read_bytes())
    return f"{cloud_carbon_exporter.__version__}+{digest.hexdigest()[:8]}"
