"""Dashboards as they are written, and their queries as Grafana sends them to a Prometheus."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.files import DEPLOY, RULES, load
from tests.e2e.programs import Process, Prometheus, surroundings

GRAFANA = DEPLOY / "grafana"
BOARDS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(GRAFANA.glob("dashboards/*.json"))
}
TYPED = {
    variable["name"]: variable["query"]
    for board in BOARDS.values()
    for variable in board["templating"]["list"]
    if variable["type"] == "textbox"
}
CHOSEN = {"group": "tag_team", **TYPED}
"""What is chosen or typed where it is one thing; of the rest it is all, until a test says so."""

CHOICE = re.compile(r"\$\{?([a-z]\w*)(?::raw\})?")
"""A variable in a query, $name or ${name:raw}."""

EVERYTHING: Mapping[str, str] = {}


def panels(board: dict[str, Any]) -> list[dict[str, Any]]:
    """Panels of a dashboard, without the headings."""
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def _asked() -> dict[tuple[str, str], list[str]]:
    """What each panel that asks a query says in place of no data, by board and query."""
    asked: dict[tuple[str, str], list[str]] = {}
    for name, board in BOARDS.items():
        for panel in panels(board):
            silence = panel["fieldConfig"]["defaults"].get("noValue", "")
            for target in panel["targets"]:
                asked.setdefault((name, target["expr"]), []).append(silence)
    return asked


FOREIGN = re.compile(r"_usd_per_hour:sum")
"""What stands on the series of others: test_kubernetes_cost.py has it answered."""

QUERIES = sorted(query for query in _asked() if not FOREIGN.search(query[1]))
TOLD = {query for query, silences in _asked().items() if all(silences)}
"""Queries that may find nothing: their panels say what that means."""


def query_of(board: str, title: str, column: int = 0) -> str:
    """The query of a panel, by its title."""
    (found,) = [
        panel["targets"][column]["expr"]
        for panel in panels(BOARDS[board])
        if panel["title"] == title
    ]
    assert isinstance(found, str)
    return found


def filled(expression: str, server: Prometheus, chosen: Mapping[str, str] = EVERYTHING) -> str:
    """Query as Grafana sends it: what is chosen, all else; a resource with an accelerator."""
    resource = next(iter(server.query("topk(1, cloud_carbon_gpu_utilisation_ratio)")), ())
    of_all = {"resource": dict(resource).get("cloud_resource_id", "none"), **CHOSEN}
    return CHOICE.sub(lambda name: {**of_all, **chosen}.get(name[1], ".*"), expression)


class Ruled(Prometheus):
    """A Prometheus that scrapes and evaluates every second, with our rules."""

    def __init__(self, home: Path, target: str) -> None:
        groups = [group | {"interval": "1s"} for path in RULES for group in load(path)["groups"]]
        (home / "rules.yml").write_text(yaml.safe_dump({"groups": groups}), encoding="utf-8")
        scrape = {
            "job_name": "cloud-carbon",
            "static_configs": [{"targets": [target.removeprefix("http://")]}],
        }
        configuration = {
            "global": {"scrape_interval": "1s"},
            "rule_files": ["rules.yml"],
            "scrape_configs": [scrape],
        }
        (home / "prometheus.yml").write_text(json.dumps(configuration), encoding="utf-8")
        program = shutil.which("prometheus")
        assert program, "Prometheus is needed: apt-get install prometheus"
        where = [
            f"--config.file={home / 'prometheus.yml'}",
            f"--storage.tsdb.path={home / 'series'}",
        ]
        Process.__init__(
            self, [program, *where, "--web.listen-address=127.0.0.1:0"], surroundings(home, {})
        )
