"""Dashboards, written by `python deploy/grafana/build.py`. Changes of the JSON by hand are lost.

    python deploy/grafana/build.py --share build/grafana

writes them as grafana.com takes them: whoever imports one there says which Prometheus it asks.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import clusters
import exporter
import overview
import resources
import share
import tags

DASHBOARDS = Path(__file__).parent / "dashboards"
BOARDS = (overview.BOARD, tags.BOARD, resources.BOARD, clusters.BOARD, exporter.BOARD)


def texts(*, shared: bool = False) -> dict[str, str]:
    """The text of each file, by its name. shared: in the form of grafana.com."""
    boards = [share.shared(board) if shared else board for board in BOARDS]
    return {f"{board['uid']}.json": json.dumps(board, indent=2) + "\n" for board in boards}


def main(arguments: list[str]) -> None:
    """Write all files, where Grafana is provisioned from or where they are to be shared from."""
    shared = arguments[:1] == ["--share"]
    folder = Path(arguments[1]) if shared else DASHBOARDS
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts(shared=shared).items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
