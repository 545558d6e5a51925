"""Dashboards: built from their source, whole, as Grafana and grafana.com take them."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.boards import BOARDS, CHOICE, GRAFANA, QUERIES, TYPED, panels
from tests.deploy.files import DEPLOY, known_names, load, names_in
from tests.over_all import over_all

KINDS = {"stat", "timeseries", "bargauge", "table", "row"}


def built(arguments: str = "") -> dict[str, str]:
    """What the source of the dashboards makes, by file."""
    code = f"import json, build; print(json.dumps(build.texts({arguments})))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=GRAFANA, capture_output=True, text=True, check=True
    )
    texts: dict[str, str] = json.loads(done.stdout)
    return texts


def test_they_are_what_their_source_makes() -> None:
    texts = built()
    for name, text in texts.items():
        assert (GRAFANA / "dashboards" / name).read_text(encoding="utf-8") == text, (
            "run deploy/grafana/build.py"
        )
    assert len(texts) == len(BOARDS) == 5


@over_all(("name", "query"), QUERIES)
def test_it_is_right_from_the_first_scrape_on(name: str, query: str) -> None:
    """The rate of a counter climbs for as long as its window: another stands in until then."""
    rates = re.findall(r"rate\((\w+)\[(\w+)\]\)", query)
    assert len(rates) == query.count("rate(")
    for counter, window in rates:
        assert f"and {counter} offset {window} or " in query, name


@over_all(("name", "query"), QUERIES)
def test_it_asks_for_nothing_that_only_a_demo_has(name: str, query: str) -> None:
    assert names_in(query)
    assert "cloud_carbon_demo" not in query, name


@pytest.mark.parametrize("name", TYPED)
def test_what_is_typed_is_asked_as_it_is(name: str) -> None:
    """Grafana escapes quotes of a choice, unless it is told not to."""
    asked = [query for _, query in QUERIES if re.search(rf"\$\{{?{name}\b", query)]
    assert asked
    for query in asked:
        assert f"${name}" not in query.replace(f"${{{name}:raw}}", "")


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
            asked = f"{target['expr']} {target['legendFormat']} {panel['title']}"
            assert set(CHOICE.findall(asked)) <= variables
            assert names_in(target["expr"]) <= known_names()
        refs = [target["refId"] for target in panel["targets"]]
        assert len(set(refs)) == len(refs)


@pytest.mark.parametrize("name", BOARDS)
def test_each_column_of_a_table_is_shown_by_its_name_and_in_its_unit(name: str) -> None:
    for panel in panels(BOARDS[name]):
        if panel["type"] != "table":
            continue
        organised = panel["transformations"][-1]["options"]
        values = organised["renameByName"]
        refs = [f"Value #{target['refId']}" for target in panel["targets"]]
        assert list(values) == (refs if len(refs) > 1 else ["Value"])
        assert set(values) <= set(organised["includeByName"]) == set(organised["indexByName"])
        units = {one["matcher"]["options"] for one in panel["fieldConfig"]["overrides"]}
        assert units == set(values.values())
        assert panel["options"]["sortBy"][0]["displayName"] in units
        assert ("merge" in {one["id"] for one in panel["transformations"]}) == (len(refs) > 1)


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


@pytest.mark.parametrize("name", BOARDS)
def test_it_is_shared_with_its_data_source_left_open(name: str) -> None:
    text = built("shared=True")[f"{name}.json"]
    shared: dict[str, Any] = json.loads(text)
    inputs = {one["name"]: one["pluginId"] for one in shared["__inputs"]}
    assert set(re.findall(r"\$\{([A-Z]\w+)\}", text)) == set(inputs) == {"DS_PROMETHEUS"}
    required = {(one["type"], one["id"]) for one in shared["__requires"]}
    used = {("panel", panel["type"]) for panel in panels(shared)}
    assert required == used | {("grafana", "grafana"), ("datasource", "prometheus")}
    assert set(inputs.values()) == {"prometheus"}
    assert shared["id"] is None and shared["description"] and shared["tags"]
    own = BOARDS[name]
    assert len(shared["panels"]) == len(own["panels"])
    assert len(shared["templating"]["list"]) == len(own["templating"]["list"]) - 1


def test_shared_ones_are_written_where_they_are_asked_for(tmp_path: Path) -> None:
    where = tmp_path / "grafana"
    subprocess.run([sys.executable, GRAFANA / "build.py", "--share", where], check=True)
    assert {path.name: path.read_text() for path in where.iterdir()} == built("shared=True")
