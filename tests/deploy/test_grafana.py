"""Dashboards: built from their source, whole, every query answered over the demo."""

from __future__ import annotations

import itertools
import json
import math
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloud_carbon_exporter.exposition.families.resources import RESOURCES
from tests.deploy.files import DEPLOY, RULES, known_names, load, names_in, rules
from tests.e2e.programs import Exporter, Process, Prometheus, eventually, surroundings

GRAFANA = DEPLOY / "grafana"
BOARDS = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(GRAFANA.glob("dashboards/*.json"))
}
KINDS = {"stat", "timeseries", "bargauge", "table", "row"}
SILENT = ("api_cost_forecast", "skipped_objects", "kubernetes", "cloud_workload:")
"""What a demo has none of: it pays for nothing, leaves nothing out, and has no cluster."""

UNRECORDED = {"cloud_resource:cloud_carbon_idle_emissions_grams_per_day"}
"""What takes a day of history."""


def panels(board: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in board["panels"] if panel["type"] != "row"]


QUERIES = sorted(
    {
        (name, target["expr"])
        for name, board in BOARDS.items()
        for panel in panels(board)
        for target in panel["targets"]
    }
)


def test_they_are_what_their_source_makes() -> None:
    code = "import json, build; print(json.dumps(build.texts()))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=GRAFANA, capture_output=True, text=True, check=True
    )
    for name, text in json.loads(done.stdout).items():
        assert (GRAFANA / "dashboards" / name).read_text(encoding="utf-8") == text, (
            "run deploy/grafana/build.py"
        )
    assert len(json.loads(done.stdout)) == len(BOARDS) == 4


@pytest.mark.slow
@pytest.mark.parametrize(("name", "query"), QUERIES)
def test_what_is_emitted_now_is_right_from_the_first_scrape_on(name: str, query: str) -> None:
    """The rate of a counter climbs for as long as its window: gauges first, where there are any."""
    first = query.partition(" or ")[0]
    assert not re.search(r"rate\(cloud_carbon_(account_)?\w*(emissions_grams|energy)", first), name


@pytest.mark.slow
@pytest.mark.parametrize("name", BOARDS)
def test_a_dashboard_is_whole(name: str) -> None:
    board = BOARDS[name]
    assert board["uid"] == name
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    assert {panel["type"] for panel in board["panels"]} <= KINDS
    variables = {variable["name"] for variable in board["templating"]["list"]}
    for panel in panels(board):
        assert panel["title"] and panel["targets"] and panel["fieldConfig"]["defaults"]["unit"]
        for target in panel["targets"]:
            assert target["datasource"]["uid"] == "${datasource}"
            assert set(re.findall(r"\$([a-z]\w*)", target["expr"])) <= variables
            assert names_in(target["expr"]) <= known_names()
        refs = [target["refId"] for target in panel["targets"]]
        assert len(set(refs)) == len(refs)


@pytest.mark.parametrize("name", BOARDS)
def test_no_panel_lies_upon_another(name: str) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in BOARDS[name]["panels"]:
        at = panel["gridPos"]
        cells = set(
            itertools.product(range(at["x"], at["x"] + at["w"]), range(at["y"], at["y"] + at["h"]))
        )
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_they_are_provisioned_where_compose_mounts_them() -> None:
    compose = load(DEPLOY / "compose.yml")["services"]["grafana"]
    mounts = dict(volume.split(":")[:2] for volume in compose["volumes"] if volume.startswith("./"))
    provider = load(GRAFANA / "provisioning" / "dashboards" / "carbon.yml")["providers"][0]
    assert mounts["./grafana/dashboards"] == provider["options"]["path"]
    for name in ("dashboards", "datasources"):
        assert mounts[f"./grafana/provisioning/{name}"] == f"/etc/grafana/provisioning/{name}"
    source = load(GRAFANA / "provisioning" / "datasources" / "prometheus.yml")["datasources"][0]
    host, port = source["url"].removeprefix("http://").split(":")
    assert host in load(DEPLOY / "compose.yml")["services"]
    assert port == "9090"


EVERYTHING: Mapping[str, str] = {}

SCRAPED_TWICE = (
    "rate(process_cpu_seconds_total[5m])",
    "rate(cloud_carbon_exporter_api_requests_total[1h])",
    "increase(cloud_carbon_exporter_errors_total[24h])",
    "cloud_carbon:software_carbon_intensity_grams_per_unit > 0",
)
"""What is there once every counter of the demo was scraped twice, and rules ran over it."""


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


