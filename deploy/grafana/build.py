"""Dashboards, written by `python deploy/grafana/build.py`. Changes of the JSON by hand are lost."""

from __future__ import annotations

import json
from pathlib import Path

import clusters
import exporter
import overview
import resources

DASHBOARDS = Path(__file__).parent / "dashboards"


def texts() -> dict[str, str]:
    """The text of each file, by its name."""
    boards = (overview.BOARD, resources.BOARD, clusters.BOARD, exporter.BOARD)
    return {f"{board['uid']}.json": json.dumps(board, indent=2) + "\n" for board in boards}


if __name__ == "__main__":
    for name, text in texts().items():
        (DASHBOARDS / name).write_text(text, encoding="utf-8")
