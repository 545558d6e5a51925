"""Check of the dashboards by the types of Grafana's foundation SDK: what they do not know is lost.

Each board is read into the SDK's types, those of its panels' options and of Prometheus' queries
among them, and written again: a key that does not come back is none that Grafana knows.
Run by check-types, which brings the SDK.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

BOARDS = Path(__file__).parent / "dashboards"


def changed(written: object, back: object, path: str = "") -> Iterator[str]:
    """Paths of what does not come back as it was."""
    if isinstance(written, dict) and isinstance(back, dict):
        for key, value in written.items():
            if key in back:
                yield from changed(value, back[key], f"{path}.{key}")
            else:
                yield f"{path}.{key} is not known"
    elif isinstance(written, list) and isinstance(back, list) and len(written) == len(back):
        for index, value in enumerate(written):
            yield from changed(value, back[index], f"{path}[{index}]")
    elif written != back:
        yield f"{path}: {written!r} comes back as {back!r}"


def findings(board: dict[str, object]) -> list[str]:
    """Everything in a board that the types do not know."""
    return list(changed(board, json.loads(JSONEncoder().encode(Dashboard.from_json(board)))))


def main() -> int:
    """Print what is wrong; 1 if anything is, or if a key nobody knows were not found."""
    plugins.register_default_plugins()
    said: list[str] = []
    for path in sorted(BOARDS.glob("*.json")):
        board = json.loads(path.read_text())
        said += [f"{path.name}: {finding}" for finding in findings(board)]
        board["panels"][-1]["options"]["nobody knows this"] = 1
        if not findings(board):
            said.append(f"{path.name}: a key that nobody knows is not found")
    fine = "the dashboards are as the types of the foundation SDK say"
    sys.stdout.write("\n".join(said or [fine]) + "\n")
    return int(bool(said))


if __name__ == "__main__":
    sys.exit(main())