SHOWN = {
    "full": "-metrics.labels=full",
    "slim": "-metrics.labels=slim",
    "aggregate": "-metrics.aggregate=account,region,kind",
}
OF_RESOURCES = {family.name for family in RESOURCES}
OF_RECORDS = {
    rule["record"] for rule in rules() if "record" in rule and names_in(rule["expr"]) & OF_RESOURCES
}
CHOSEN: dict[str, dict[str, str]] = {
    "all": {},
    "a cloud": {"provider": "aws"},
    "an account": {"account": "demo-aws"},
}
"""Of the demo's clouds the one in which something fails, and something idles."""


def fillable(expression: str, shown: str) -> bool:
    """Whether an exporter that shows so has what a query asks for, before any `or`."""
    asked = names_in(expression.partition(" or ")[2] or expression)
    return shown != "aggregate" or not asked & (OF_RESOURCES | OF_RECORDS)


@pytest.fixture(scope="module", params=SHOWN)
def shown(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def prometheus(shown: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """One that has scraped the demo often enough for rates, and recorded sums of them."""
    home = tmp_path_factory.mktemp("grafana")
    flags = ("-demo.enabled", "-collect.interval=1s", "-metrics.tags=team,env", SHOWN[shown])
    demo = Exporter(home, *flags)
    with demo, Ruled(home, demo.ready().url) as server:
        server.ready()
        eventually(
            lambda: all(server.query(twice) for twice in SCRAPED_TWICE),
            f"what comes of two scrapes:\n{server.output}",
        )
        yield server


def filled(expression: str, server: Prometheus, chosen: Mapping[str, str] = EVERYTHING) -> str:
    """Query as Grafana sends it: what is chosen, all else; a resource with an accelerator."""
    resource = next(iter(server.query("topk(1, cloud_carbon_gpu_utilisation_ratio)")), ())
    of_all = {"resource": dict(resource).get("cloud_resource_id", "none")}
    return re.sub(r"\$([a-z]\w*)", lambda name: {**of_all, **chosen}.get(name[1], ".*"), expression)


@pytest.mark.e2e
@pytest.mark.parametrize("choice", CHOSEN)
@pytest.mark.parametrize(("board", "expression"), QUERIES)
def test_every_query_is_answered(
    board: str, expression: str, choice: str, shown: str, prometheus: Prometheus
) -> None:
    values = prometheus.query(filled(expression, prometheus, CHOSEN[choice]))
    if fillable(expression, shown) and not any(name in expression for name in SILENT):
        assert values, f"{board}: nothing for {expression}"
        assert all(math.isfinite(value) for value in values.values())


@pytest.mark.e2e
def test_what_is_chosen_is_all_that_is_summed(shown: str, prometheus: Prometheus) -> None:
    """The clouds of the demo add up to the whole, whatever labels the series have."""
    overview = BOARDS["cloud-carbon-overview"]
    (power,) = [
        panel["targets"][0]["expr"] for panel in panels(overview) if panel["title"] == "Power now"
    ]
    clouds = [
        filled(power, prometheus, {"provider": cloud}) for cloud in ("aws", "gcp", "scaleway")
    ]
    for cloud in clouds:
        (watts,) = prometheus.query(cloud).values()
        assert watts > 0
    # in one query, as each refresh has other figures
    (share,) = prometheus.query(f"({' + '.join(clouds)}) / {filled(power, prometheus)}").values()
    assert share == pytest.approx(1)


@pytest.mark.e2e
@pytest.mark.parametrize(
    "record", sorted({rule["record"] for rule in rules() if "record" in rule} - UNRECORDED)
)
def test_every_recording_rule_records(record: str, shown: str, prometheus: Prometheus) -> None:
    if fillable(record, shown):
        assert prometheus.query(record)


@pytest.mark.e2e
def test_the_variables_of_the_dashboards_have_values(shown: str, prometheus: Prometheus) -> None:
    for board in BOARDS.values():
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                query = variable["query"]["query"]
                parts = re.fullmatch(r"label_values\((.+), (\w+)\)|query_result\((.+)\)", query)
                assert parts
                series, label = parts[1] or parts[3], parts[2] or "cloud_resource_id"
                values = prometheus.query(filled(series, prometheus))
                if fillable(series, shown) and not any(name in series for name in SILENT):
                    assert any(dict(labels).get(label) for labels in values), query
